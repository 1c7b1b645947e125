"""Messages that are put on record: a row a hop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

import simpy

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.system.activity import Activity
from docksim.system.command import Command

Kind = Literal["call", "reply", "work"]

HOP_COLUMNS: dict[str, type] = {
    "number": int,
    "branch": int,
    "source": str,
    "target": str,
    "message": str,
    "kind": str,
    "start": float,
    "end": float,
    "waited": float,
}


class TracedMessage:
    """A message that notes when it was under way, and how long it waited."""

    __slots__ = ("_env", "_kind", "_source", "_steps", "_target", "_text", "_trace")

    def __init__(
        self,
        env: Environment,
        steps: Activity,
        trace: Recorder,
        source: str,
        target: str,
        text: str,
        kind: Kind,
    ) -> None:
        self._env = env
        self._steps = steps
        self._trace = trace
        self._source = source
        self._target = target
        self._text = text
        self._kind = kind

    def __call__(
        self, command: Command, items: float = 0, size: float = 0.0
    ) -> Iterable[simpy.Event]:
        start = self._env.now + command.owed
        waited = command.waited
        yield from self._steps.perform(command, items, size)
        self._trace.add(
            command.number,
            command.branch,
            self._source,
            self._target,
            self._text,
            self._kind,
            start,
            self._env.now + command.owed,
            command.waited - waited,
        )
