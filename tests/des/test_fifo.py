"""The FIFO station against Kiefer and Wolfowitz's recursion, written in another way."""

import pytest
import simpy
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.fifo import FifoStation
from docksim.des.statistics import Totals

customers = st.lists(
    st.tuples(st.floats(0.0, 10.0), st.one_of(st.just(0.0), st.floats(0.0, 30.0))), max_size=40
)


def pass_time(env: simpy.Environment, span: float) -> None:
    if env.now + span > env.now:
        env.run(until=env.now + span)


def visit_all(servers: int, customers: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """(arrival, delay) of customers given as (time since the last arrival, service)."""
    env = simpy.Environment()
    station = FifoStation(env, "station", servers)
    seen = []
    for gap, service in customers:
        pass_time(env, gap)
        seen.append((env.now, station.visit(service)))
    return seen


def kiefer_wolfowitz(servers: int, customers: list[tuple[float, float]]) -> list[float]:
    """Waits, by the ordered vector of the servers' unfinished work as each customer finds it."""
    work = [0.0] * servers
    waits = []
    for gap, service in customers:
        work = sorted(max(0.0, w - gap) for w in work)
        waits.append(work[0])
        work[0] += service
    return waits


def test_one_server_by_hand() -> None:
    # Arrivals 0, 1, 2, 9 with services 3, 1, 2, 1 start at 0, 3, 4, 9.
    delays = [delay for _, delay in visit_all(1, [(0, 3), (1, 1), (1, 2), (7, 1)])]
    assert delays == [3, 3, 4, 1]


def test_two_servers_by_hand() -> None:
    # All arrive at 0 with services 5, 1, 1, 1: the second server takes three of them.
    delays = [delay for _, delay in visit_all(2, [(0, 5), (0, 1), (0, 1), (0, 1)])]
    assert delays == [5, 1, 2, 3]


@given(servers=st.integers(1, 5), customers=customers)
def test_waits_follow_kiefer_and_wolfowitz(
    servers: int, customers: list[tuple[float, float]]
) -> None:
    delays = [delay for _, delay in visit_all(servers, customers)]
    services = [service for _, service in customers]
    expected = [w + s for w, s in zip(kiefer_wolfowitz(servers, customers), services, strict=True)]
    assert delays == pytest.approx(expected, abs=1e-9)


@given(customers=customers)
def test_a_further_server_makes_nobody_wait_longer(customers: list[tuple[float, float]]) -> None:
    fewer = kiefer_wolfowitz(2, customers)
    more = [
        delay - service
        for (_, delay), (_, service) in zip(visit_all(3, customers), customers, strict=True)
    ]
    assert all(b <= a + 1e-9 for a, b in zip(fewer, more, strict=True))


@given(servers=st.integers(1, 4), customers=customers, pause=st.floats(0.001, 50.0))
def test_totals_count_what_has_happened_and_nothing_to_come(
    servers: int, customers: list[tuple[float, float]], pause: float
) -> None:
    env = simpy.Environment()
    station = FifoStation(env, "station", servers)
    visits = []  # (arrival, start, departure)
    for gap, service in customers:
        pass_time(env, gap)
        delay = station.visit(service)
        visits.append((env.now, env.now + delay - service, env.now + delay))
        check(station.totals(), visits, servers, env.now)
    env.run(until=env.now + pause)
    check(station.totals(), visits, servers, env.now)


def check(
    totals: Totals, visits: list[tuple[float, float, float]], servers: int, now: float
) -> None:
    near = 1e-9 * (1.0 + now)
    assert totals.time == now
    assert totals.capacity == servers
    assert totals.arrivals == len(visits)
    # At an instant that rounding may miss, a customer may or may not have moved on.
    least, most = (
        (sum(s <= now + tie for _, s, _ in visits), sum(d <= now + tie for _, _, d in visits))
        for tie in (-near, near)
    )
    assert least[0] <= totals.started <= most[0]
    assert least[1] <= totals.departures <= most[1]
    busy = sum(min(d, now) - min(s, now) for _, s, d in visits)
    waiting = sum(min(s, now) - a for a, s, _ in visits)
    assert totals.busy == pytest.approx(busy, abs=1e-6)
    assert totals.queue_area == pytest.approx(waiting, abs=1e-6)
    if least[0] == most[0]:
        wait_sum = sum(s - a for a, s, _ in visits if s <= now)
        assert totals.wait_sum == pytest.approx(wait_sum, abs=1e-6)


def test_it_keeps_only_those_that_still_wait() -> None:
    env = simpy.Environment()
    station = FifoStation(env, "station", 1)
    for _ in range(1000):
        env.run(until=env.now + 1.0)
        station.visit(1.5 if len(station._pending) < 5 else 0.5)
    assert len(station._pending) < 20


@pytest.mark.parametrize("service", [-1.0, float("inf"), float("nan")])
def test_impossible_services_are_refused(service: float) -> None:
    with pytest.raises(ValueError, match="disk"):
        FifoStation(simpy.Environment(), "disk", 1).visit(service)


def test_a_station_needs_a_server() -> None:
    with pytest.raises(ValueError, match="disk"):
        FifoStation(simpy.Environment(), "disk", 0)
