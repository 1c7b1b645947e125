"""The load generator's own part of a load, from what it took in all and of single operations."""

import pandas as pd
import pytest

from docksim.engine.validation.clients import accounted, clients_of
from tests.engine.calibration.made import CLIENT, EXTRA, add_block, made

CYCLE = ("create", "start", "rm --force")
REQUESTS = 30


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    """Operations accounted one by one, each with CLIENT core-seconds of the load generator's."""
    found = made(tmp_path_factory.mktemp("made") / "data")
    for network in EXTRA:
        add_block(found, CYCLE, network, "ignores")
    return found


def clients(dataset, cpu, operations=CYCLE, apart=0.5, latency=0.4, **changes):
    """Of a closed load whose load generator took `cpu` core-seconds a request."""
    block = {
        "block": "b", "operations": list(operations), "cycles": 9, "warm_up": 1, "load": "closed",
        "clients": 1, "client_cores": cpu * REQUESTS / 100.0, "elapsed": 100.0, "log_size": 0.0,
        "containers": 0, "beside": None, "throughput": 1.0 / (apart * len(operations)),
    }  # fmt: skip
    samples = pd.DataFrame({"block": "b", "latency": [latency] * REQUESTS})
    return clients_of(dataset, accounted(dataset), pd.DataFrame([block | changes]), samples)


def test_what_is_known_of_an_operation_is_before_its_answer_and_the_rest_beside(dataset):
    found = clients(dataset, cpu=3 * CLIENT)
    assert found.cpu == pytest.approx(dict.fromkeys(CYCLE, CLIENT))
    assert found.beside == pytest.approx(2 * CLIENT)


def test_no_more_is_beside_than_there_was(dataset):
    assert clients(dataset, cpu=0.5 * CLIENT).beside == 0.0


def test_a_run_is_a_creation_and_a_start(dataset):
    assert clients(dataset, 0.0, ("run", "rm --force")).cpu["run"] == pytest.approx(2 * CLIENT)


def test_of_what_was_not_accounted_all_requests_take_the_same(dataset):
    assert clients(dataset, 0.007, ("kill",), cycles=29).cpu == pytest.approx({"kill": 0.007})


def test_a_closed_client_thinks_for_as_long_as_its_latencies_leave(dataset):
    assert clients(dataset, CLIENT).think == pytest.approx(0.1)
    assert clients(dataset, CLIENT, latency=0.6).think == 0.0
    assert clients(dataset, CLIENT, load="open").think == 0.0


def test_a_closed_client_thinks_as_long_beside_others(dataset):
    assert clients(dataset, CLIENT, beside={"clients": 2}).think == pytest.approx(0.1)
