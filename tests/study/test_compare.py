"""Comparing scenarios: differences that are known."""

import json

import pytest
from typer.testing import CliRunner

import docksim as ds
from docksim.cli.app import app
from docksim.scenario import ScenarioError
from tests.theory.hosts import closed_host, mmc_host

SLOW = mmc_host(rate=2, service=0.1, servers=8, duration=60)
FAST = ds.vary(SLOW, {"host.cpu_speed": 2.0, "name": "fast"})


@pytest.fixture(scope="module")
def found():
    return ds.compare(SLOW, FAST, replications=4, jobs=1)


def test_twice_the_speed_halves_latency_and_leaves_throughput(found):
    # Eight servers for 0.2 of work: nobody waits, and the same demands are met at both speeds.
    change = found.change(1, "ps.mean")
    assert change.value == pytest.approx(-0.5, abs=1e-6)
    assert change.half_width < 1e-6
    assert found.change(1, "ps.throughput").value == pytest.approx(0.0, abs=0.02)


def test_the_time_that_a_command_takes_of_a_component_is_told(found):
    assert found.estimate(0, "dockerd.time").value == pytest.approx(0.1, rel=0.25)
    assert found.change(1, "dockerd.time").value == pytest.approx(-0.5, abs=0.01)


def test_a_load_past_capacity_is_compared_in_nothing_but_throughput():
    over = ds.vary(SLOW, {"host.cores": 1, "workload.rate": "20 /s", "name": "over"})
    found = ds.compare(SLOW, over, replications=4, jobs=1)
    assert not found.is_stable(1)
    assert not found.change(1, "ps.mean").known
    assert found.change(1, "ps.throughput").known


def test_one_scenario_or_nothing_in_common_is_refused():
    with pytest.raises(ScenarioError, match="two or more"):
        ds.compare(SLOW)
    other = closed_host(clients=1, think=1, cpu=0.1, cores=1, device=0.1, duration=30)
    images = ds.vary(other, {"workload.cycle": [{"command": "images"}]})
    with pytest.raises(ScenarioError, match="no command"):
        ds.compare(SLOW, images)


def test_the_command_prints_words_tables_and_a_report(tmp_path):
    files = []
    for name, scenario in (("slow", SLOW), ("fast", FAST)):
        files.append(tmp_path / f"{name}.toml")
        files[-1].write_text(scenario.to_toml())
    out = tmp_path / "out"
    options = ["--replications", "3", "--jobs", "1"]
    done = CliRunner().invoke(app, ["compare", *map(str, files), *options, "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "50 % ± <0.1 lower" in done.stdout
    assert "Where the time goes" in done.stdout
    assert {path.name for path in out.iterdir()} == {
        "report.md", "report.html", "comparison.csv", "manifest.json",
    }  # fmt: skip
    printed = CliRunner().invoke(app, ["compare", *map(str, files), *options, "--json"])
    assert {row["measure"] for row in json.loads(printed.stdout)} >= {"ps.mean", "throughput"}
