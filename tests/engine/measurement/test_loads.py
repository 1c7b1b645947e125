"""Loads come as declared: told by a client that answers after a while of its own."""

import asyncio
import errno
import time
from dataclasses import replace
from itertools import pairwise
from math import nan

import numpy as np
import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import Answer, Errand
from docksim.engine.measurement.conditions import Beside
from docksim.engine.measurement.conventions import FAILED
from docksim.engine.measurement.loads import Companion, LoadGenerator, side_by_side
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
    brisk=False,
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


def errand(number, cycle):
    return Errand("image", "host", "ignores", 1.0, "label=x")


def driven(point, client, note=None, gaps=None):
    samples, quiets = [], []

    async def quiet():
        quiets.append(client.present)

    async def drive():
        rng = gaps or np.random.default_rng(1)
        load = LoadGenerator(client, point, errand, note or samples.append, quiet, rng)
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


def test_a_warm_up_is_of_whole_batches():
    point = replace(POINT, load="batch", clients=5, cycles=3, warm_up=1)
    window, samples, _ = driven(point, SlowClient())
    assert len({sample.cycle for sample in samples}) == 20
    assert window.cycles == 15
    ended = max(sample.answer.ended for sample in samples if sample.cycle < 5)
    begun = min(sample.answer.issued for sample in samples if sample.cycle >= 5)
    assert ended <= window.began <= begun


class DyingClient(SlowClient):
    """After some operations it gets no answer any more."""

    def __init__(self, answered):
        super().__init__(0.001)
        self.answered = answered

    async def perform(self, operation, errand):
        answer = await super().perform(operation, errand)
        self.answered -= 1
        return answer if self.answered >= 0 else replace(answer, status=FAILED, error="it is dead")


LOADS = [
    replace(POINT, clients=4, cycles=10_000),
    replace(POINT, load="open", rate=100.0, cycles=10_000),
    replace(POINT, load="batch", clients=4, cycles=10_000),
]


@pytest.mark.parametrize("point", LOADS, ids=lambda point: point.load)
def test_a_load_ends_at_once_when_the_engine_has_died(point):
    began = time.perf_counter()
    client = DyingClient(answered=2)
    with pytest.raises(EngineError, match="it is dead"):
        driven(point, client)
    assert client.answered >= -5  # no more than were under way
    assert time.perf_counter() - began < 5.0


@pytest.mark.parametrize("point", LOADS, ids=lambda point: point.load)
def test_what_cannot_be_noted_ends_a_load_at_once(point):
    def note(sample):
        raise OSError(errno.ENOSPC, "no space left")

    began = time.perf_counter()
    with pytest.raises(OSError, match="no space left"):
        driven(point, SlowClient(), note)
    assert time.perf_counter() - began < 5.0


class Gaps:
    """The first arrival comes at once, the next one much later."""

    def __init__(self):
        self.gaps = iter([0.0, 3600.0])

    def exponential(self, mean):
        return next(self.gaps)


def test_the_next_arrival_is_not_waited_for_when_the_engine_has_died():
    began = time.perf_counter()
    with pytest.raises(EngineError, match="it is dead"):
        driven(replace(POINT, load="open", rate=1.0), DyingClient(answered=0), gaps=Gaps())
    assert time.perf_counter() - began < 5.0


def accompanied(client, point, operations=("ps",)):
    """Beside the point's load, two closed clients."""
    samples = []

    async def drive():
        rng = np.random.default_rng(1)
        load = LoadGenerator(client, point, errand, samples.append, asyncio.sleep, rng)
        beside = Beside(operations=operations, clients=2)
        return await side_by_side(load, Companion(client, beside, errand))

    return asyncio.run(drive()), samples


def test_a_companion_ends_with_the_load():
    client = SlowClient()
    window, samples = accompanied(client, replace(POINT, cycles=20))
    assert window.cycles == 20
    assert {sample.operation for sample in samples} == set(POINT.operations)
    assert client.most == 3
    assert client.present == 0


def test_a_companions_error_ends_the_load_at_once():
    began = time.perf_counter()
    client = SlowClient(failing=("kill",))
    with pytest.raises(EngineError, match="beside the load, kill: no"):
        accompanied(client, replace(POINT, cycles=10_000), ("create", "kill"))
    assert time.perf_counter() - began < 5.0


def test_a_cycle_ends_when_there_is_no_container_to_go_on_with():
    _, samples, _ = driven(POINT, SlowClient(failing=("create",)))
    assert {sample.operation for sample in samples} == {"create"}
    assert all(sample.answer.error for sample in samples)
