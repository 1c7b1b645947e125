"""SimPy's environment, with less work for what a model does most: sleep, and go on.

Events happen at the same times and in the same order as in SimPy's own environment; only the cost
of an event differs. A process that sleeps does so on one event of its own, again and again, instead
of on a new timeout each time, and the loop over the events is a single function.
"""

from __future__ import annotations

from collections.abc import Generator
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.core import StopSimulation
from simpy.events import NORMAL, URGENT, Event

Steps = Generator[Event, Any, Any]


class Alarm(Event):
    """What one process sleeps on; set anew for each sleep."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None


class Process(simpy.Process):
    """A process with an alarm of its own."""

    def __init__(self, env: Environment, generator: Steps) -> None:
        self.alarm = Alarm(env)
        self.alarm.callbacks = None  # type: ignore[assignment]  # SimPy's mark of what is over
        super().__init__(env, generator)


class Environment(simpy.Environment):
    """A simulation's clock and its events; `now` is in seconds from 0."""

    now = 0.0

    def process(self, generator: Steps) -> Process:
        """Let a process run, beginning at this instant."""
        return Process(self, generator)

    def sleep(self, seconds: float) -> Event:
        """`seconds` (from 0) of a process's life: for `yield`, alone and at once.

        For all else, as `event | env.timeout(…)`, there is `timeout`.
        """
        process: Process = self._active_proc  # type: ignore[assignment]
        alarm = process.alarm
        if alarm.callbacks is not None:  # left behind by an interrupt, and still to go off
            alarm = process.alarm = Alarm(self)
        alarm.callbacks = []
        heappush(self._queue, (self._now + seconds, NORMAL, next(self._eid), alarm))
        return alarm

    def step(self) -> None:
        """Let the next event happen. Raises simpy.core.EmptySchedule when there is none."""
        if self._queue:
            self.now = self.peek()
        super().step()

    def run(self, until: float | None = None) -> None:  # type: ignore[override]
        """Let events happen: before the time `until` (s), until one stops the run, or all of them.

        Raises what a process raised and nobody caught, and ValueError when `until` is over.
        """
        if until is not None:
            self._stop_at(until)
        queue = self._queue
        try:
            while queue:
                self._now, _, _, event = heappop(queue)
                self.now = self._now
                callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
                for callback in callbacks:
                    callback(event)
                if not event._ok and not event.defused:
                    raise event._value
        except StopSimulation:
            return

    def _stop_at(self, until: float) -> None:
        if until <= self.now:
            raise ValueError(f"a run until {until} s, and it is {self.now} s already")
        stop = Alarm(self)
        stop.callbacks.append(StopSimulation.callback)
        self.schedule(stop, URGENT, until - self.now)


def happen(event: Event) -> None:
    """Let an event happen; if nobody waits for it, without its way through the schedule."""
    if event.callbacks:
        event.succeed()
        return
    event._ok = True
    event._value = None
    event.callbacks = None  # type: ignore[assignment]  # SimPy's mark of what is over
