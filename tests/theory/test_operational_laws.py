"""Little's law and the utilisation law at every kind of station.

An observer who sees only customers come and go integrates their number over time. What a station
says of itself has to agree with it: exactly, for any window, and as laws between its own figures,
within the confidence interval.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from math import inf
from statistics import fmean

import numpy as np
import pytest
import simpy

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.semaphore import Lock, Semaphore
from docksim.des.sharing import SharedStation
from docksim.des.statistics import StationStatistics, Totals, between
from tests.theory.queues import Events, drawn, exponential, lognormal
from tests.theory.replications import half_width, replicate

SERVICE = 1.0


@dataclass
class Observer:
    """Integrates, over time, the number of customers present, of those served, and of the rest."""

    env: simpy.Environment
    servers: float
    present: int = 0
    seen_until: float = 0.0
    served_area: float = 0.0
    waiting_area: float = 0.0
    sojourns: list[float] = field(default_factory=list)

    def count(self, change: int = 0) -> None:
        span = self.env.now - self.seen_until
        served = min(self.present, self.servers)
        self.served_area += served * span
        self.waiting_area += (self.present - served) * span
        self.seen_until = self.env.now
        self.present += change


@dataclass
class System:
    """A station, and the way of one customer with a demand through it."""

    totals: Callable[[], Totals]
    visit: Callable[[float], Events]


def fifo(env: simpy.Environment, servers: float) -> System:
    station = FifoStation(env, "station", int(servers))

    def visit(demand: float) -> Events:
        yield env.timeout(station.visit(demand))

    return System(station.totals, visit)


def sharing(env: simpy.Environment, servers: float) -> System:
    station = SharedStation(env, "station", servers)

    def visit(demand: float) -> Events:
        yield station.serve(demand, cap=1.0)

    return System(station.totals, visit)


def semaphore(env: simpy.Environment, servers: float) -> System:
    station = Lock(env, "station") if servers == 1 else Semaphore(env, "station", servers)

    def visit(demand: float) -> Events:
        yield from station.acquire()
        yield env.timeout(demand)
        station.release()

    return System(station.totals, visit)


KINDS = [
    pytest.param(fifo, 1, id="FIFO, one server"),
    pytest.param(fifo, 3, id="FIFO, three servers"),
    pytest.param(sharing, 1, id="sharing, one core"),
    pytest.param(sharing, 3, id="sharing, three cores"),
    pytest.param(semaphore, 1, id="lock"),
    pytest.param(semaphore, 3, id="semaphore"),
    pytest.param(semaphore, inf, id="semaphore without limit"),
]
Kind = Callable[[simpy.Environment, float], System]


def watched(
    rng: np.random.Generator, kind: Kind, servers: float, customers: int = 10**9
) -> tuple[simpy.Environment, System, Observer]:
    """A station with 70 % load (or two customers on average, without limit) and its observer."""
    env = Environment()
    system = kind(env, servers)
    observer = Observer(env, servers)
    rate = 0.7 * servers / SERVICE if servers < inf else 2.0
    gap, demand = drawn(rng, exponential(1 / rate)), drawn(rng, lognormal(SERVICE, 0.7))

    def customer() -> Events:
        came = env.now
        observer.count(+1)
        yield from system.visit(demand())
        observer.count(-1)
        observer.sojourns.append(env.now - came)

    def source() -> Generator[simpy.Event, None, None]:
        for _ in range(customers):
            yield env.timeout(gap())
            env.process(customer())

    env.process(source())
    return env, system, observer


@pytest.mark.parametrize(("kind", "servers"), KINDS)
def test_a_station_says_at_any_time_what_an_observer_has_seen(kind: Kind, servers: float) -> None:
    rng = np.random.default_rng(11)
    env, system, observer = watched(rng, kind, servers)
    for _ in range(200):
        env.run(until=env.now + rng.exponential(5.0))
        observer.count()
        totals = system.totals()
        assert totals.time == env.now
        assert totals.arrivals - totals.departures == observer.present
        assert totals.departures == len(observer.sojourns)
        assert totals.busy == pytest.approx(observer.served_area)
        assert totals.queue_area == pytest.approx(observer.waiting_area, abs=1e-9)


@pytest.mark.parametrize(("kind", "servers"), KINDS)
def test_littles_law_holds_exactly_once_all_have_gone(kind: Kind, servers: float) -> None:
    env, system, observer = watched(np.random.default_rng(12), kind, servers, customers=2000)
    env.run()
    totals = system.totals()
    assert totals.arrivals == totals.started == totals.departures == 2000
    assert totals.queue_area == pytest.approx(totals.wait_sum, abs=1e-9)
    assert totals.busy + totals.queue_area == pytest.approx(sum(observer.sojourns))


@pytest.mark.parametrize(("kind", "servers"), KINDS)
def test_laws_hold_in_a_window_of_the_steady_state(kind: Kind, servers: float) -> None:
    def run(rng: np.random.Generator) -> StationStatistics:
        env, system, _ = watched(rng, kind, servers)
        env.run(until=100.0)
        start = system.totals()
        env.run(until=1100.0)
        return between(start, system.totals())

    windows = replicate(run)
    little = [w.mean_queue - w.throughput * w.mean_wait for w in windows]
    assert abs(fmean(little)) <= half_width(little)
    assert half_width(little) <= 0.05 * (1.0 + fmean(w.mean_queue for w in windows))
    if servers < inf:
        utilisation = [w.utilisation - w.throughput * SERVICE / servers for w in windows]
        assert abs(fmean(utilisation)) <= half_width(utilisation)
        assert half_width(utilisation) <= 0.05
