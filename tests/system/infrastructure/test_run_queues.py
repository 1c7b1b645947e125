"""In which order those that wait for a program's processors are served."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from simpy import Environment, Event

from docksim.system.infrastructure.run_queues import RunQueues

ENV = Environment()


def tickets(count: int) -> list[Event]:
    return [Event(ENV) for _ in range(count)]


def test_of_those_who_have_arrived_the_last_is_served_first_and_the_others_in_order() -> None:
    queues = RunQueues(1)
    first, second, last = tickets(3)
    for ticket in (first, second, last):
        queues.arrive(ticket)
    assert [queues.next_of(0) for _ in range(4)] == [last, first, second, None]


def test_who_waits_for_a_processor_that_is_busy_sees_later_ones_go_first() -> None:
    """The first processor that looks keeps all who have come; the other serves who comes then."""
    queues = RunQueues(2)
    first, second, third = tickets(3)
    queues.arrive(first)
    queues.arrive(second)
    assert queues.next_of(0) is second
    queues.arrive(third)
    assert queues.next_of(1) is third
    assert queues.next_of(0) is first


def test_a_processor_without_work_takes_half_of_anothers() -> None:
    queues = RunQueues(2)
    waiting = tickets(4)
    for ticket in waiting:
        queues.arrive(ticket)
    assert queues.next_of(0) is waiting[3]  # and keeps three
    assert queues.next_of(1) is waiting[0]  # and takes another with it
    assert queues.next_of(1) is waiting[1]
    assert queues.next_of(0) is waiting[2]


def test_who_was_preempted_goes_before_who_arrives_and_after_who_was_kept() -> None:
    queues = RunQueues(1)
    first, kept, preempted, late = tickets(4)
    queues.arrive(kept)
    queues.arrive(first)
    assert queues.next_of(0) is first
    queues.preempt(preempted)
    queues.arrive(late)
    assert [queues.next_of(0) for _ in range(3)] == [kept, preempted, late]


def test_who_arrives_is_not_kept_waiting_by_those_that_are_preempted_again_and_again() -> None:
    queues = RunQueues(1)
    one, other, late = tickets(3)
    queues.preempt(one)
    queues.preempt(other)
    queues.arrive(late)
    assert queues.next_of(0) is one
    queues.preempt(one)
    assert queues.next_of(0) is other
    queues.preempt(other)
    assert queues.next_of(0) is late


def test_who_leaves_is_not_served() -> None:
    queues = RunQueues(2)
    first, second, third = tickets(3)
    for ticket in (second, third, first):
        queues.arrive(ticket)
    assert queues.next_of(0) is first
    queues.leave(second)
    assert queues.next_of(0) is third
    with pytest.raises(ValueError, match="has to wait"):
        queues.leave(second)


@given(st.integers(1, 4), st.lists(st.integers(-2, 3)))
def test_everybody_is_served_once_and_nobody_while_somebody_waits_is_idle(
    processors: int, steps: list[int]
) -> None:
    """Negative steps: one arrives, or is preempted; others: a processor looks."""
    queues = RunQueues(processors)
    waiting: set[Event] = set()
    for step in steps:
        if step < 0:
            (ticket,) = tickets(1)
            waiting.add(ticket)
            (queues.arrive if step == -1 else queues.preempt)(ticket)
            continue
        served = queues.next_of(step % processors)
        assert (served is None) == (not waiting)
        waiting.discard(served)  # type: ignore[arg-type]
