"""A program's memory: when it is collected, and whom that delays."""

from __future__ import annotations

from functools import partial
from typing import Any

import pandas as pd
import pytest

from docksim.des.distributions import Constant
from docksim.des.environment import Environment
from docksim.des.sharing import SharedStation
from docksim.des.streams import Streams
from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from docksim.system.infrastructure.heap import Heap
from docksim.system.infrastructure.turns import Turns, compute
from docksim.system.ledger import Ledger
from tests.helpers import scenario, without_cost

EVERY, COLLECTING = 10.0, 4.0


def heap(env: Environment, used: float, turns: Turns | None = None) -> Heap:
    """One that is collected every 10 bytes, in 4 core-seconds on two cores."""
    turns = turns or Turns(env, SharedStation(env, "cores", 2.0), "program", 2)
    cpu = Streams(1).draws("collection", Constant(COLLECTING))
    return Heap(env, Ledger(env, "program", 2.0), turns, EVERY, cpu, 0.1, used)


def ended(env: Environment, memory: Heap) -> float:
    """When a collection that begins now is over (s)."""
    memory.collect()
    while memory.is_collecting:
        env.step()
    return env.now


def test_a_collection_is_due_after_the_share_that_there_was_room_for() -> None:
    memory = heap(Environment(), used=8.0)
    assert memory.allocate(1.0) == 1.0
    assert memory.allocate(4.0) == pytest.approx(0.25)
    assert memory.allocate(6.0) == 1.0
    assert memory.allocate(2.0) == pytest.approx(0.5)


def test_a_collection_is_done_on_all_turns_and_only_once_at_a_time() -> None:
    env = Environment()
    memory = heap(env, used=0.0)
    memory.collect()
    memory.collect()
    assert memory.allocate(2 * EVERY) == 1.0
    env.run()
    assert env.now == pytest.approx(COLLECTING / 2)


@pytest.mark.parametrize(
    ("busy", "rate"),
    # Of two cores, each worker gets a whole one that is idle, and a quarter of one that is busy.
    [(0, 2.0), (1, 0.875 + 0.25), (2, 0.25 + 0.25)],
)
def test_a_collection_takes_idle_processors_and_a_quarter_of_busy_ones(
    busy: int, rate: float
) -> None:
    env = Environment()
    cores = SharedStation(env, "cores", 2.0)
    turns = Turns(env, cores, "program", 2)
    for _ in range(busy):
        env.process(turns.take(100.0, 1.0, 100.0, partial(compute, cores, group="program")))
    env.run(until=0.001)
    assert ended(env, heap(env, 0.0, turns)) == pytest.approx(COLLECTING / rate, rel=0.02)


def test_who_allocates_while_memory_is_collected_does_its_part() -> None:
    """Of the 3 bytes that may be allocated meanwhile, 1.5: half of the 4 core-seconds. The workers
    do the other half, on two idle cores in a second; then nothing is left."""
    env = Environment()
    memory = heap(env, 0.0)
    assert memory.assistance(1.5) == 0.0
    memory.collect()
    assert memory.assistance(1.5) == pytest.approx(COLLECTING / 2)
    while memory.is_collecting:
        env.step()
    assert env.now == pytest.approx(COLLECTING / 2 / 2)
    assert memory.assistance(1.5) == 0.0


def test_nobody_does_more_than_is_left_of_a_collection() -> None:
    memory = heap(Environment(), 0.0)
    memory.collect()
    assert memory.assistance(100.0) == pytest.approx(COLLECTING)
    assert memory.assistance(100.0) == 0.0


def test_where_nothing_is_allocated_no_collection_is_due() -> None:
    assert heap(Environment(), used=EVERY).allocate(0.0) == 1.0


def test_what_is_in_use_when_a_collection_begins_is_not_collected() -> None:
    env = Environment()
    memory = heap(env, used=0.0)
    memory.hold(5.0)
    memory.collect()
    env.run()
    memory.release(5.0)
    assert memory.allocate(12.0) == 1.0
    assert memory.allocate(6.0) == pytest.approx(0.5)


def listings(count: int, allocates: str, **collector: str) -> pd.Series:
    """Latencies (s) of lists by one client that take 1 s of the daemon's each, on two cores."""
    cycle = [{"command": "ps"}]
    given = scenario(
        host={"cores": 2},
        workload=[{"kind": "closed", "clients": 1, "cycle": cycle}],
        run={"commands": count},
    )
    document: dict[str, Any] = without_cost(given).document()
    step = {"cpu": "1 s", "group": "daemon", "quantum": "1 ms", "allocates": allocates}
    document["profile"]["operations"]["dockerd"]["containers_json"] = [step | {"source": "test"}]
    whole = {"cpu": "2 s", "slice": "1 ms", "group": "daemon", "source": "test"}
    document["daemon"]["collector"] = whole | collector
    commands = simulate_once(Scenario.model_validate(document)).commands
    return commands["ended"] - commands["arrived"]


def test_lists_are_longer_while_memory_is_collected() -> None:
    """Ten times in 100 lists, 2 core-seconds are collected: a list has a part of that to do, and a
    quarter of its core is taken; the idle core does the rest."""
    latency = listings(100, "1 MB", every="10 MB")
    assert 100.0 + 10 * 0.2 < latency.sum() < 100.0 + 10 * 1.0
    assert (latency > 1.01).sum() in range(9, 25)


def test_what_other_groups_allocate_is_not_collected() -> None:
    assert listings(20, "1 MB", every="10 MB", group="other").tolist() == pytest.approx([1.0] * 20)


def test_who_allocates_nothing_waits_for_no_collection() -> None:
    assert listings(20, "0 B", every="10 MB").tolist() == pytest.approx([1.0] * 20)
