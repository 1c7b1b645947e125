"""The shared station against a simulation that solves the max-min problem at every change."""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from math import inf

import numpy as np
import pytest
import simpy
from hypothesis import given
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
    snapshots: list[tuple[float, ...]] = field(default_factory=list)


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
times = st.integers(0, 4000).map(lambda n: n * 0.0123)
works = st.one_of(st.none(), st.integers(1, 3000).map(lambda n: n * 0.01037))
caps = st.one_of(st.sampled_from([0.3, 1.0, 2.0, inf]), st.floats(0.05, 6.0))
weights = st.one_of(st.just(1.0), st.sampled_from([0.5, 2.0]), st.floats(0.1, 10.0))
patiences = st.one_of(st.just(inf), st.just(inf), st.integers(1, 900).map(lambda n: n * 0.0571))
demands = st.lists(st.builds(Demand, times, works, caps, weights, patiences), max_size=25)


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


def ends(env: simpy.Environment, *events: simpy.Event) -> list[float]:
    """When each of the events happens."""
    seen: list[float] = [inf] * len(events)
    for i, event in enumerate(events):
        assert event.callbacks is not None
        event.callbacks.append(lambda _, i=i: seen.__setitem__(i, env.now))
    env.run()
    return seen


def station_of(capacity: float, start: float = 0.0) -> tuple[simpy.Environment, SharedStation]:
    env = simpy.Environment(start)
    return env, SharedStation(env, "station", capacity)


def test_two_jobs_share_one_core_by_hand() -> None:
    # Both run at 1/2 until the shorter has its 1 at t = 2; the longer has 2 of 3 left.
    env, station = station_of(1.0)
    assert ends(env, station.serve(1.0), station.serve(3.0)) == [2.0, 4.0]


def test_a_job_uses_no_more_than_its_cap() -> None:
    env, station = station_of(4.0)
    assert ends(env, station.serve(3.0, cap=1.0), station.serve(6.0, cap=2.0)) == [3.0, 3.0]


def test_weights_share_in_proportion() -> None:
    # 1 and 3 of 4: the second ends at t = 2, the first then has 4 of 6 left, at rate 4.
    env, station = station_of(4.0)
    assert ends(env, station.serve(6.0), station.serve(6.0, weight=3.0)) == [3.0, 2.0]


def test_an_occupation_takes_its_share_until_it_is_released() -> None:
    env, station = station_of(1.0)
    occupation = station.occupy(cap=0.25)
    job = station.serve(3.0)
    env.run(until=2.0)  # 1.5 done, at 0.75
    occupation.release()
    assert ends(env, job) == [3.5]
    totals = station.totals()
    assert (totals.arrivals, totals.departures, totals.busy) == (1, 1, 3.5)
    with pytest.raises(RuntimeError, match="station"):
        occupation.release()


def test_no_work_is_done_at_once() -> None:
    env, station = station_of(1.0)

    def caller() -> Generator[simpy.Event, None, float]:
        yield station.serve(0.0)
        yield env.any_of([station.serve(0.0), env.event()])
        return env.now

    assert env.run(env.process(caller())) == 0.0
    totals = station.totals()
    assert (totals.arrivals, totals.departures, totals.wait_sum) == (2, 2, 0.0)


def test_withdrawing_tells_what_was_done_and_silences_the_event() -> None:
    env, station = station_of(1.0)
    first, second = station.serve(4.0), station.serve(4.0)
    env.run(until=2.0)
    assert station.withdraw(first) == 1.0
    assert station.withdraw(first) == 1.0
    assert ends(env, first, second) == [inf, 5.0]
    assert station.withdraw(second) == 4.0
    assert not first.triggered
    assert station.totals().busy == 5.0


def test_withdrawing_leaves_no_trace() -> None:
    env, station = station_of(10.0)
    rng = np.random.default_rng(3)
    jobs = [station.serve(w, c) for w, c in zip(*rng.uniform(1, 9, (2, 300)), strict=True)]
    for job in jobs:
        station.withdraw(job)
    assert ends(env, station.serve(20.0)) == [2.0]


def test_only_jobs_can_be_withdrawn() -> None:
    env, station = station_of(1.0)
    with pytest.raises(TypeError, match="station"):
        station.withdraw(env.event())


def test_a_job_that_ends_with_another_may_be_withdrawn_by_it() -> None:
    env, station = station_of(2.0)
    first, second = station.serve(1.0), station.serve(1.0)
    assert first.callbacks is not None
    done = []
    first.callbacks.append(lambda _: done.append(station.withdraw(second)))
    env.run()
    assert done == [1.0]
    assert station.totals().departures == 2


def test_a_run_may_stop_at_a_job() -> None:
    env, station = station_of(1.0)
    jobs = [station.serve(1.0) for _ in range(4)]
    env.run(until=jobs[1])
    assert env.now == 4.0
    assert ends(env, station.serve(1.0)) == [5.0]
    assert all(job.processed for job in jobs)


def test_a_finished_process_may_come_again_at_once() -> None:
    env, station = station_of(2.0)
    log = []

    def client(name: str) -> Generator[simpy.Event, None, None]:
        for _ in range(3):
            yield station.serve(1.0)
            log.append((env.now, name))

    for name in "ab":
        env.process(client(name))
    env.run()
    assert log == [(t, name) for t in (1.0, 2.0, 3.0) for name in "ab"]


def test_looking_changes_nothing() -> None:
    def run(look: bool) -> list[float]:
        rng = np.random.default_rng(5)
        env, station = station_of(1.0)
        log = []

        def client() -> Generator[simpy.Event, None, None]:
            for _ in range(100):
                yield env.timeout(rng.exponential())
                if look:
                    station.totals()
                yield station.serve(rng.exponential())
                log.append(env.now)

        for _ in range(5):
            env.process(client())
        env.run()
        return log

    assert run(look=True) == run(look=False)


@pytest.mark.parametrize("start", [0.0, 1e6, 1e9])
@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e9])
def test_rounding_loses_no_job_and_makes_no_endless_waits(start: float, scale: float) -> None:
    # Works over nine orders of magnitude, many below the resolution of the clock, at a station
    # that is never idle.
    env, station = station_of(3.0 * scale, start)
    rng = np.random.default_rng(8)
    n = 3000
    works = scale * 10.0 ** rng.uniform(-9, 0.5, n)
    caps = np.where(rng.random(n) < 0.5, 1.0, rng.uniform(0.01, 5.0, n)) * scale
    station.occupy(0.01 * scale)
    done = []

    def source() -> Generator[simpy.Event, None, None]:
        for work, cap in zip(works.tolist(), caps.tolist(), strict=True):
            station.serve(work, cap).callbacks.append(done.append)
            yield env.timeout(rng.exponential(0.07))

    env.process(source())
    events = 0
    while env.peek() < inf:
        env.step()
        events += 1
    assert len(done) == n
    assert events < 6 * n
    expected = works.sum() + 0.01 * scale * (env.now - start)
    assert station.totals().busy == pytest.approx(expected, rel=1e-5)


def test_small_steps_are_not_lost_on_a_long_virtual_time() -> None:
    env, station = station_of(1e9)
    station.occupy(inf)  # Λ grows by 1e9 a second, to 1e15,
    env.run(until=1e6)
    crowd = [station.occupy(inf) for _ in range(999)]  # then by 1e6 a second,
    job = station.serve(1e6)  # for one more second and a bit,
    while not job.triggered:
        env.run(until=env.now + 1e-7)  # with a change every 0.1 µs: 0.1 of work, 1/8 ulp of Λ
        crowd.pop().release()
        crowd.append(station.occupy(inf))
        if env.now > 1e6 + 0.002:
            break
    # With 1001 that share, 0.002 s bring 0.002 · 1e9/1001 of work.
    assert station.withdraw(job) == pytest.approx(0.002 * 1e9 / 1001, rel=1e-3)


@pytest.mark.parametrize(
    ("work", "cap", "weight"),
    [(-1.0, 1.0, 1.0), (inf, 1.0, 1.0), (1.0, 0.0, 1.0), (1.0, 1.0, 0.0), (1.0, 1.0, inf)],
)
def test_impossible_demands_are_refused(work: float, cap: float, weight: float) -> None:
    _, station = station_of(1.0)
    with pytest.raises(ValueError, match="station"):
        station.serve(work, cap, weight)


@pytest.mark.parametrize(("cap", "weight"), [(0.0, 1.0), (1.0, 0.0), (float("nan"), 1.0)])
def test_impossible_occupations_are_refused(cap: float, weight: float) -> None:
    _, station = station_of(1.0)
    with pytest.raises(ValueError, match="station"):
        station.occupy(cap, weight)


@pytest.mark.parametrize("capacity", [0.0, -1.0, inf])
def test_a_station_needs_a_capacity(capacity: float) -> None:
    with pytest.raises(ValueError, match="cpu"):
        SharedStation(simpy.Environment(), "cpu", capacity)
