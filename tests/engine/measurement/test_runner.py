"""What a runner does when its engine goes away."""

import asyncio
import os
import signal
import threading
import time
from itertools import pairwise

import docker
import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement import runner
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.plan import Plan
from docksim.engine.measurement.runner import Runner
from docksim.engine.measurement.target import PrivateTarget

LYING_ABOUT = {
    "name": "lying about",
    "repetitions": 3,
    "image": [{"name": "small", "size": "200 kB"}],
    "point": [
        {"set": str(images), "operations": ["images"], "load": {"kind": "closed"}, "cycles": 1,
         "images": images}
        for images in (0, 2, 3)
    ],
}  # fmt: skip
ENDLESS = {
    "name": "endless",
    "repetitions": 1,
    "image": [{"name": "small", "size": "200 kB"}],
    "point": [{"set": "s", "operations": ["ps"], "load": {"kind": "closed"}, "cycles": 1_000_000}],
}


@pytest.mark.engine
def test_a_block_finds_no_images_but_its_own(running_engine, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "stolen_seconds", lambda: 0.0)  # each is measured once

    def images():
        return len(docker.DockerClient(f"unix://{running_engine.socket}").images.list())

    target = PrivateTarget(running_engine)
    measuring = Runner(Plan.model_validate(LYING_ABOUT), target, Dataset(tmp_path / "data"))
    found = []
    asyncio.run(measuring.run(lambda done, count, point: found.append((point, images()))))
    # Told before a block, when those of the block before are still there; one is the base.
    after = [(before[0], now[1] - 1) for before, now in pairwise(found)]
    assert sorted(after) == [
        (name, there)
        for name, there in (
            ("0_images_x1_host_small_ignores_s3", 0),
            ("2_images_x1_host_small_ignores_i2_s3", 2),
            ("3_images_x1_host_small_ignores_i3_s3", 3),
        )
        for _ in range(3)
    ]


@pytest.mark.engine
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
