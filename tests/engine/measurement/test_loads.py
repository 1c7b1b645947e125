"""Loads come as declared: told by a client that answers after a while of its own."""

import asyncio
import time
from dataclasses import replace
from itertools import pairwise
from math import nan

import numpy as np
import pytest

from docksim.engine.measurement.client import Answer, Errand
from docksim.engine.measurement.loads import LoadGenerator
from docksim.engine.measurement.points import Point

POINT = Point(
    set="test",
    operations=("create", "start", "rm --force"),
    load="closed",
    clients=1,
    rate=0.0,
    of_capacity=0.0,
    pause=0.0,
    network="host",
    image="small",
    behaviour="ignores",
    stop_timeout=1.0,
    containers=0,
    running=0,
    images=0,
    log_size=0.0,
    slots=3,
    link_rate=0.0,
    rtt=0.0,
    beside=None,
    timed_runtime=False,
    cycles=12,
    warm_up=3,
    accounting=False,
    traced=False,
)


class SlowClient:
    """Takes `seconds` an operation; some operations fail."""

    def __init__(self, seconds=0.005, failing=()):
        self.seconds = seconds
        self.failing = failing
        self.present = self.most = 0

    async def perform(self, operation, errand):
        self.present += 1
        self.most = max(self.most, self.present)
        issued = time.perf_counter()
        await asyncio.sleep(self.seconds)
        self.present -= 1
        failed = operation in self.failing
        status, error = (500, "no") if failed else (200, "")
        return Answer(issued, nan, time.perf_counter(), status, error)


def driven(point, client):
    samples, quiets = [], []

    async def quiet():
        quiets.append(client.present)

    async def drive():
        def errand(number, cycle):
            return Errand("image", "host", "ignores", 1.0, "label=x")

        rng = np.random.default_rng(1)
        load = LoadGenerator(client, point, errand, samples.append, quiet, rng)
        return await load.run()

    return asyncio.run(drive()), samples, quiets


@pytest.mark.parametrize("clients", [1, 4])
def test_closed_clients_keep_so_many_under_way_and_no_more(clients):
    client = SlowClient()
    window, samples, _ = driven(replace(POINT, clients=clients), client)
    assert client.most == clients
    assert window.cycles == 12
    assert len(samples) == 3 * 15
    assert {sample.cycle for sample in samples} == set(range(15))


def test_a_cycles_operations_come_in_order():
    _, samples, _ = driven(replace(POINT, clients=3), SlowClient())
    for cycle in range(15):
        own = [s for s in samples if s.cycle == cycle]
        assert [s.operation for s in own] == list(POINT.operations)
        assert all(a.answer.ended <= b.answer.issued for a, b in pairwise(own))


def test_throughput_is_of_the_cycles_after_the_warm_up():
    window, samples, _ = driven(POINT, SlowClient())
    ends = [max(s.answer.ended for s in samples if s.cycle == cycle) for cycle in range(15)]
    expected = 12 / (ends[14] - ends[2])
    assert window.throughput == pytest.approx(expected, rel=0.01)


def test_open_arrivals_do_not_wait_for_answers():
    client = SlowClient(0.1)
    point = replace(POINT, load="open", rate=200.0, operations=("ps",), cycles=40, warm_up=0)
    _, samples, _ = driven(point, client)
    issued = sorted(sample.answer.issued for sample in samples)
    gaps = np.diff(issued)
    assert client.most > 1
    assert len(issued) == 40
    assert gaps.std() > 0.3 * gaps.mean()  # at random, not on a beat


def test_a_batch_begins_when_the_last_one_is_over_and_it_is_quiet():
    client = SlowClient()
    point = replace(POINT, load="batch", clients=5, cycles=3, warm_up=0)
    window, samples, quiets = driven(point, client)
    assert client.most == 5
    assert quiets == [0, 0, 0]
    assert len(samples) == 3 * 5 * 3
    assert window.cycles == 15


def test_a_cycle_ends_when_there_is_no_container_to_go_on_with():
    _, samples, _ = driven(POINT, SlowClient(failing=("create",)))
    assert {sample.operation for sample in samples} == {"create"}
    assert all(sample.answer.error for sample in samples)
