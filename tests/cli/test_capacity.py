import json

import pandas as pd
import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.scenario import ScenarioError, load
from tests.theory.hosts import mmc_host


@pytest.fixture(scope="module")
def queue(tmp_path_factory):
    file = tmp_path_factory.mktemp("queue") / "queue.toml"
    file.write_text(mmc_host(rate=5, service=0.1, servers=1, duration=40).to_toml())
    return file


def run(command, *arguments):
    return CliRunner().invoke(app, [command, *map(str, arguments)])


OPTIONS = ("--slo", "ps.mean <= 300 ms", "--vary", "workload.rate", "--budget", 4, "--jobs", 1)


def test_capacity_answers_in_words_and_a_table(queue):
    done = run("capacity", queue, *OPTIONS)
    assert done.exit_code == 0, done.output
    assert done.stderr == ""
    assert done.stdout.startswith("The largest workload.rate that meets ps.mean <= 300 ms lies")
    for part in ("which meets it", "which does not", "verdict", "not met", "±"):
        assert part in " ".join(done.stdout.split())


def test_capacity_prints_one_json_object(queue):
    done = run("capacity", queue, *OPTIONS, "--json", "--seed", 7)
    content = json.loads(done.stdout)
    assert (content["seed"], content["unit"], content["more_is"]) == (7, "/s", "worse")
    assert content["holds"] < content["fails"]


def test_capacity_writes_a_report(queue, tmp_path):
    out = tmp_path / "out"
    done = run("capacity", queue, *OPTIONS, "--out", out)
    assert str(out) in done.stdout
    files = {file.name for file in out.iterdir()}
    assert files == {
        ".docksim-replications", "candidates.csv", "candidates.png", "manifest.json",
        "report.md", "scenario.toml", "summary.json",
    }  # fmt: skip
    table = pd.read_csv(out / "candidates.csv")
    summary = json.loads((out / "summary.json").read_text())
    assert set(table["value"]) == {one["value"] for one in summary["candidates"]}
    report = (out / "report.md").read_text()
    assert "The largest workload.rate that meets" in report
    assert "![ps.mean at the values tried](candidates.png)" in report
    assert (out / "candidates.png").read_bytes().startswith(b"\x89PNG")
    assert load(out / "scenario.toml").name == summary["scenario"]
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["replications"] == summary["replications"]


def test_capacity_per_a_second_key_is_a_curve(queue, tmp_path):
    curve = ("--slo", "ps.mean <= 400 ms", "--vary", "host.cores", "--budget", 8, "--jobs", 1)
    per = ("--per", "workload.rate=5 /s, 25 /s")
    done = run("capacity", queue, *curve, *per, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    assert "host.cores at which ps.mean <= 400 ms, by workload.rate" in done.stdout
    table = pd.read_csv(tmp_path / "out" / "demand.csv")
    assert list(table["workload.rate"]) == [5, 25]
    assert table["fails"][1] < 3 <= table["holds"][1]  # M/M/2 has no mean at 25 /s
    assert (tmp_path / "out" / "demand.png").exists()


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--slo", "ps.p99 <= 0 s", "can never hold"),
        ("--slo", "pss.p99 <= 1 s", 'did you mean "ps.p99"?'),
        ("--vary", "host.coers", 'did you mean "cores"?'),
        ("--vary", "storage.driver", "overlay2"),
        ("--low", "many", "--vary workload.rate"),
        ("--per", "host.core", "--per"),
    ],
)
def test_a_wrong_option_is_one_clear_error(queue, tmp_path, option, value, message):
    out = tmp_path / "out"
    done = run("capacity", queue, *OPTIONS, option, value, "--out", out)
    assert isinstance(done.exception, ScenarioError)  # told by the program's main function
    assert message in str(done.exception)
    assert done.stdout == ""
    assert not out.exists()


def test_capacity_refuses_a_folder_of_others_before_it_runs(queue, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    done = run("capacity", queue, *OPTIONS, "--out", tmp_path)
    assert done.exit_code == 2
    assert "did not make" in done.stderr


LEVELS = ("--levels", "2 /s, 8 /s, 14 /s", "--replications", 3, "--jobs", 1)


def test_bottleneck_answers_in_words_and_tables(queue):
    done = run("bottleneck", queue, *LEVELS)
    assert done.exit_code == 0, done.output
    text = " ".join(done.stdout.split())
    assert "host.cpu would saturate at" in text
    assert "a component is saturated: host.cpu" in text
    assert "unstable" in text
    assert "Service demands of a command under light load" in text


def test_bottleneck_prints_one_json_object_and_writes_a_report(queue, tmp_path):
    out = tmp_path / "out"
    done = run("bottleneck", queue, *LEVELS, "--json", "--out", out)
    content = json.loads(done.stdout)
    assert content["bottleneck"] == content["demanded_most"] == "host.cpu"
    assert [level["value"] for level in content["levels"]] == [2, 8, 14]
    assert content == json.loads((out / "summary.json").read_text())
    assert {file.name for file in out.iterdir()} == {
        "demands.csv", "latency.png", "levels.csv", "manifest.json", "report.md",
        "scenario.toml", "summary.json", "throughput.png", "utilisation.png",
    }  # fmt: skip
    assert "](throughput.png)" in (out / "report.md").read_text()


def test_bottleneck_refuses_what_is_no_load(queue):
    done = run("bottleneck", queue, "--vary", "host.cores")
    assert isinstance(done.exception, ScenarioError)
    assert "this is no load" in str(done.exception)
