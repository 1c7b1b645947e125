"""Turns on shared cores: so many of a group compute at once, the others wait for theirs.

So does Go's scheduler with goroutines, of which GOMAXPROCS run at a time, and none for long while
others wait: it is preempted (retake, runtime/proc.go).
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

import simpy

from docksim.des.environment import Environment
from docksim.des.semaphore import Semaphore
from docksim.des.sharing import SharedStation

Events = Generator[simpy.Event, object, None]


class Turns:
    """Of a group on a station, `count` at once, in the order in which they are asked for."""

    def __init__(
        self, env: Environment, station: SharedStation, group: str | None, count: int
    ) -> None:
        self.count = count
        self._station = station
        self._group = group
        self._permits = Semaphore(env, f"{station.name}.{group}", count)

    def take(self, demand: float, threads: float, quantum: float) -> Events:
        """Spend core-seconds on as many cores as there are threads, each turn for a quantum (s) of
        their time at most: round robin. Who is interrupted takes the work back."""
        most = quantum * threads
        while demand > 0.0:
            yield from self._permits.acquire()
            try:
                yield from compute(self._station, min(demand, most), threads, self._group)
            finally:
                self._permits.release()
            demand -= most

    def spell(self, portions: Iterable[float]) -> Events:
        """One turn, in which a thread spends one portion of core-seconds after the other."""
        yield from self._permits.acquire()
        try:
            for portion in portions:
                yield from compute(self._station, portion, 1.0, self._group)
        finally:
            self._permits.release()


def compute(station: SharedStation, demand: float, threads: float, group: str | None) -> Events:
    """Spend core-seconds on as many cores as there are threads; who is interrupted takes the work
    back."""
    work = station.serve(demand, threads, threads, group)
    try:
        yield work
    except BaseException:
        station.withdraw(work)
        raise
