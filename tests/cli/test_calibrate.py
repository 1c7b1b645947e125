"""measure → calibrate → validate, on a real engine; and what is told when something is missing."""

import json
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from docksim.cli.app import app

PLAN = """
name = "loop"
repetitions = 1

[[image]]
name = "small"
size = "200 kB"

[[point]]
set = "light"
operations = ["create", "start", "rm --force"]
load = { kind = "closed" }
network = ["host", "none", "bridge"]
cycles = 8
warm_up = 1
accounting = true

[[point]]
set = "light"
operations = ["create", "start", "stop", "rm"]
load = { kind = "closed" }
behaviour = "honours"
cycles = 8
warm_up = 1
accounting = true

[[point]]
set = "light"
operations = ["ps", "images", "inspect"]
load = { kind = "closed" }
containers = [0, 10]
cycles = 10
accounting = true

[[point]]
set = "pace"
operations = ["create", "start", "rm --force"]
load = { kind = "closed" }
network = ["host", "none", "bridge"]
cycles = 10
warm_up = 1
traced = true

[[point]]
set = "cycles"
operations = ["create", "start", "rm --force"]
load = { kind = "closed", clients = [1, 3] }
cycles = 20
"""

WIDE = 1.5
"""Relative error of a median that a loop of seconds, on a machine with other work, may have."""


def docksim(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.engine
@pytest.mark.slow
@pytest.mark.xdist_group("engine")
def test_an_engine_is_measured_and_its_loads_are_predicted(tmp_path, engine):
    plan, data, profile = tmp_path / "plan.toml", tmp_path / "data", tmp_path / "own.toml"
    plan.write_text(PLAN)
    measured = docksim("measure", plan, "--out", data, "--dir", engine.folder)
    assert measured.exit_code == 0, measured.output
    calibrated = docksim("calibrate", data, "--out", profile)
    assert calibrated.exit_code == 0, calibrated.output
    out = tmp_path / "validation"
    done = docksim("validate", "--profile", profile, "--dataset", data, "--json", "--out", out)
    assert done.exit_code == 0, done.output
    assert json.loads(done.output) == json.loads((out / "summary.json").read_text())
    assert (out / "closed-loads.png").stat().st_size > 0
    errors = pd.read_csv(out / "errors.csv")
    assert set(errors["clients"]) == {1, 3}
    medians = errors[errors["measure"].isin(("throughput", "p50"))]
    assert medians["error"].abs().median() < WIDE
    # More clients get more done, here and there.
    throughput = errors[errors["measure"] == "throughput"].set_index("clients")
    for column in ("measured", "predicted"):
        assert throughput.loc[3, column] > throughput.loc[1, column]


def test_what_is_no_dataset_is_told(tmp_path):
    for arguments in (
        ("calibrate", tmp_path, "--out", tmp_path / "own.toml"),
        ("validate", "--profile", "own.toml", "--dataset", tmp_path),
    ):
        done = docksim(*arguments)
        assert done.exit_code == 2
        assert "no dataset" in done.output
    assert not Path(tmp_path / "own.toml").exists()
