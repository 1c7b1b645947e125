"""Customers for the stations: open Poisson streams, and closed cycles."""

from collections.abc import Callable, Generator, Sequence

import numpy as np
import simpy

from docksim.des.bulk import BulkStation
from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.sharing import SharedStation

Events = Generator[simpy.Event, None, None]
Sampler = Callable[[np.random.Generator, int], np.ndarray]

# Laws of one mean and of very different variability, as samplers of n values.


def exponential(mean: float) -> Sampler:
    return lambda rng, n: rng.exponential(mean, n)


def constant(mean: float) -> Sampler:
    return lambda rng, n: np.full(n, mean)


def erlang(mean: float, shape: int) -> Sampler:
    return lambda rng, n: rng.gamma(shape, mean / shape, n)


def lognormal(mean: float, sigma: float) -> Sampler:
    return lambda rng, n: rng.lognormal(np.log(mean) - sigma**2 / 2, sigma, n)


def two_values(mean: float, small_share: float, small: float) -> Sampler:
    """Mostly small, sometimes large."""
    large = (mean - small_share * small) / (1.0 - small_share)
    return lambda rng, n: np.where(rng.random(n) < small_share, small, large)


def open_fifo(
    rng: np.random.Generator, gaps: Sampler, services: Sampler, servers: int, customers: int
) -> np.ndarray:
    """The waits of customers that come to a FIFO station."""
    env = Environment()
    station = FifoStation(env, "station", servers)
    waits = []

    def source() -> Events:
        gaps_ = gaps(rng, customers).tolist()
        for gap, service in zip(gaps_, services(rng, customers).tolist(), strict=True):
            yield env.timeout(gap)
            waits.append(station.visit(service) - service)

    env.process(source())
    env.run()
    return np.array(waits)


def open_bulk(rng: np.random.Generator, gaps: Sampler, services: Sampler, customers: int) -> float:
    """The mean wait of customers that come to a bulk station."""
    env = Environment()
    station = BulkStation(env, "station")
    lengths = iter(services(rng, customers).tolist())

    def source() -> Events:
        for gap in gaps(rng, customers).tolist():
            yield env.timeout(gap)
            station.visit(lambda _: next(lengths))

    env.process(source())
    env.run()
    return station.totals().wait_sum / customers


def open_sharing(
    rng: np.random.Generator, gaps: Sampler, demands: Sampler, cores: int, customers: int
) -> tuple[np.ndarray, np.ndarray]:
    """(demands, sojourns) of jobs that come to a shared station, each on at most one core."""
    env = Environment()
    station = SharedStation(env, "station", cores)
    works = demands(rng, customers)
    sojourns = np.empty(customers)

    def source() -> Events:
        gaps_ = gaps(rng, customers).tolist()
        for number, (gap, work) in enumerate(zip(gaps_, works.tolist(), strict=True)):
            yield env.timeout(gap)
            job = station.serve(work, cap=1.0)
            assert job.callbacks is not None
            job.callbacks.append(lambda job, i=number: note(job, i))

    def note(job: simpy.Event, number: int) -> None:
        sojourns[number] = env.now - job.arrived  # type: ignore[attr-defined]

    env.process(source())
    env.run()
    return works, sojourns


def closed_throughput(
    env: simpy.Environment,
    cycle: Callable[[], Events],
    customers: int,
    warm_up: float,
    duration: float,
) -> float:
    """Cycles a second, when so many customers go round for ever."""
    done = 0

    def customer() -> Events:
        nonlocal done
        while True:
            yield from cycle()
            done += 1

    for _ in range(customers):
        env.process(customer())
    env.run(until=warm_up)
    before = done
    env.run(until=warm_up + duration)
    return (done - before) / duration


def drawn(rng: np.random.Generator, law: Sampler, block: int = 4096) -> Callable[[], float]:
    """One value after the other, drawn in blocks."""

    def values() -> Generator[float, None, None]:
        while True:
            yield from law(rng, block).tolist()

    return values().__next__


def after_warm_up(values: Sequence[float] | np.ndarray) -> float:
    """The mean without the first tenth."""
    return float(np.mean(values[len(values) // 10 :]))
