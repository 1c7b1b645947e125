"""The shared station against a simulation that solves the max-min problem at every change."""

from collections.abc import Callable, Generator
from dataclasses import dataclass
from math import inf

import numpy as np
import pytest
import simpy
from hypothesis import given, settings
from hypothesis import strategies as st

from docksim.des.maxmin import max_min_shares
from docksim.des.sharing import SharedStation

CAPACITY = 4.0


@dataclass
class Demand:
    """What comes to the station at `start`; a job without `work` is an occupation."""

    start: float
    work: float | None
    cap: float
    weight: float
    patience: float = inf  # s until it is withdrawn or released


@dataclass
class Fate:
    """What became of a demand."""

    end: float = inf
    done: float = 0.0
    withdrawn: bool = False


@dataclass
class Outcome:
    fates: list[Fate]
    busy: float = 0.0
    queue_area: float = 0.0
    wait_sum: float = 0.0
    departures: int = 0


def by_station(demands: list[Demand], horizon: float) -> Outcome:
    env = simpy.Environment()
    station = SharedStation(env, "cpu", CAPACITY)
    outcome = Outcome([Fate() for _ in demands])

    def job(demand: Demand, fate: Fate) -> Generator[simpy.Event, None, None]:
        yield env.timeout(demand.start)
        work = station.serve(demand.work or 0.0, demand.cap, demand.weight)
        process = env.active_process
        env.process(interrupt_after(process, demand.patience))
        try:
            yield work
            fate.done = demand.work or 0.0
        except simpy.Interrupt:
            fate.done = station.withdraw(work)
            fate.withdrawn = True
        fate.end = env.now

    def interrupt_after(
        process: simpy.Process | None, patience: float
    ) -> Generator[simpy.Event, None, None]:
        if patience < inf and process is not None:
            yield env.timeout(patience)
            if process.is_alive:
                process.interrupt()

    def occupation(demand: Demand) -> Generator[simpy.Event, None, None]:
        yield env.timeout(demand.start)
        share = station.occupy(demand.cap, demand.weight)
        if demand.patience < inf:
            yield env.timeout(demand.patience)
            share.release()

    for demand, fate in zip(demands, outcome.fates, strict=True):
        env.process(occupation(demand) if demand.work is None else job(demand, fate))
    env.run(until=horizon)
    totals = station.totals()
    outcome.busy, outcome.queue_area = totals.busy, totals.queue_area
    outcome.wait_sum, outcome.departures = totals.wait_sum, totals.departures
    return outcome


def by_brute_force(demands: list[Demand], horizon: float) -> Outcome:
    """Every rate anew, whenever something comes or goes."""
    outcome = Outcome([Fate() for _ in demands])
    left = [inf if d.work is None else d.work for d in demands]
    present: list[int] = []
    to_come = sorted(range(len(demands)), key=lambda i: demands[i].start)
    now = 0.0
    while now < horizon:
        caps = [min(demands[i].cap, CAPACITY) for i in present]
        rates = max_min_shares(CAPACITY, caps, [demands[i].weight for i in present])
        next_time = min(
            [horizon]
            + [demands[i].start for i in to_come[:1]]
            + [demands[i].start + demands[i].patience for i in present]
            + [now + left[i] / rate for i, rate in zip(present, rates, strict=True)]
        )
        for i, rate, cap in zip(present, rates, caps, strict=True):
            left[i] -= rate * (next_time - now)
            outcome.busy += rate * (next_time - now)
            if demands[i].work is not None:
                outcome.queue_area += (1.0 - rate / cap) * (next_time - now)
        now = next_time
        for i in [
            i for i in present if left[i] < 1e-9 or now >= demands[i].start + demands[i].patience
        ]:
            present.remove(i)
            leave(demands[i], left[i], now, outcome, outcome.fates[i])
        while to_come and demands[to_come[0]].start <= now < horizon:
            present.append(to_come.pop(0))
    return outcome


def leave(demand: Demand, left: float, now: float, outcome: Outcome, fate: Fate) -> None:
    if demand.work is None:
        return
    fate.end, fate.withdrawn, fate.done = now, left >= 1e-9, demand.work - left
    outcome.departures += 1
    outcome.wait_sum += now - demand.start - fate.done / min(demand.cap, CAPACITY)


# Times and amounts on grids of their own, so that two things hardly ever fall on one instant by
# rounding only, where either order is right.
times = st.integers(0, 1000).map(lambda n: n * 0.0123)
works = st.one_of(st.none(), st.integers(1, 2000).map(lambda n: n * 0.01037))
works = st.one_of(works, works.filter(lambda work: work is not None))
caps = st.one_of(st.sampled_from([0.3, 1.0, 1.0, 2.0, inf]), st.floats(0.05, 6.0))
weights = st.one_of(st.just(1.0), st.just(1.0), st.sampled_from([0.5, 2.0]), st.floats(0.1, 10.0))
patiences = st.one_of(st.just(inf), st.integers(1, 900).map(lambda n: n * 0.0571))
demands = st.lists(
    st.builds(Demand, times, works, caps, weights, patiences), min_size=2, max_size=25
)


@settings(max_examples=300, deadline=None)
@given(demands=demands, horizon=st.floats(1.0, 200.0))
def test_it_does_what_solving_at_every_change_does(demands: list[Demand], horizon: float) -> None:
    horizon += 1 / 1723
    found, expected = by_station(demands, horizon), by_brute_force(demands, horizon)
    assert found.busy == pytest.approx(expected.busy, rel=1e-7, abs=1e-7)
    assert found.queue_area == pytest.approx(expected.queue_area, rel=1e-7, abs=1e-6)
    for a, b in zip(found.fates, expected.fates, strict=True):
        assert a.end == pytest.approx(b.end, rel=1e-7, abs=1e-7)
        assert a.done == pytest.approx(b.done, rel=1e-7, abs=1e-7)
    assert found.departures == expected.departures
    assert found.wait_sum == pytest.approx(expected.wait_sum, rel=1e-7, abs=1e-6)


@pytest.mark.parametrize(
    "cap_of",
    [lambda rng: 1.0, lambda rng: rng.uniform(0.05, 2.0), lambda rng: rng.choice([0.4, 3.0])],
    ids=["equal caps", "all caps differ", "two caps"],
)
def test_many_at_once(cap_of: Callable[[np.random.Generator], float]) -> None:
    rng = np.random.default_rng(1)
    demands = [
        Demand(rng.uniform(0, 60), rng.exponential(1.0), cap_of(rng), rng.choice([1.0, 2.0]))
        for _ in range(300)
    ]
    found, expected = by_station(demands, 500.0), by_brute_force(demands, 500.0)
    assert [f.end for f in found.fates] == pytest.approx([f.end for f in expected.fates])
