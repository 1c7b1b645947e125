"""The shared station by hand, at its edges, and over long times."""

from collections.abc import Generator
from math import inf

import numpy as np
import pytest
import simpy

from docksim.des.sharing import SharedStation


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


def test_withdrawing_the_next_to_end_leaves_the_others_their_time() -> None:
    # Each of three does 1 of its work until t = 3; then two are left, with 3 to do each.
    env, station = station_of(1.0)
    short, *long = [station.serve(work) for work in (2.0, 4.0, 4.0)]
    env.run(until=3.0)
    assert station.withdraw(short) == 1.0
    assert ends(env, *long) == [9.0, 9.0]


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
    # Two share 1e9, so that Λ grows to 5e14, where its last place is worth 1/16. Then 1000 share,
    # with a change every 10 ns: each step of Λ is 1/100.
    env, station = station_of(1e9)
    crowd = [station.occupy(inf) for _ in range(2)]
    env.run(until=1e6)
    crowd += [station.occupy(inf) for _ in range(997)]
    job = station.serve(1e6)
    for _ in range(2000):
        env.run(until=env.now + 1e-8)
        crowd.pop().release()
        crowd.append(station.occupy(inf))
    assert station.withdraw(job) == pytest.approx((env.now - 1e6) * 1e9 / 1000, rel=0.01)


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
