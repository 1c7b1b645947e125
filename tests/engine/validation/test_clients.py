"""The load generator's own part of a load, from what it took in all and of single operations."""

import numpy as np
import pandas as pd
import pytest

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.validation.clients import _before_answers, _seen, accounted, clients_of
from tests.engine.calibration.made import CLIENT, EXTRA, add_block, made

CYCLE = ("create", "start", "rm --force")
REQUESTS = 30
TAILS = {1e4: 0.1, 1e5: 0.2, 5e6: 0.3}
"""Core-seconds, by a log's size."""


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
    assert found.beside == pytest.approx(dict.fromkeys(CYCLE, 2 * CLIENT))


def test_last_lines_are_read_as_slowly_as_after_a_log_about_as_long():
    def demand(client):
        return Demand(np.full(9, 0.001), {"dockerd": 0.0005}, {}, 0.0005, client)

    tail = "logs --tail 10"
    known = {Key(tail, log_size=size): demand(client) for size, client in TAILS.items()}
    for size, expected in ((1e3, 0.1), (5e4, 0.2), (1e6, 0.3), (5e7, 0.3)):
        assert _seen(known, size) == pytest.approx({tail: expected})


def test_of_a_whole_log_what_its_bytes_take_is_left_out():
    short, long = (
        Demand(np.full(9, 0.001), {"dockerd": 0.0005}, {}, 0.0005, 0.001 + 1e-6 * size)
        for size in (1e3, 1e6)
    )
    known = {Key("logs", log_size=1e3): short, Key("logs", log_size=1e6): long}
    seen = _seen(known, 1e6)
    assert seen == pytest.approx({"logs": 1.001})
    found = _before_answers(known, seen, per_byte=1e-6, log_size=1e6)
    assert found == pytest.approx({"logs": 0.001})


def test_of_the_last_lines_of_a_log_their_bytes_are_left_out_too():
    tail = "logs --tail 10"

    def before(per_byte, log_size):
        return _before_answers({}, {tail: 0.003}, per_byte, log_size)[tail]

    assert before(1e-6, 1e6) == pytest.approx(0.002)
    assert before(1e-5, 1e6) == 0.0
    assert before(1e-6, 400.0) == pytest.approx(0.0026)
    assert before(1e-6, 0.0) == 0.003


def test_no_more_is_beside_than_there_was(dataset):
    assert clients(dataset, cpu=0.5 * CLIENT).beside == dict.fromkeys(CYCLE, 0.0)


def test_what_is_beside_goes_with_what_was_seen_of_each_operation(dataset):
    found = clients(dataset, 3 * CLIENT, ("run", "rm --force"), cycles=14)
    assert found.beside["run"] == pytest.approx(2 * found.beside["rm --force"])
    assert sum(found.beside.values()) == pytest.approx(3 * CLIENT)


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
