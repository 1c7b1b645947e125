"""`docksim scenario check` and `docksim scenario schema`."""

import json
from pathlib import Path

from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.scenario import ScenarioError

GOOD = str(Path(__file__).parents[1] / "scenario" / "good.toml")


def test_check_tells_what_a_scenario_will_do() -> None:
    result = CliRunner().invoke(app, ["scenario", "check", GOOD])
    assert result.exit_code == 0
    for word in ("alpine:3.17", "poisson", "1 min", "small"):
        assert word in result.output


def test_check_takes_overrides() -> None:
    arguments = ["scenario", "check", GOOD, "--set", "host.cores=16", "--set", "run.seed=7"]
    result = CliRunner().invoke(app, arguments)
    assert "16 cores" in result.output
    assert "seed 7" in result.output


def test_check_refuses_what_is_wrong() -> None:
    result = CliRunner().invoke(app, ["scenario", "check", GOOD, "--set", "host.cores=none"])
    assert isinstance(result.exception, ScenarioError)
    assert str(result.exception) == '--set: host.cores: found "none"; allowed: a whole number'


def test_schema_is_json() -> None:
    result = CliRunner().invoke(app, ["scenario", "schema"])
    assert result.exit_code == 0
    assert json.loads(result.output)["title"] == "Scenario"
