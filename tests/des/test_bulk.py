"""The bulk station against a recursion over its services, written in another way."""

from collections.abc import Generator
from math import pi

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.bulk import BulkStation

customers = st.lists(
    # Nobody comes at the very end of a service: that is no whole number of seconds.
    st.tuples(st.integers(0, 10).map(float), st.integers(1, 10).map(lambda each: each * pi)),
    max_size=40,
)

Events = Generator[simpy.Event, None, None]


def visit_all(customers: list[tuple[float, float]]) -> tuple[BulkStation, list[tuple[float, ...]]]:
    """(arrival, departure) of customers given as (time since the last arrival, service)."""
    env = simpy.Environment()
    station = BulkStation(env, "journal")
    seen: list[tuple[float, ...]] = []

    def customer(service: float) -> Events:
        came = env.now
        yield station.visit(lambda _: service)
        seen.append((came, env.now))

    def source() -> Events:
        for gap, service in customers:
            yield env.timeout(gap)
            env.process(customer(service))

    env.process(source())
    env.run()
    return station, seen


def by_services(customers: list[tuple[float, float]]) -> list[tuple[float, ...]]:
    """(arrival, begin, departure), service by service: each takes whoever came before it."""
    came, now = [], 0.0
    for gap, service in customers:
        now += gap
        came.append((now, service))
    seen, free = [], 0.0
    while came:
        first, service = came[0]
        begin = max(first, free)
        served = [at for at, _ in came if at < begin] or [first]
        free = begin + service
        seen += [(at, begin, free) for at in served]
        came = came[len(served) :]
    return seen


def test_who_comes_meanwhile_shares_the_next_service() -> None:
    # The first is served from 0 to 2, the next two from 2 to 4, the last one from 5 to 7.
    _, seen = visit_all([(0, 2), (1, 2), (0.5, 9), (3.5, 2)])
    assert seen == [(0, 2), (1, 4), (1.5, 4), (5, 7)]


def test_a_services_length_is_asked_for_when_it_begins() -> None:
    env = simpy.Environment()
    station = BulkStation(env, "journal")
    asked = []

    def service(at_once: bool) -> float:
        asked.append((env.now, at_once))
        return 3.0

    station.visit(lambda _: 2.0)
    station.visit(service)
    env.run()
    station.visit(service)
    assert asked == [(2.0, True), (5.0, False)]


@given(customers=customers)
def test_services_follow_one_another(customers: list[tuple[float, float]]) -> None:
    _, seen = visit_all(customers)
    expected = by_services(customers)
    assert [departed for _, departed in seen] == pytest.approx([end for *_, end in expected])


@given(customers=customers)
def test_all_is_counted_at_the_end(customers: list[tuple[float, float]]) -> None:
    station, _ = visit_all(customers)
    expected = by_services(customers)
    totals = station.totals()
    assert totals.arrivals == totals.started == totals.departures == len(customers)
    waited = sum(begin - came for came, begin, _ in expected)
    assert totals.wait_sum == totals.queue_area == pytest.approx(waited)
    services = {(begin, end) for _, begin, end in expected}
    assert totals.busy == pytest.approx(sum(end - begin for begin, end in services))


def test_what_is_still_to_come_is_not_counted() -> None:
    env = simpy.Environment()
    station = BulkStation(env, "journal")
    station.visit(lambda _: 4.0)
    env.run(until=1.0)
    station.visit(lambda _: 4.0)
    station.visit(lambda _: 4.0)
    env.run(until=3.0)
    totals = station.totals()
    assert (totals.arrivals, totals.started, totals.departures) == (3, 1, 0)
    assert (totals.busy, totals.queue_area, totals.wait_sum) == (3.0, 4.0, 0.0)
    env.run(until=5.0)
    totals = station.totals()
    assert (totals.started, totals.departures, totals.wait_sum) == (3, 1, 6.0)


def test_who_leaves_takes_no_service_back() -> None:
    env = simpy.Environment()
    station = BulkStation(env, "journal")
    ends = []

    def customer() -> Events:
        try:
            yield station.visit(lambda _: 2.0)
        except simpy.Interrupt:
            return
        ends.append(env.now)

    first = env.process(customer())
    env.process(customer())
    env.process(customer())
    env.run(until=1.0)
    first.interrupt()
    env.run()
    assert ends == [4.0, 4.0]


@pytest.mark.parametrize("service", [-1.0, float("inf"), float("nan")])
def test_impossible_services_are_refused(service: float) -> None:
    with pytest.raises(ValueError, match="journal"):
        BulkStation(simpy.Environment(), "journal").visit(lambda _: service)
