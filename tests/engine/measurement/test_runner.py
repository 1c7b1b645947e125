"""What a runner does when its engine goes away."""

import asyncio
import os
import signal
import threading
import time

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.plan import Plan
from docksim.engine.measurement.runner import Runner
from docksim.engine.measurement.target import PrivateTarget

ENDLESS = {
    "name": "endless",
    "repetitions": 1,
    "image": [{"name": "small", "size": "200 kB"}],
    "point": [{"set": "s", "operations": ["ps"], "load": {"kind": "closed"}, "cycles": 1_000_000}],
}


@pytest.mark.engine
@pytest.mark.xdist_group("engine")
def test_an_engine_that_dies_is_told_and_the_samples_so_far_are_kept(running_engine, tmp_path):
    dataset = Dataset(tmp_path / "data")
    samples = tmp_path / "data" / "blocks"

    def kill_once_measured():
        while not any(f.stat().st_size for f in samples.glob("*.partial/samples.jsonl")):
            time.sleep(0.01)
        os.kill(int((running_engine.folder / "docker.pid").read_text()), signal.SIGKILL)

    killer = threading.Thread(target=kill_once_measured)
    killer.start()
    with pytest.raises(EngineError, match="died"):
        asyncio.run(
            Runner(Plan.model_validate(ENDLESS), PrivateTarget(running_engine), dataset).run(
                lambda *_: None
            )
        )
    killer.join()
    (kept,) = samples.glob("*.partial/samples.jsonl")
    assert kept.read_text().startswith("{")
    running_engine.down()
    assert running_engine.status().state == "absent"
