"""First come, first served, by a number of equal servers.

When a customer's service time is known on arrival, so is its departure: it starts when the first
server gets free (Kiefer & Wolfowitz 1955; for one server, Lindley 1952). A visit therefore needs
one event in the simulation, the timeout that the caller waits for, and no queue of requests.

The price: a visit, once begun, is not taken back. A caller that is interrupted leaves the server
busy for the time it had asked for.
"""

from __future__ import annotations

from collections import deque
from heapq import heapreplace
from math import inf

from simpy import Environment

from docksim.des.statistics import Totals


class FifoStation:
    """`servers` equal servers with one queue in order of arrival.

    Use: `yield env.timeout(station.visit(service))`.
    """

    __slots__ = ("_arrivals", "_env", "_free", "_pending", "_service_sum", "_wait_sum", "name")

    def __init__(self, env: Environment, name: str, servers: int) -> None:
        """Raises ValueError when there is no server."""
        if servers < 1:
            raise ValueError(f"station {name!r} needs at least one server, not {servers}")
        self.name = name
        self._env = env
        self._free = [float(env.now)] * servers  # a heap: until when each has work
        self._pending: deque[tuple[float, float]] = deque()  # (start, wait) of those that wait
        self._arrivals = 0
        self._service_sum = 0.0
        self._wait_sum = 0.0

    @property
    def is_full(self) -> bool:
        """Whether every server has work."""
        return self._free[0] > self._env.now

    def visit(self, service: float) -> float:
        """Join the queue with a demand of `service` seconds; the seconds until departure.

        Raises ValueError when `service` is negative, infinite or nan.
        """
        if not 0.0 <= service < inf:
            raise ValueError(f"{self.name}: a service takes finite seconds from 0, not {service}")
        now = self._env.now
        free = self._free
        start = free[0]
        self._arrivals += 1
        self._service_sum += service
        if start <= now:
            heapreplace(free, now + service)
            return service
        wait = start - now
        self._wait_sum += wait
        pending = self._pending
        while pending and pending[0][0] <= now:
            pending.popleft()
        pending.append((start, wait))
        heapreplace(free, start + service)
        return wait + service

    def totals(self) -> Totals:
        """What the station has seen until now, without the part of it that is still to come."""
        now = self._env.now
        # A server that gets free later is busy until then: it was given work only while busy.
        remaining = [free - now for free in self._free if free > now]
        waiting = [(start - now, wait) for start, wait in self._pending if start > now]
        started = self._arrivals - len(waiting)
        return Totals(
            time=now,
            arrivals=self._arrivals,
            started=started,
            departures=started - len(remaining),
            busy=self._service_sum - sum(remaining),
            queue_area=self._wait_sum - sum(left for left, _ in waiting),
            wait_sum=self._wait_sum - sum(wait for _, wait in waiting),
            capacity=len(self._free),
        )
