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

    def __init__(self, env: simpy.Environment, process: Process) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        self.process = process


class Process(simpy.Process):
    """A process with an alarm of its own."""

    def __init__(self, env: simpy.Environment, generator: Steps) -> None:
        self.alarm = Alarm(env, self)
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
            alarm = process.alarm = Alarm(self, process)
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
                now, _, _, event = heappop(queue)
                self.now = self._now = now
                callbacks, event.callbacks = event.callbacks, None  # type: ignore[assignment]
                if type(event) is Alarm and callbacks:
                    # What SimPy's own way of resuming a process does, in place.
                    self._active_proc = process = event.process
                    try:
                        awaited = process._generator.send(None)
                    except BaseException as error:
                        process._generator = _ending(error)
                        process._resume(event)
                        continue
                    if awaited.callbacks is None:
                        process._resume(awaited)
                        continue
                    awaited.callbacks.append(process._resume)
                    process._target = awaited
                    continue
                for callback in callbacks:
                    callback(event)
                if not event._ok and not event.defused:
                    raise event._value
        except StopSimulation:
            return

    def _stop_at(self, until: float) -> None:
        if until <= self.now:
            raise ValueError(f"a run until {until} s, and it is {self.now} s already")
        stop = Event(self)
        stop._ok = True
        stop._value = None
        stop.callbacks.append(StopSimulation.callback)
        self.schedule(stop, URGENT, until - self.now)


def _ending(error: BaseException) -> Steps:
    """A process that ends as another did: with its result, or with its error."""
    if isinstance(error, StopIteration):
        return error.value
    raise error
    yield


def happen(event: Event) -> None:
    """Let an event happen; if nobody waits for it, without its way through the schedule."""
    if event.callbacks:
        event.succeed()
        return
    event._ok = True
    event._value = None
    event.callbacks = None  # type: ignore[assignment]  # SimPy's mark of what is over
