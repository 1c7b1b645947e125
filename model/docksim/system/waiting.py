"""Waiting for something with limited patience, on record when traced."""

from __future__ import annotations

from collections.abc import Generator
from math import inf

import simpy

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.system.command import Command


class Await:
    """`component ↻ text`: wait until an event happens or the patience (s) is over."""

    def __init__(self, env: Environment, trace: Recorder | None, component: str, text: str) -> None:
        self._env = env
        self._trace = trace
        self._component = component
        self._text = text

    def __call__(
        self, command: Command, event: simpy.Event, patience: float = inf
    ) -> Generator[simpy.Event, object, bool]:
        """Whether it happened (the value of `yield from`)."""
        env = self._env
        yield from command.settle(env)
        start = env.now
        if not event.triggered:
            yield event if patience == inf else event | env.timeout(patience)
        if self._trace is not None:
            here = (self._component, self._component, self._text, "work")
            self._trace.add(command.number, command.branch, *here, start, env.now, 0.0)
        return event.triggered
