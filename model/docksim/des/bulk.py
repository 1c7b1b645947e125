"""Bulk service: one server that serves at once all who wait for it, so that none is too many.

Who comes while it serves waits for the next service, and shares that with all others who have come
meanwhile (N. T. J. Bailey, On queueing processes with bulk service, 1954; here of any number).

A service, once begun, is not taken back: a caller that is interrupted leaves it to the others.
"""

from __future__ import annotations

from collections.abc import Callable
from math import inf

import simpy
from simpy import Environment, Event

from docksim.des.statistics import Totals

Service = Callable[[bool], float]
"""How long a service takes (s), asked for when it begins; of one that follows another at once, or
of one that finds the server idle."""


class BulkStation:
    """A server whose services are shared.

    Use: `yield station.visit(service)`.
    """

    __slots__ = (
        "_arrivals", "_began", "_departures", "_env", "_gathered", "_served", "_service",
        "_service_sum", "_sharing", "_wait_sum", "_waiting", "name",
    )  # fmt: skip

    def __init__(self, env: Environment, name: str) -> None:
        self.name = name
        self._env = env
        self._served: Event | None = None
        """The end of the service under way."""
        self._waiting: Event | None = None
        """The end of the next one, for which some have come already, at these times:"""
        self._gathered: list[float] = []
        self._service: Service
        self._began = self._service_sum = self._wait_sum = 0.0
        self._arrivals = self._departures = self._sharing = 0

    def visit(self, service: Service) -> Event:
        """Wait for one's service, whose length is that of the first who has come for it: the event
        of its end.

        Raises ValueError, perhaps when that service begins, unless it takes finite seconds from 0.
        """
        self._arrivals += 1
        if self._waiting is None:
            self._waiting, self._service = Event(self._env), service
        ended = self._waiting
        self._gathered.append(self._env.now)
        if self._served is None:
            self._begin(at_once=False)
        return ended

    def _begin(self, *, at_once: bool) -> None:
        """Serve all who wait."""
        seconds = self._service(at_once)
        if not 0.0 <= seconds < inf:
            raise ValueError(f"{self.name}: a service takes finite seconds from 0, not {seconds}")
        now = self._env.now
        self._served, self._waiting = self._waiting, None
        self._wait_sum += sum(now - came for came in self._gathered)
        self._began, self._sharing = now, len(self._gathered)
        self._gathered.clear()
        end = simpy.Timeout(self._env, seconds)
        end.callbacks.append(self._end)

    def _end(self, _: Event) -> None:
        assert self._served is not None
        self._service_sum += self._env.now - self._began
        self._departures += self._sharing
        self._served.succeed()
        self._served = None
        if self._waiting is not None:
            self._begin(at_once=True)

    def totals(self) -> Totals:
        """What the station has seen until now."""
        now = self._env.now
        serving = self._served is not None
        return Totals(
            time=now,
            arrivals=self._arrivals,
            started=self._arrivals - len(self._gathered),
            departures=self._departures,
            busy=self._service_sum + (now - self._began if serving else 0.0),
            queue_area=self._wait_sum + sum(now - came for came in self._gathered),
            wait_sum=self._wait_sum,
            capacity=inf,
        )
