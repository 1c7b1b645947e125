"""What a dataset holds is summed up by cycles, without what was interrupted or a warm-up."""

from dataclasses import replace

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import Answer
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples, summary
from docksim.engine.measurement.loads import Sample
from docksim.engine.measurement.plan import Plan
from tests.engine.measurement.test_loads import POINT

FACTS = {"cores": 2, "date": "2026-11-24", "engine": {"ServerVersion": "20.10"}}
POINTS = {
    "closed": replace(POINT, operations=("ps",), clients=2, cycles=6, warm_up=2),
    "batch": replace(POINT, operations=("ps",), load="batch", clients=2, cycles=3, warm_up=1),
}
"""Of eight cycles each, of which six count."""


@pytest.fixture
def dataset(tmp_path):
    begun = Dataset(tmp_path / "data")
    document = {"set": "s", "operations": ["ps"], "load": {"kind": "closed"}}
    begun.begin(Plan.model_validate({"name": "test", "point": [document]}), FACTS)
    return begun


def note(writer, cycle):
    writer.note(Sample(0, cycle, "ps", Answer(10.0, 10.0, 10.1, 200, "")))


def measured(dataset, load):
    with dataset.writing(f"{load}-0") as writer:
        for cycle in range(8):
            note(writer, cycle)
        facts = {"throughput": 5.0, "client_cores": 0.02, "flushes": 40.0}
        writer.finish(POINTS[load], {}, block=f"{load}-0", **facts)


@pytest.mark.parametrize(("load", "first"), [("closed", 2), ("batch", 2)])
def test_a_warm_up_is_dropped_by_clients_cycles_or_by_whole_batches(dataset, load, first):
    measured(dataset, load)
    assert measured_samples(dataset)["cycle"].tolist() == list(range(first, 8))


@pytest.mark.parametrize("load", POINTS)
def test_flushes_are_of_a_single_clients_cycle(dataset, load):
    measured(dataset, load)
    assert summary(dataset)["flushes"].tolist() == [40.0 / 8]


def test_where_no_block_is_finished_it_is_told_what_is_kept(dataset):
    def interrupted():
        with dataset.writing("closed-0") as writer:
            note(writer, 0)
            note(writer, 1)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    with pytest.raises(EngineError, match="no block of it is finished; 2 samples of interrupted"):
        summary(dataset)


def test_where_nothing_was_measured_nothing_is_said_to_be_kept(dataset):
    with pytest.raises(EngineError) as caught:
        summary(dataset)
    assert "kept" not in str(caught.value)
