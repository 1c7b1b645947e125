"""One piece of work for many: who starts it, who shares its end, and when it is called off."""

from collections.abc import Generator
from math import inf
from typing import Any

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.single_flight import SingleFlight

Events = Generator[simpy.Event, Any, Any]


class Works:
    """Makes pieces of work of one length, and keeps track of what became of each."""

    def __init__(self, env: simpy.Environment, span: float) -> None:
        self.env = env
        self.span = span
        self.begun: list[float] = []
        self.ended: list[float] = []
        self.called_off: list[float] = []

    def work(self) -> Events:
        self.begun.append(self.env.now)
        try:
            yield self.env.timeout(self.span)
        except simpy.Interrupt:
            self.called_off.append(self.env.now)
            raise
        self.ended.append(self.env.now)
        return f"result of {self.begun[-1]}"


def test_all_who_join_share_one_work_and_its_result() -> None:
    env = simpy.Environment()
    flights, works = SingleFlight(env), Works(env, 3.0)
    log = []

    def caller(start: float) -> Events:
        yield env.timeout(start)
        value = yield flights.join("layer", works.work).done
        log.append((start, env.now, value))

    for start in (0.0, 1.0, 2.9):
        env.process(caller(start))
    env.run()
    assert log == [(start, 3.0, "result of 0.0") for start in (0.0, 1.0, 2.9)]
    assert works.begun == [0.0]


def test_keys_are_apart_and_free_again_after_the_end() -> None:
    env = simpy.Environment()
    flights, works = SingleFlight(env), Works(env, 1.0)
    flights.join("a", works.work)
    flights.join("b", works.work)
    assert ("a" in flights, "b" in flights, "c" in flights, len(flights)) == (True, True, False, 2)
    env.run()
    assert len(flights) == 0
    flights.join("a", works.work)
    env.run()
    assert works.begun == [0.0, 0.0, 1.0]


def test_a_failure_reaches_all_and_frees_the_key() -> None:
    env = simpy.Environment()
    flights = SingleFlight(env)
    log = []

    def failing() -> Events:
        yield env.timeout(1.0)
        raise ConnectionError("reset by peer")

    def caller() -> Events:
        seat = flights.join("layer", failing)
        try:
            yield seat.done
        except ConnectionError as error:
            log.append((str(error), "layer" in flights))

    env.process(caller())
    env.process(caller())
    env.run()
    assert log == [("reset by peer", False)] * 2


def test_a_failure_that_nobody_waits_for_does_not_end_the_run() -> None:
    env = simpy.Environment()
    flights = SingleFlight(env)

    def failing() -> Events:
        yield env.timeout(1.0)
        raise ConnectionError("reset by peer")

    seat = flights.join("layer", failing)
    env.run(until=5.0)
    assert not seat.done.ok
    seat.leave()


def test_only_the_last_to_leave_calls_the_work_off() -> None:
    env = simpy.Environment()
    flights, works = SingleFlight(env), Works(env, 10.0)
    first, second = (flights.join("layer", works.work) for _ in range(2))
    env.run(until=1.0)
    first.leave()
    first.leave()  # once is enough
    env.run(until=2.0)
    assert works.called_off == []
    second.leave()
    assert "layer" not in flights
    env.run(until=20.0)
    assert works.called_off == [2.0]
    assert works.ended == []
    assert not second.done.ok


def test_who_comes_right_after_the_last_has_left_starts_anew() -> None:
    env = simpy.Environment()
    flights, works = SingleFlight(env), Works(env, 10.0)
    seat = flights.join("layer", works.work)
    env.run(until=4.0)
    seat.leave()
    again = flights.join("layer", works.work)
    assert env.run(until=again.done) == "result of 4.0"
    assert (works.begun, works.called_off, works.ended) == ([0.0, 4.0], [4.0], [14.0])
    assert len(flights) == 0


def test_work_that_is_called_off_may_take_its_time_to_clean_up() -> None:
    env = simpy.Environment()
    flights = SingleFlight(env)
    cleaned = []

    def untidy() -> Events:
        try:
            yield env.timeout(10.0)
        finally:
            yield env.timeout(1.0)
            cleaned.append(env.now)

    seat = flights.join("layer", untidy)
    env.run(until=2.0)
    seat.leave()
    env.run()
    assert cleaned == [3.0]


def test_leaving_before_the_work_has_begun_and_after_it_has_ended() -> None:
    env = simpy.Environment()
    flights, works = SingleFlight(env), Works(env, 1.0)
    flights.join("layer", works.work).leave()
    env.run()
    assert works.called_off == [0.0]
    late = flights.join("layer", works.work)
    env.run(until=late.done)
    late.leave()
    env.run()
    assert works.called_off == [0.0]


def test_work_without_a_wait() -> None:
    env = simpy.Environment()
    flights = SingleFlight(env)

    def instant() -> Events:
        yield from ()
        return 7

    assert env.run(until=flights.join("layer", instant).done) == 7


# (when to join, patience): whole numbers, so that joining, leaving and ending fall together.
visits = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), min_size=1, max_size=25)


@given(visits=visits, span=st.integers(0, 8))
def test_there_is_work_exactly_while_somebody_wants_it(
    visits: list[tuple[int, int]], span: int
) -> None:
    env = simpy.Environment()
    flights, works = SingleFlight(env), Works(env, span)
    served: list[str] = []
    wanting = 0

    def caller(start: int, patience: int) -> Events:
        nonlocal wanting
        yield env.timeout(start)
        seat = flights.join("layer", works.work)
        wanting += 1
        yield seat.done | env.timeout(patience)
        wanting -= 1
        if seat.done.triggered:
            served.append(seat.done.value)
        else:
            seat.leave()

    for start, patience in visits:
        env.process(caller(start, patience))
    time = 0.0
    while env.peek() < inf:
        if env.peek() > time:
            under_way = len(works.begun) - len(works.ended) - len(works.called_off)
            assert under_way == len(flights) == (wanting > 0)
            time = env.peek()
        env.step()
    assert len(flights) == 0
    assert len(works.begun) == len(works.ended) + len(works.called_off)
    assert all(value.startswith("result of") for value in served)
    if max(patience for _, patience in visits) > span:
        assert works.ended


def test_the_exception_of_the_work_is_kept() -> None:
    env = simpy.Environment()

    def failing() -> Events:
        yield env.timeout(1.0)
        raise KeyError("manifest")

    with pytest.raises(KeyError, match="manifest"):
        env.run(until=SingleFlight(env).join(1, failing).done)
