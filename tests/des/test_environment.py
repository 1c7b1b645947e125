"""The environment differs from SimPy's own in cost only."""

from math import inf

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.environment import Environment, happen

DELAYS = st.lists(st.sampled_from([0.0, 0.5, 1.0, 1.5, 7.0]), min_size=1, max_size=6)


def diary(env, sleep, programs, interrupts, until=None):
    """Who woke when, and in what order; sleepers may be interrupted and then sleep on."""
    entries = []

    def sleeper(name, delays):
        for delay in delays:
            try:
                yield sleep(delay)
            except simpy.Interrupt:
                entries.append((env.now, name, "interrupted"))
                continue
            entries.append((env.now, name, "awake"))

    sleepers = [env.process(sleeper(i, delays)) for i, delays in enumerate(programs)]

    def disturber():
        for delay, victim in interrupts:
            yield env.timeout(delay)
            if sleepers[victim % len(sleepers)].is_alive:
                sleepers[victim % len(sleepers)].interrupt()

    env.process(disturber())
    env.run(until)
    return entries


@given(
    st.lists(DELAYS, min_size=1, max_size=4),
    st.lists(st.tuples(st.sampled_from([0.25, 0.5, 1.0]), st.integers(0, 3)), max_size=5),
    st.sampled_from([None, 1.0, 2.5]),
)
def test_processes_wake_when_and_in_the_order_that_they_do_in_simpy(programs, interrupts, until):
    ours, simpys = Environment(), simpy.Environment()
    assert diary(ours, ours.sleep, programs, interrupts, until) == diary(
        simpys, simpys.timeout, programs, interrupts, until
    )
    assert ours.now == simpys.now


def test_an_interrupted_sleep_does_not_end_the_next_one_early():
    env = Environment()
    assert diary(env, env.sleep, [[2.0, 10.0]], [(1.0, 0)]) == [
        (1.0, 0, "interrupted"),
        (11.0, 0, "awake"),
    ]


def test_a_process_that_fails_ends_the_run_with_its_error():
    env = Environment()

    def failing():
        yield env.sleep(1.0)
        raise LookupError("gone")

    env.process(failing())
    with pytest.raises(LookupError, match="gone"):
        env.run()
    assert env.now == 1.0


def test_another_process_may_catch_the_error_and_the_run_goes_on():
    env = Environment()
    caught = []

    def failing():
        yield env.sleep(1.0)
        raise LookupError

    def guardian():
        try:
            yield env.process(failing())
        except LookupError:
            caught.append(env.now)
        yield env.sleep(1.0)

    env.process(guardian())
    env.run()
    assert (caught, env.now) == ([1.0], 2.0)


def test_a_run_goes_on_where_the_last_one_stopped():
    env = Environment()
    entries = []

    def ticker():
        while True:
            yield env.sleep(1.0)
            entries.append(env.now)

    env.process(ticker())
    env.run(until=2.5)
    assert (entries, env.now) == ([1.0, 2.0], 2.5)
    env.run(until=4.0)  # events at the very end of a run are the next one's
    assert (entries, env.now) == ([1.0, 2.0, 3.0], 4.0)
    with pytest.raises(ValueError, match=r"until 4\.0 s"):
        env.run(until=4.0)


@pytest.mark.parametrize("somebody_waits", [True, False])
def test_what_happens_is_known_whether_or_not_somebody_waits(somebody_waits):
    env = Environment()
    event = env.event()
    told = []

    def waiting():
        yield event
        told.append(env.now)

    if somebody_waits:
        env.process(waiting())
    env.run(until=1.0)
    happen(event)
    assert event.triggered
    assert (env.peek() < inf) == somebody_waits
    env.process(waiting())
    env.run()
    assert told == [1.0] * (2 if somebody_waits else 1)
