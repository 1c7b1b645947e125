"""Exact results of queueing theory, for the simulation to be held against.

Sources: Kleinrock, Queueing Systems I (1975); Harchol-Balter, Performance Modeling and Design of
Computer Systems (2013), chapters 14 (M/M/c), 23 (M/G/1) and 30 (processor sharing); Lazowska and
others, Quantitative System Performance (1984), chapters 6 and 20 (mean value analysis).
Rates are per second, times in seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import factorial


def erlang_c(servers: int, offered: float) -> float:
    """The probability to wait in M/M/c; offered = arrival rate · mean service < servers."""
    full = offered**servers / factorial(servers) * servers / (servers - offered)
    return full / (sum(offered**k / factorial(k) for k in range(servers)) + full)


def mmc_wait(arrival_rate: float, service: float, servers: int) -> float:
    """Mean wait in the queue of M/M/c."""
    offered = arrival_rate * service
    return erlang_c(servers, offered) * service / (servers - offered)


def mg1_wait(arrival_rate: float, service: float, second_moment: float) -> float:
    """Mean wait in the queue of M/G/1 (Pollaczek and Khinchine)."""
    return arrival_rate * second_moment / (2.0 * (1.0 - arrival_rate * service))


def bulk_wait(arrival_rate: float, service: float, second_moment: float, transform: float) -> float:
    """Mean wait for one server that serves at once all who wait, with Poisson arrivals.

    It goes on as long as anybody comes during a service, which is not so with the probability
    `transform`, E exp(-rate · service). So a busy period has 1/transform services on average, which
    an idle one of 1/rate follows; who comes in it waits for the rest of a service (renewal theory).
    """
    busy = service / transform
    return busy / (busy + 1.0 / arrival_rate) * second_moment / (2.0 * service)


def ps_sojourn(arrival_rate: float, demand: float, cores: int = 1) -> float:
    """Mean sojourn in M/G/c with processor sharing, each job on at most one core.

    Insensitive: only the mean demand counts, so that it is the one of M/M/c.
    """
    return demand + mmc_wait(arrival_rate, demand, cores)


def ps_conditional_sojourn(arrival_rate: float, mean_demand: float, demand: float) -> float:
    """Mean sojourn in M/G/1 with processor sharing of a job with this demand."""
    return demand / (1.0 - arrival_rate * mean_demand)


@dataclass(frozen=True)
class Centre:
    """A service centre of a closed network: the mean demand of a cycle, and its servers."""

    demand: float
    servers: float = 1  # infinite for a delay


def mean_value_analysis(centres: Sequence[Centre], customers: int) -> tuple[float, list[float]]:
    """(throughput, residence time at each centre) of a closed product-form network.

    The exact recursion over the number of customers, with the marginal probabilities of the number
    at centres of several servers.
    """
    # marginal[k][j]: probability of j customers at centre k, one customer less in the network
    marginal = [[1.0] + [0.0] * customers for _ in centres]
    throughput, residence = 0.0, [0.0] * len(centres)
    for n in range(1, customers + 1):
        residence = [
            centre.demand * sum(j / min(j, centre.servers) * p[j - 1] for j in range(1, n + 1))
            for centre, p in zip(centres, marginal, strict=True)
        ]
        throughput = n / sum(residence)
        for centre, p in zip(centres, marginal, strict=True):
            for j in range(n, 0, -1):
                p[j] = throughput * centre.demand / min(j, centre.servers) * p[j - 1]
            p[0] = 1.0 - sum(p[1 : n + 1])
    return throughput, residence


def repairman_throughput(
    machines: int, repairers: int, time_to_failure: float, repair: float
) -> float:
    """Failures a second in the machine repairman model (M/M/c//N), by its birth-death equations."""
    weights = [1.0]
    for broken in range(machines):
        up = (machines - broken) / time_to_failure
        down = min(broken + 1, repairers) / repair
        weights.append(weights[-1] * up / down)
    working = sum((machines - broken) * w for broken, w in enumerate(weights)) / sum(weights)
    return working / time_to_failure
