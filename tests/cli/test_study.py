import json
import re
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from docksim import vary
from docksim.cli.app import app
from docksim.scenario import ScenarioError
from tests.theory.hosts import mmc_host

STUDY = """
name = "queue"
question = "What do cores buy?"
answer = "Two cores take {ps.mean}; four make it {ps.mean | cores=4 | cores=2}."
scenario = "queue.toml"
measures = ["ps.mean", "throughput"]
slos = ["ps.mean <= 200 ms"]
replications = 4

[[factor]]
name = "cores"
key = "host.cores"
levels = [2, 3, 4]

[[factor]]
name = "rate"
key = "workload.rate"
levels = ["5 /s", "12 /s"]

[[figure]]
measure = "ps.mean"
x = "cores"
by = "rate"

[[figure]]
measure = "ps.mean"
x = "cores"
by = "rate"
kind = "heat map"
"""


@pytest.fixture
def file(tmp_path):
    host = mmc_host(rate=5, service=0.1, servers=1, duration=60)
    (tmp_path / "queue.toml").write_text(host.to_toml())
    (tmp_path / "study.toml").write_text(STUDY)
    return tmp_path / "study.toml"


def run(*arguments):
    return CliRunner().invoke(app, ["study", *map(str, arguments)])


def test_a_study_answers_in_words_and_leaves_its_report(file, tmp_path):
    out = tmp_path / "out"
    done = run(file, "--out", out, "--jobs", 1)
    assert done.exit_code == 0, done.output
    assert done.stdout.startswith("Two cores take 110 ms ± ")
    assert " lower" in done.stdout
    assert "met" in done.stdout
    names = {path.name for path in out.iterdir() if not path.name.startswith(".")}
    assert names == {
        "report.md", "report.html", "figure-1.png", "figure-2.png", "summary.csv",
        "replications.parquet", "scenario.toml", "study.toml", "manifest.json",
    }  # fmt: skip
    report = (out / "report.md").read_text()
    assert report.startswith("# What do cores buy?\n\nTwo cores take")
    page = (out / "report.html").read_text()
    assert page.count("data:image/png;base64,") == 2
    assert "http" not in page.replace("charset", "")
    assert len(pd.read_parquet(out / "replications.parquet")) == 6 * 4 * 2
    assert json.loads((out / "manifest.json").read_text())["replications"] == 24


def test_the_same_again_runs_nothing_and_writes_the_same(file, tmp_path):
    out = tmp_path / "out"
    run(file, "--out", out, "--jobs", 1)
    before = (out / "summary.csv").read_bytes()
    kept = {path: path.stat().st_mtime_ns for path in Path(out).rglob("*.json")}
    done = run(file, "--out", out, "--jobs", 1)
    assert done.exit_code == 0, done.output
    assert (out / "summary.csv").read_bytes() == before
    stored = [path for path in kept if ".docksim-replications" in str(path)]
    assert len(stored) == 24
    assert all(path.stat().st_mtime_ns == kept[path] for path in stored)


def test_json_has_a_row_a_point_and_measure(file, tmp_path):
    done = run(file, "--out", tmp_path / "out", "--jobs", 1, "--json")
    rows = json.loads(done.stdout)
    assert len(rows) == 6 * 2
    assert {row["measure"] for row in rows} == {"ps.mean", "throughput"}


def test_a_cluster_that_does_not_answer_is_told(file, tmp_path, monkeypatch):
    monkeypatch.setattr("docksim.study.experiment.pool.CONNECTION_TIMEOUT", 0.5)
    done = run(file, "--out", tmp_path / "out", "--cluster", "tcp://127.0.0.1:9")
    assert done.exit_code == 2
    assert "tcp://127.0.0.1:9" in done.stderr


def test_an_answer_about_what_is_not_measured_is_told_before_it_runs(file, tmp_path):
    file.write_text(STUDY.replace("{ps.mean}", "{ps.p99}"))
    done = run(file, "--out", tmp_path / "out")
    assert isinstance(done.exception, ScenarioError)
    assert "ps.p99" in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_a_folder_of_somebody_else_is_not_written_to(file, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "notes").write_text("x")
    done = run(file, "--out", tmp_path / "mine")
    assert done.exit_code == 2
    assert "did not make" in done.stderr


def test_a_quantile_of_too_few_observations_is_told_as_such_in_the_answer(tmp_path):
    few = vary(mmc_host(rate=5, service=0.1, servers=1, duration=60), {"run.warm_up": "50 s"})
    (tmp_path / "queue.toml").write_text(few.to_toml())
    answer = "It is {ps.mean}, seldom {ps.p99}, with four cores {ps.p99 | cores=4 | cores=2}."
    asked = STUDY.replace('["ps.mean", "throughput"]', '["ps.mean", "ps.p99"]')
    asked = re.sub("^answer = .*$", f'answer = "{answer}"', asked, flags=re.MULTILINE)
    (tmp_path / "study.toml").write_text(asked)
    done = run(tmp_path / "study.toml", "--out", tmp_path / "out", "--jobs", 1)
    assert done.exit_code == 0, done.output
    mean, tail, change = done.stdout.replace("\n", " ").split(",")[:3]
    assert "too few" not in mean
    assert tail.endswith("(from too few observations)")
    assert "(from too few observations)." in change


@pytest.mark.parametrize(
    ("run_section", "told"),
    [
        ({"duration": "10 s"}, "A replication is 10 s of simulated time"),
        ({"commands": 30}, "A replication is over when 30 commands have ended"),
    ],
)
def test_the_report_says_how_long_a_replication_is(tmp_path, run_section, told):
    host = vary(mmc_host(rate=5, service=0.1, servers=1, duration=60), {"run": run_section})
    (tmp_path / "queue.toml").write_text(host.to_toml())
    (tmp_path / "study.toml").write_text(STUDY)
    done = run(tmp_path / "study.toml", "--out", tmp_path / "out", "--jobs", 1)
    assert done.exit_code == 0, done.output
    assert told in (tmp_path / "out" / "report.md").read_text()
