"""Permits: order, interruption, and that none is ever lost or made."""

from collections.abc import Generator
from math import inf

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.semaphore import Lock, Semaphore
from docksim.des.statistics import between

Events = Generator[simpy.Event, None, None]


def holder(
    env: simpy.Environment,
    semaphore: Semaphore,
    hold: float,
    log: list[tuple[float, object]],
    name: object = None,
) -> Events:
    yield from semaphore.acquire()
    try:
        log.append((env.now, name))
        yield env.timeout(hold)
    finally:
        semaphore.release()


def test_a_free_permit_costs_no_event() -> None:
    env = simpy.Environment()
    lock = Lock(env, "lock")
    assert list(lock.acquire()) == []
    assert lock.held == 1
    lock.release()
    assert lock.held == 0
    assert env.peek() == inf


def test_permits_go_out_in_order_of_arrival() -> None:
    env = simpy.Environment()
    semaphore = Semaphore(env, "slots", 2)
    log: list[tuple[float, object]] = []
    for name, hold in enumerate([3.0, 1.0, 1.0, 5.0, 1.0]):
        env.process(holder(env, semaphore, hold, log, name))
    env.run()
    assert log == [(0.0, 0), (0.0, 1), (1.0, 2), (2.0, 3), (3.0, 4)]
    assert (semaphore.held, semaphore.waiting) == (0, 0)


def test_a_newcomer_does_not_overtake_one_that_was_just_given_the_permit() -> None:
    env = simpy.Environment()
    lock = Lock(env, "lock")
    log: list[tuple[float, object]] = []

    def greedy() -> Events:
        yield from lock.acquire()
        yield env.timeout(1.0)
        lock.release()
        yield from holder(env, lock, 1.0, log, "again")

    env.process(greedy())
    env.process(holder(env, lock, 1.0, log, "waiter"))
    env.run()
    assert log == [(1.0, "waiter"), (2.0, "again")]


def test_an_infinite_number_of_permits_is_counted_but_never_waited_for() -> None:
    env = simpy.Environment()
    semaphore = Semaphore(env, "slots", inf)
    log: list[tuple[float, object]] = []
    for _ in range(100):
        env.process(holder(env, semaphore, 1.0, log))
    env.run(until=0.5)
    assert (semaphore.held, semaphore.waiting) == (100, 0)
    env.run()
    totals = semaphore.totals()
    assert (totals.departures, totals.busy, totals.wait_sum) == (100, 100.0, 0.0)


def test_totals_by_hand() -> None:
    # Two hold the lock for 2 s each; the second waits from 0 to 2.
    env = simpy.Environment()
    lock = Lock(env, "lock")
    start = lock.totals()
    for _ in range(2):
        env.process(holder(env, lock, 2.0, []))
    env.run(until=3.0)
    totals = lock.totals()
    assert (totals.arrivals, totals.started, totals.departures) == (2, 2, 1)
    assert (totals.busy, totals.queue_area, totals.wait_sum) == (3.0, 2.0, 2.0)
    env.run(until=8.0)
    assert between(start, lock.totals()).utilisation == 0.5


def test_interrupted_while_waiting_it_leaves_the_queue() -> None:
    env = simpy.Environment()
    lock = Lock(env, "lock")
    log: list[tuple[float, object]] = []
    env.process(holder(env, lock, 5.0, log, "first"))
    waiter = env.process(patient(env, lock, log))
    env.process(holder(env, lock, 1.0, log, "last"))
    env.run(until=1.0)
    waiter.interrupt()
    env.run()
    assert log == [(0.0, "first"), (1.0, "gave up"), (5.0, "last")]
    totals = lock.totals()
    assert (totals.arrivals, totals.started, totals.departures) == (3, 2, 2)
    assert totals.queue_area == 1.0 + 5.0
    assert totals.wait_sum == 5.0


def test_interrupted_when_just_given_the_permit_it_passes_it_on() -> None:
    env = simpy.Environment()
    lock = Lock(env, "lock")
    log: list[tuple[float, object]] = []

    def release_and_interrupt() -> Events:
        yield from lock.acquire()
        yield env.timeout(1.0)
        lock.release()
        waiter.interrupt()

    env.process(release_and_interrupt())
    waiter = env.process(patient(env, lock, log))
    env.process(holder(env, lock, 1.0, log, "last"))
    env.run()
    assert log == [(1.0, "gave up"), (1.0, "last")]
    assert (lock.held, lock.waiting) == (0, 0)
    totals = lock.totals()
    assert (totals.arrivals, totals.started, totals.departures) == (3, 3, 3)


def patient(env: simpy.Environment, lock: Lock, log: list[tuple[float, object]]) -> Events:
    try:
        yield from holder(env, lock, 1.0, log, "patient")
    except simpy.Interrupt:
        log.append((env.now, "gave up"))


# (when, how long to hold, when to interrupt): whole numbers, so that many things fall together.
plans = st.lists(
    st.tuples(st.integers(0, 10), st.integers(0, 5), st.one_of(st.none(), st.integers(0, 15))),
    max_size=30,
)


@given(permits=st.integers(1, 4), plans=plans)
def test_no_permit_is_lost_or_made_whoever_is_interrupted(
    permits: int, plans: list[tuple[int, int, int | None]]
) -> None:
    env = simpy.Environment()
    semaphore = Semaphore(env, "slots", permits)
    inside: set[int] = set()
    queue: list[int] = []  # who waits, in order
    area = {"held": 0.0, "waiting": 0.0}

    def user(name: int, start: int, hold: int) -> Events:
        try:
            yield env.timeout(start)
            queue.append(name)
            yield from semaphore.acquire()
        except simpy.Interrupt:
            if name in queue:
                queue.remove(name)
            return
        queue.remove(name)
        inside.add(name)
        try:
            yield env.timeout(hold)
        except simpy.Interrupt:
            pass
        finally:
            inside.remove(name)
            semaphore.release()

    def interrupter(victim: simpy.Process, time: int) -> Events:
        yield env.timeout(time)
        if victim.is_alive and victim.target is not None:
            victim.interrupt()

    for name, (start, hold, interrupt) in enumerate(plans):
        process = env.process(user(name, start, hold))
        if interrupt is not None:
            env.process(interrupter(process, interrupt))
    time = 0.0
    while env.peek() < inf:
        if env.peek() > time:  # all that happens at one instant has happened
            assert len(inside) == semaphore.held <= permits
            assert len(queue) == semaphore.waiting
            assert not queue or semaphore.held == permits
            area["held"] += semaphore.held * (env.peek() - time)
            area["waiting"] += semaphore.waiting * (env.peek() - time)
            time = env.peek()
        env.step()
    assert (semaphore.held, semaphore.waiting) == (0, 0)
    totals = semaphore.totals()
    assert totals.departures == totals.started <= totals.arrivals
    assert totals.busy == pytest.approx(area["held"])
    assert totals.queue_area == pytest.approx(area["waiting"])


def test_a_process_that_is_thrown_away_while_it_waits_leaves_the_queue() -> None:
    env = simpy.Environment()
    lock = Lock(env, "lock")
    assert list(lock.acquire()) == []
    waiter = iter(lock.acquire())
    next(waiter)
    assert lock.waiting == 1
    waiter.close()  # type: ignore[attr-defined]
    assert lock.waiting == 0


def test_a_release_too_many_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="network"):
        Lock(simpy.Environment(), "network").release()


@pytest.mark.parametrize("permits", [0, -1, 2.5, float("nan")])
def test_permits_are_counted_in_whole_numbers(permits: float) -> None:
    with pytest.raises(ValueError, match="slots"):
        Semaphore(simpy.Environment(), "slots", permits)
