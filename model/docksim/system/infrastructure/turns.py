"""Turns on shared cores: so many of a group compute at once, the others wait for theirs.

So does Go's scheduler with goroutines, of which GOMAXPROCS run at a time, and none for long while
others wait: it is preempted (retake, runtime/proc.go).
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from typing import Any, cast

import simpy

from docksim.des.environment import Environment
from docksim.des.sharing import SharedStation
from docksim.system.infrastructure.run_queues import RunQueues

Events = Generator[simpy.Event, object, None]
Spend = Callable[[float, float], Events]
"""How core-seconds are spent on as many cores as there are threads."""


class Turns:
    """Of a group on a station, each on one of `count` processors."""

    def __init__(
        self, env: Environment, station: SharedStation, group: str | None, count: int
    ) -> None:
        self.count = count
        self._env = env
        self._station = station
        self._group = group
        self._queues = RunQueues(count)
        self._idle = list(range(count))

    @property
    def is_free(self) -> bool:
        """Whether one more could compute at once."""
        return bool(self._idle)

    def take(self, demand: float, threads: float, quantum: float, spend: Spend) -> Events:
        """Spend core-seconds on as many cores as there are threads, each turn for a quantum (s) of
        their time at most. Who is interrupted takes the work back."""
        most = quantum * threads
        enqueue = self._queues.arrive
        while demand > 0.0:
            processor = yield from self._turn(enqueue)
            try:
                yield from spend(min(demand, most), threads)
            finally:
                self._pass_on(processor)
            demand -= most
            enqueue = self._queues.preempt

    def spell(self, portions: Iterable[float]) -> Events:
        """One turn, in which a thread spends one portion of core-seconds after the other."""
        processor = yield from self._turn(self._queues.arrive)
        try:
            for portion in portions:
                yield from compute(self._station, portion, 1.0, self._group)
        finally:
            self._pass_on(processor)

    def aside(self, demand: float, share: float) -> Events:
        """Spend core-seconds out of turn, at a `share` (below 1) of the time of one that has a
        turn."""
        return compute(self._station, demand, share, self._group, share / (1.0 - share))

    def _turn(self, enqueue: Callable[[simpy.Event], None]) -> Generator[simpy.Event, Any, int]:
        """The processor that becomes free for it."""
        if self._idle:
            return self._idle.pop()
        ticket = simpy.Event(self._env)
        enqueue(ticket)
        try:
            processor: int = yield ticket
        except BaseException:
            if ticket.triggered:
                self._pass_on(cast(int, ticket.value))
            else:
                self._queues.leave(ticket)
            raise
        return processor

    def _pass_on(self, processor: int) -> None:
        ticket = self._queues.next_of(processor)
        if ticket is None:
            self._idle.append(processor)
        else:
            ticket.succeed(processor)


def compute(
    station: SharedStation,
    demand: float,
    threads: float,
    group: str | None,
    weight: float | None = None,
    *,
    brief: bool = False,
) -> Events:
    """Spend core-seconds on as many cores as there are threads, each of the same weight; who is
    interrupted takes the work back."""
    work = station.serve(demand, threads, weight or threads, group, brief=brief)
    try:
        yield work
    except BaseException:
        station.withdraw(work)
        raise
