import json

import pandas as pd
import pytest
import typer
from typer.testing import CliRunner

from docksim.cli.simulate import simulate
from docksim.scenario import ScenarioError, load

SCENARIO = """
name = "small"
[[images]]
name = "alpine:3.17"
present = true
[[containers]]
name = "web"
[[workload]]
name = "users"
kind = "open"
rate = "5 /s"
mix = [{ command = "ps" }, { command = "run", image = "alpine:3.17", container = "web" }]
[run]
duration = "8 s"
warm_up = "1 s"
replications = 2
seed = 11
"""

app = typer.Typer(pretty_exceptions_enable=False)
app.command()(simulate)


@pytest.fixture
def scenario(tmp_path):
    file = tmp_path / "scenario.toml"
    file.write_text(SCENARIO)
    return file


def run(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def run_json(*arguments):
    done = run(*arguments, "--json")
    assert done.exit_code == 0
    assert done.stderr == ""
    return json.loads(done.stdout)


def test_tables_go_to_stdout_and_nothing_to_stderr_without_a_terminal(scenario):
    done = run(scenario, "--jobs", 1)
    assert done.exit_code == 0
    assert done.stderr == ""
    for part in (
        "Commands of small",
        "Latency",
        "Components, busiest first",
        "Bottleneck: ",
        "p99",
        "±",
    ):
        assert part in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 120


def test_json_is_one_object_with_the_same_content(scenario):
    content = run_json(scenario, "--jobs", 1)
    assert set(content["commands"]) == {"ps", "run"}
    assert content["scenario"] == "small"
    assert (content["seed"], content["replications"]) == (11, 2)
    assert content["window"] == {"start_s": 1.0, "end_s": 8.0}
    latency = content["commands"]["ps"]["latency_s"]
    assert latency["mean"]["low"] < latency["mean"]["value"] < latency["mean"]["high"]
    assert content["bottleneck"] in content["components"]


def test_the_seed_decides(scenario):
    first, again, other = (run_json(scenario, "--replications", 1, *more)
                           for more in ((), (), ("--seed", 12)))  # fmt: skip
    assert first == again
    assert first["commands"] != other["commands"]
    assert first["replications"] == 1
    assert first["commands"]["ps"]["latency_s"]["mean"]["low"] is None


def test_the_number_of_processes_changes_nothing(scenario):
    assert run_json(scenario, "--jobs", 1) == run_json(scenario, "--jobs", 2)


def test_values_are_changed_by_their_path(scenario):
    content = run_json(scenario, "--replications", 1, "--set", "workload.rate=50 /s")
    assert content["stability"]["offered_per_s"] == 50


def test_output_holds_the_records_and_the_scenario_as_run(scenario, tmp_path):
    out = tmp_path / "out"
    options = ("--seed", 5, "--replications", 1, "--set", "host.cores=3", "--out", out)
    done = run(scenario, *options)
    assert done.exit_code == 0
    assert str(out) in done.stdout
    as_run = load(out / "scenario.toml")
    assert (as_run.run.seed, as_run.run.replications, as_run.host.cores) == (5, 1, 3)
    summary = json.loads((out / "summary.json").read_text())
    assert summary == run_json(scenario, *options[:-2])
    commands = pd.read_parquet(out / "commands.parquet")
    counted = commands[commands["arrived"] >= 1.0]["command"].value_counts()
    assert counted["ps"] == summary["commands"]["ps"]["count"]


@pytest.mark.parametrize("jobs", [1, 2])
def test_running_what_was_run_gives_the_same_records(scenario, tmp_path, jobs):
    run(scenario, "--jobs", 1, "--out", tmp_path / "first")
    run(tmp_path / "first" / "scenario.toml", "--jobs", jobs, "--out", tmp_path / "second")
    for name in ("commands.parquet", "components.parquet", "summary.json", "scenario.toml"):
        first, second = (tmp_path / folder / name for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes(), name


def test_an_output_that_is_a_file_is_one_clear_error(scenario, tmp_path):
    done = run(scenario, "--out", scenario)
    assert done.exit_code == 2
    assert done.stderr == f"{scenario}: is a file; a folder is needed\n"
    assert done.stdout == ""
    assert scenario.read_text() == SCENARIO


def test_an_output_folder_of_other_files_is_one_clear_error(scenario, tmp_path):
    done = run(scenario, "--out", tmp_path)
    assert done.exit_code == 2
    assert "did not make" in done.stderr


def test_a_wrong_scenario_is_left_to_the_main_function(tmp_path):
    done = run(tmp_path / "nowhere.toml")
    assert isinstance(done.exception, ScenarioError)


@pytest.mark.parametrize("wrong", [("--replications", 0), ("--jobs", 0), ("--seed", -1)])
def test_impossible_options_are_refused(scenario, wrong):
    assert run(scenario, *wrong).exit_code == 2
