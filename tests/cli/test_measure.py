"""`docksim measure` and `docksim engine`, as a user meets them."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples
from docksim.engine.private import PrivateEngine

PLAN = """
name = "tiny"
repetitions = 2
probe_rounds = 2

[[image]]
name = "small"
size = "200 kB"

[[point]]
set = "cycles"
operations = ["create", "start", "stop", "rm"]
load = { kind = "closed", clients = 2 }
behaviour = "ignores"
stop_timeout = "1 s"
cycles = 4
warm_up = 1

[[point]]
set = "light"
operations = ["pull", "rmi"]
load = { kind = "closed" }
cycles = 2
warm_up = 0
accounting = true

[[point]]
set = "beside"
operations = ["ps", "images"]
load = { kind = "closed" }
images = 2
cycles = 30
warm_up = 1
beside = { clients = 2, network = "bridge" }

[[point]]
set = "runs"
operations = ["run", "rm --force"]
load = { kind = "closed" }
running = 2
cycles = 2
warm_up = 0

[[point]]
set = "refused"
operations = ["create", "rm", "rm", "inspect"]
load = { kind = "closed" }
cycles = 1
warm_up = 0
"""


ENDLESS = """
name = "endless"
repetitions = 1

[[image]]
name = "small"
size = "200 kB"

[[point]]
set = "s"
operations = ["ps"]
load = { kind = "closed" }
cycles = 1_000_000
"""


def docksim(*arguments):
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture
def plan(tmp_path):
    file = tmp_path / "plan.toml"
    file.write_text(PLAN)
    return file


@pytest.mark.engine
def test_a_full_disk_is_told_in_a_line_and_what_was_measured_is_kept(tmp_path, engine):
    plan, disk = tmp_path / "endless.toml", tmp_path / "disk"
    plan.write_text(ENDLESS)
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)], check=True)
    try:
        done = docksim("measure", plan, "--out", disk / "data", "--dir", engine.folder)
        assert done.exit_code == 2
        (line,) = done.output.splitlines()
        assert f"{disk / 'data'}: no space left" in line
        (kept,) = disk.glob("data/blocks/*.partial/samples.jsonl")
        assert json.loads(kept.read_text().splitlines()[0])["operation"] == "ps"
    finally:
        subprocess.run(["umount", str(disk)], check=True)
    assert engine.status().state == "absent"


MEASURE = """
import signal
from docksim.cli.app import main

# Whoever runs the tests in the background ignores the signal, which children inherit.
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


@pytest.mark.engine
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_whoever_ends_it_finds_all_cleaned_up_but_what_was_measured(tmp_path, engine, number):
    plan, data = tmp_path / "endless.toml", tmp_path / "data"
    plan.write_text(ENDLESS)
    mounts = Path("/proc/self/mountinfo").read_text()
    arguments = ["measure", plan, "--out", data, "--dir", engine.folder]
    measuring = subprocess.Popen([sys.executable, "-c", MEASURE, *arguments])
    while not any(f.stat().st_size for f in data.glob("blocks/*.partial/samples.jsonl")):
        time.sleep(0.01)
    measuring.send_signal(number)
    assert measuring.wait(timeout=60) == 128 + number
    assert engine.status().state == "absent"
    assert Path("/proc/self/mountinfo").read_text() == mounts
    (kept,) = data.glob("blocks/*.partial/samples.jsonl")
    assert json.loads(kept.read_text().splitlines()[0])["operation"] == "ps"


@pytest.mark.engine
def test_a_plan_is_measured_and_described(plan, tmp_path, engine):
    done = docksim("measure", plan, "--out", tmp_path / "data", "--dir", engine.folder)
    assert done.exit_code == 0, done.output
    assert engine.status().state == "absent"
    dataset = Dataset(tmp_path / "data")
    samples = measured_samples(dataset)

    cycles = samples[samples["set"] == "cycles"]
    assert (cycles["error"] == "").all()
    assert cycles["operation"].value_counts().to_dict() == dict.fromkeys(
        ("create", "start", "stop", "rm"), 8
    )
    # Process 1 ignores SIGTERM: a stop takes its timeout, and a rest that is bounded.
    stops = cycles[cycles["operation"] == "stop"]["latency"]
    assert stops.min() >= 1.0
    assert stops.max() < 3.0

    # What is removed twice is not there, and cannot be inspected.
    refused = samples[samples["set"] == "refused"].groupby("operation")["status"].agg(list)
    assert sorted(refused["rm"]) == [204, 204, 404, 404]
    assert set(refused["inspect"]) == {404}

    # What goes on beside a load is not among its samples, and leaves no container.
    beside = samples[samples["set"] == "beside"]
    assert beside["operation"].value_counts().to_dict() == {"ps": 60, "images": 60}
    runs = samples[samples["set"] == "runs"]
    assert (runs["error"] == "").all()
    assert runs["operation"].value_counts().to_dict() == {"run": 4, "rm --force": 4}

    news = dataset.table("news")
    assert set(news["status"]) == {"Pulling fs layer", "Download complete", "Pull complete"}
    of_host = {
        "flush",
        "spaced_flush",
        "unmount",
        "overlay_unmount",
        "wakeup",
        "barrier",
        "namespace",
        "inflate",
    }
    assert set(dataset.probes["probe"]) == of_host | {"heap", "collection", "ping"}
    assert set(dataset.probes["callers"]) == {1, 2}
    assert dataset.probe_rounds == 2
    assert (dataset.probes["seconds"] > 0).all()

    cpu = dataset.table("cpu")
    phases = set(cpu[cpu["operation"] == "pull"]["phase"])
    assert {"manifest", "download", "extract", "finish", "reply", "after"} <= phases
    pulls = cpu[(cpu["operation"] == "pull") & (cpu["phase"] == "reply")]
    assert (pulls[pulls["component"] == "dockerd"]["cpu"] > 0).all()
    assert (dataset.table("allocated")["bytes"] > 0).all()

    described = docksim("measure", "--describe", tmp_path / "data")
    assert described.exit_code == 0
    assert "stop" in described.output
    assert "Micro-probes" in described.output

    again = docksim("measure", plan, "--out", tmp_path / "data", "--dir", engine.folder)
    assert again.exit_code == 0
    assert dataset.hash() == Dataset(tmp_path / "data").hash()


@pytest.mark.engine
def test_an_engine_is_brought_up_and_down(engine):
    assert "absent" in docksim("engine", "status", "--dir", engine.folder).output
    up = docksim("engine", "up", "--dir", engine.folder)
    assert (up.exit_code, "DOCKER_HOST=unix://" in up.output) == (0, True)
    again = docksim("engine", "up", "--dir", engine.folder)
    assert again.exit_code == 2
    assert "already" in again.output
    assert docksim("engine", "down", "--dir", engine.folder).exit_code == 0
    assert "there was none" in docksim("engine", "down", "--dir", engine.folder).output


def test_what_is_missing_is_told(plan, tmp_path, monkeypatch):
    monkeypatch.setattr("docksim.engine.private.requirements.shutil.which", lambda *_, **__: None)
    done = docksim("measure", plan, "--out", tmp_path / "data", "--dir", tmp_path / "engine")
    assert done.exit_code == 2
    assert "dockerd" in done.output
    assert "apt-get install" in done.output
    assert not (tmp_path / "data").exists()
    assert not PrivateEngine(tmp_path / "engine").folder.exists()


def test_a_plan_and_a_folder_are_asked_for():
    done = docksim("measure")
    assert done.exit_code == 2
    assert "--describe" in done.output


def test_a_folder_without_a_dataset_is_told(tmp_path):
    done = docksim("measure", "--describe", tmp_path)
    assert done.exit_code == 2
    assert "no dataset" in done.output
