"""A program's memory: when it is collected, and whom that delays."""

from __future__ import annotations

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
from docksim.system.infrastructure.turns import Turns
from docksim.system.ledger import Ledger
from tests.helpers import scenario, without_cost

EVERY, COLLECTING = 10.0, 4.0


def heap(env: Environment, used: float) -> Heap:
    """One that is collected every 10 bytes, in 4 core-seconds on two cores."""
    turns = Turns(env, SharedStation(env, "cores", 2.0), "program", 2)
    cpu = Streams(1).draws("collection", Constant(COLLECTING))
    return Heap(env, Ledger(env, "program", 2.0), turns, EVERY, cpu, 0.1, used)


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


def test_a_worker_with_a_turn_does_what_one_without_cannot() -> None:
    """Somebody keeps one of two turns: the other worker collects all, in 4 s and not in 2."""
    env = Environment()
    turns = Turns(env, SharedStation(env, "cores", 2.0), "program", 2)
    ledger = Ledger(env, "program", 2.0)
    cpu = Streams(1).draws("collection", Constant(COLLECTING))
    memory = Heap(env, ledger, turns, EVERY, cpu, 0.1, 0.0)
    env.process(turns.take(100.0, 1.0, 100.0))
    env.run(until=0.01)
    memory.collect()
    for moment, collections in ((COLLECTING - 0.5, 1), (COLLECTING + 0.5, 2)):
        env.run(until=moment)
        memory.collect()
        assert ledger.busy == pytest.approx(collections * COLLECTING)


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


def test_who_computes_while_memory_is_collected_shares_the_turns_with_the_collector() -> None:
    """Three want two turns: 2 core-seconds are collected at 4/3 a second, at the cost of 0.5 s."""
    latency = listings(100, "1 MB", every="10 MB")
    assert latency.sum() == pytest.approx(100 + 10 * 0.5, rel=0.01)
    assert (latency > 1.01).sum() in range(10, 22)


def test_what_other_groups_allocate_is_not_collected() -> None:
    assert listings(20, "1 MB", every="10 MB", group="other").tolist() == pytest.approx([1.0] * 20)


def test_who_allocates_nothing_waits_for_no_collection() -> None:
    assert listings(20, "0 B", every="10 MB").tolist() == pytest.approx([1.0] * 20)
