"""measure → calibrate → validate, on a real engine; and what is told when something is missing."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.validation.predicting import measured_profile
from docksim.scenario.errors import ScenarioError
from docksim.scenario.load import loads
from docksim.scenario.profiles import shipped_profiles
from docksim.simulation import simulate_once
from tests.engine.calibration.made import made

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
cycles = 5
warm_up = 1
accounting = true

[[point]]
set = "light"
operations = ["create", "start", "stop", "rm"]
load = { kind = "closed" }
behaviour = "honours"
cycles = 5
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
brisk = true

[[point]]
set = "cycles"
operations = ["create", "start", "rm --force"]
load = { kind = "closed", clients = [1, 3] }
cycles = 40
"""

WIDE = 2.5
"""Factor by which a median of a loop of seconds, on a machine with other work, may be off."""


LOAD = """
[profile]
base = "{profile}"

[flow]
variant = "engine"

[[images]]
name = "alpine:3.17"
present = true

[[workload]]
kind = "closed"
clients = {clients}
cycle = [{{ command = "create" }}, {{ command = "start" }}, {{ command = "rm", force = true }}]

[run]
commands = {commands}
"""


def cycles_per_second(profile, clients):
    """Of a simulated load."""
    scenario = loads(LOAD.format(profile=profile, clients=clients, commands=600))
    return 200 / simulate_once(scenario).commands["ended"].max()


def docksim(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.mark.engine
@pytest.mark.slow
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
    factors = np.log(medians["predicted"] / medians["measured"])
    assert factors.abs().median() < np.log(WIDE)
    # More clients get more done, there and here, and not much more here than there.
    blocks = Dataset(data).table("blocks")
    measured = blocks[blocks["set"] == "cycles"].set_index("clients")["throughput"]
    gain = cycles_per_second(profile, 3) / cycles_per_second(profile, 1)
    assert measured[3] > measured[1]
    assert 1.0 < gain < 1.5 * measured[3] / measured[1]


def test_a_profile_that_no_command_would_accept_is_not_written(tmp_path):
    out = tmp_path / "own"
    done = docksim("calibrate", tmp_path / "nowhere", "--out", out)
    assert done.exit_code == 2
    assert f"{out}: is no profile's name; one that ends in .toml is needed" in done.output
    assert not out.exists()


def test_a_dataset_is_read_without_what_measures(tmp_path):
    """httptools, uvloop and docker are there for who measures, and may be missing."""
    script = (
        "import sys\n"
        "sys.modules |= dict.fromkeys(('httptools', 'uvloop', 'docker'))\n"
        "from docksim.cli.app import app\n"
        "app()"
    )
    for command in (
        ["calibrate", tmp_path, "--out", tmp_path / "own.toml"],
        ["validate", "--profile", "measured", "--dataset", tmp_path],
    ):
        arguments = [sys.executable, "-c", script, *map(str, command)]
        done = subprocess.run(arguments, capture_output=True, text=True)
        assert done.returncode == 2
        assert "no dataset is there" in done.stderr


def test_what_is_no_dataset_is_told(tmp_path):
    for arguments in (
        ("calibrate", tmp_path, "--out", tmp_path / "own.toml"),
        ("validate", "--profile", "measured", "--dataset", tmp_path),
    ):
        done = docksim(*arguments)
        assert done.exit_code == 2
        assert "no dataset" in done.output
    assert not Path(tmp_path / "own.toml").exists()


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("reference = ", "# reference = ", ["own.toml: host.reference: missing"]),
        (
            'reference_work = "walk and stat"',
            'reference_work = "other"',
            ['own.toml: host.reference_work: found "other"', 'allowed: ""', "do not compare"],
        ),
        ("cores = 2", 'cores = "two"', ["own.toml: host.cores", '"two"', "a whole number"]),
        ("containers_create", "containers_crate", ["containers_crate", "containers_create"]),
    ],
)
def test_a_profile_that_cannot_predict_is_told_before_anything_is_predicted(
    tmp_path, old, new, words
):
    text = shipped_profiles()["measured"].read_text()
    assert old in text
    own = tmp_path / "own.toml"
    own.write_text(text.replace(old, new))
    with pytest.raises((EngineError, ScenarioError)) as caught:
        measured_profile(own, made(tmp_path / "data"))
    for word in words:
        assert word in str(caught.value)


def test_a_shipped_profile_has_a_name(tmp_path):
    found = made(tmp_path / "data")
    found.add_to_manifest(facts=found.manifest["facts"] | {"reference_work": "walk and stat"})
    assert measured_profile(Path("measured"), found).name == "measured-profile.toml"


def test_where_the_output_cannot_go_is_told_before_the_work(tmp_path):
    (tmp_path / "file").touch()
    for arguments in (
        ("calibrate", tmp_path / "nowhere", "--out", tmp_path),
        ("validate", "--profile", "x", "--dataset", "x", "--out", tmp_path / "file"),
        ("validate", "--profile", "x", "--published", "x", "--out", tmp_path / "file"),
    ):
        done = docksim(*arguments)
        assert done.exit_code == 2
        assert "is needed" in done.output
