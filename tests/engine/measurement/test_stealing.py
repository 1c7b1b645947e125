"""A block from which the hypervisor took the machine away is measured again."""

import asyncio
from dataclasses import replace

import pandas as pd
import pytest

from docksim.engine.measurement import runner
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.plan import Plan
from docksim.engine.measurement.runner import Runner
from docksim.engine.measurement.stealing import ATTEMPTS, DISTURBED, disturbed
from docksim.engine.measurement.target import PrivateTarget
from tests.engine.measurement.test_dataset import FACTS, note, plan
from tests.engine.measurement.test_loads import POINT

PLAN = {
    "name": "stolen",
    "repetitions": 1,
    "image": [{"name": "small", "size": "200 kB"}],
    "point": [
        {"set": name, "operations": ["ps"], "load": {"kind": "closed"}, "cycles": 3}
        for name in ("a", "b")
    ],
}


@pytest.fixture
def dataset(tmp_path):
    begun = Dataset(tmp_path / "data")
    begun.begin(plan(), FACTS)
    return begun


def measured(dataset, block, stolen, latency=0.1, used=10.0):
    """A block that used so many seconds of CPU time."""
    with dataset.writing(block) as writer:
        note(writer, 0, latency)
        cpu = pd.DataFrame({"component": ["dockerd", "rest"], "cpu": [0.75 * used, 0.25 * used]})
        writer.finish(
            replace(POINT, operations=("ps",)), {"block_cpu": cpu}, block=block, stolen=stolen
        )


def test_a_block_is_disturbed_by_its_share_of_what_was_wanted(dataset):
    for block, share in (("quiet", 0.9 * DISTURBED), ("stolen", 1.1 * DISTURBED)):
        measured(dataset, block, stolen=10.0 * share / (1.0 - share))
    assert disturbed(dataset) == {"stolen"}


def test_a_hundredth_of_a_second_in_a_brief_block_is_within_what_the_kernel_can_tell(dataset):
    measured(dataset, "brief", stolen=0.01, used=0.1)
    assert disturbed(dataset) == set()


def test_what_is_measured_again_takes_its_place_once_it_is_finished(dataset):
    measured(dataset, "one", stolen=1.0, latency=0.5)

    def interrupted():
        with dataset.writing("one") as writer:
            note(writer, 0, 0.3)
            raise KeyboardInterrupt

    def latencies():
        return dataset.table("samples")["latency"].tolist()

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert latencies() == pytest.approx([0.5])
    measured(dataset, "one", stolen=0.0, latency=0.2)
    assert latencies() == pytest.approx([0.2])
    assert disturbed(dataset) == set()
    # What it replaced has not been interrupted.
    assert dataset.interrupted()["latency"].tolist() == pytest.approx([0.3])


def test_a_machine_that_is_always_disturbed_is_measured_all_the_same(dataset):
    for attempt in range(ATTEMPTS):
        measured(dataset, "one", stolen=1.0)
        assert disturbed(dataset) == ({"one"} if attempt < ATTEMPTS - 1 else set())
    assert dataset.has("one")


@pytest.mark.engine
def test_only_disturbed_blocks_are_measured_again(running_engine, tmp_path, monkeypatch):
    """The first of two is stolen from while it is measured for the first time."""
    told = iter([0.0, 1000.0])
    monkeypatch.setattr(runner, "stolen_seconds", lambda: next(told, 1000.0))
    dataset = Dataset(tmp_path / "data")
    measuring = Runner(Plan.model_validate(PLAN), PrivateTarget(running_engine), dataset)
    asyncio.run(measuring.run(lambda *_: None))
    assert not dataset.interrupted().size
    blocks = dataset.table("blocks")
    assert (blocks["stolen"] == 0.0).all()
    assert sorted(dataset.attempts(block) for block in blocks["block"]) == [1, 2]
