"""Fourteen stations of two servers in a row, in docksim's stations, in Ciw and in salabim.

Poisson arrivals, exponential services, utilisation 0.7. Each runs until so many customers have gone
through, and gives the mean of their sojourns. By Burke's theorem that is near 14 times the sojourn
of one M/M/2 station; a little less, since all start empty.

Each is written as its own documentation shows, with what it offers to be quick: Ciw without a
tracker or exact arithmetic; salabim with generators (its other mode needs greenlets), without
trace and monitors, and with draws from Python's own generator.
"""

from collections import deque
from collections.abc import Callable, Generator
from statistics import fmean

import ciw
import salabim
import simpy

from docksim.des.distributions import Exponential
from docksim.des.fifo import FifoStation
from docksim.des.streams import Streams

STATIONS = 14
SERVERS = 2
MEAN_SERVICE = 1.0
UTILISATION = 0.7
MEAN_GAP = MEAN_SERVICE / (SERVERS * UTILISATION)

# An M/M/2 station's mean sojourn is 1 / (1 - ρ²) services (Erlang's delay formula).
STEADY_SOJOURN = STATIONS * MEAN_SERVICE / (1 - UTILISATION**2)

Simulator = Callable[[int, int], float]
"""(customers, seed) → their mean sojourn."""


def in_docksim(customers: int, seed: int) -> float:
    env = simpy.Environment()
    streams = Streams(seed)
    gaps = streams.draws("gaps", Exponential(MEAN_GAP))
    services = [streams.draws(f"service {i}", Exponential(MEAN_SERVICE)) for i in range(STATIONS)]
    stations = [FifoStation(env, f"station {i}", SERVERS) for i in range(STATIONS)]
    row = list(zip(stations, services, strict=True))
    sojourns: list[float] = []
    enough = env.event()

    def customer(number: int) -> Generator[simpy.Event, object, None]:
        arrived = env.now
        for station, service in row:
            yield env.timeout(station.visit(service.at(number)))
        sojourns.append(env.now - arrived)
        if len(sojourns) == customers:
            enough.succeed()

    def source() -> Generator[simpy.Event, object, None]:
        number = 0
        while True:
            yield env.timeout(gaps.at(number))
            env.process(customer(number))
            number += 1

    env.process(source())
    env.run(until=enough)
    return fmean(sojourns)


def in_ciw(customers: int, seed: int) -> float:
    ciw.seed(seed)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(rate=1 / MEAN_GAP)] + [None] * (STATIONS - 1),
        service_distributions=[ciw.dists.Exponential(rate=1 / MEAN_SERVICE)] * STATIONS,
        number_of_servers=[SERVERS] * STATIONS,
        routing=[[float(j == i + 1) for j in range(STATIONS)] for i in range(STATIONS)],
    )
    simulation = ciw.Simulation(network)
    simulation.simulate_until_max_customers(customers, method="Complete")
    gone = simulation.nodes[-1].all_individuals
    return fmean(one.data_records[-1].exit_date - one.data_records[0].arrival_date for one in gone)


def in_salabim(customers: int, seed: int) -> float:
    env = salabim.Environment(random_seed=seed, trace=False, yieldless=False)
    stations = [
        salabim.Resource(f"station {i}", capacity=SERVERS, monitor=False, env=env)
        for i in range(STATIONS)
    ]
    gap = salabim.Exponential(MEAN_GAP, env=env)
    service = salabim.Exponential(MEAN_SERVICE, env=env)
    sojourns: deque[float] = deque()

    class Customer(salabim.Component):
        def setup(self) -> None:
            self.status.monitor(False)
            self.mode.monitor(False)

        def process(self) -> Generator[object, object, None]:
            arrived = env.now()
            for station in stations:
                yield self.request(station)
                yield self.hold(service.sample())
                self.release(station)
            sojourns.append(env.now() - arrived)
            if len(sojourns) == customers:
                env.main().activate()

    class Source(salabim.Component):
        def process(self) -> Generator[object, object, None]:
            while True:
                yield self.hold(gap.sample())
                Customer("", env=env)

    Source(env=env)
    env.run()
    return fmean(sojourns)


SIMULATORS: dict[str, Simulator] = {"docksim": in_docksim, "ciw": in_ciw, "salabim": in_salabim}
