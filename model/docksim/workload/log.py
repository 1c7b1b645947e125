"""The log of all commands: their numbers, which are under way, how they ended."""

from __future__ import annotations

from collections.abc import Callable
from math import inf, nan

import simpy

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.system.command import Command
from docksim.system.outcomes import IN_PROGRESS

COMMAND_COLUMNS: dict[str, type] = {
    "number": int,
    "workload": str,
    "command": str,
    "image": str,
    "container": int,
    "arrived": float,
    "first_byte": float,
    "ended": float,
    "outcome": str,
}

HOST_COLUMN: dict[str, type] = {"host": int}
"""Of a fleet's commands."""


class CommandLog:
    """Where all commands of a run are counted and written down.

    `limit` is the number of commands after which no more are issued; `idle` happens when all
    sources have run dry and all commands have ended.
    """

    def __init__(
        self,
        env: Environment,
        limit: float = inf,
        on_end: Callable[[int], None] | None = None,
        *,
        of_fleet: bool = False,
    ) -> None:
        self._env = env
        self._limit = limit
        self._on_end = on_end
        self._issued = 0
        self._ended = 0
        self._sources = 0
        self._under_way: dict[int, tuple[Command, str, int, float]] = {}
        self._of_fleet = of_fleet
        self.records = Recorder(COMMAND_COLUMNS | (HOST_COLUMN if of_fleet else {}))
        self.idle = simpy.Event(env)

    @property
    def exhausted(self) -> bool:
        """Whether no more commands are to be issued."""
        return self._issued >= self._limit

    @property
    def in_progress(self) -> int:
        """Commands under way."""
        return len(self._under_way)

    def next_number(self) -> int:
        """Count a command, which is to be sent or performed now."""
        number = self._issued
        self._issued += 1
        return number

    def open_source(self) -> None:
        """There is one more source of commands."""
        self._sources += 1

    def close_source(self) -> None:
        """A source has run dry."""
        self._sources -= 1
        self._check_idle()

    def begin(self, command: Command, workload: str, host: int) -> None:
        """A command goes on its way."""
        self._under_way[command.number] = (command, workload, host, self._env.now)

    def end(self, number: int, outcome: str) -> None:
        """A command is over."""
        self._record(*self._under_way.pop(number), self._env.now, outcome)
        self._ended += 1
        if self._on_end is not None:
            self._on_end(self._ended)
        self._check_idle()

    def record_in_progress(self) -> None:
        """Write down what has not ended."""
        for command, workload, host, arrived in self._under_way.values():
            self._record(command, workload, host, arrived, nan, IN_PROGRESS)

    def _record(
        self, command: Command, workload: str, host: int, arrived: float, ended: float, outcome: str
    ) -> None:
        assert command.action is not None
        self.records.add(
            command.number,
            workload,
            command.action.command,
            command.image.name if command.image else "",
            command.container.number if command.container else -1,
            arrived,
            command.first_byte,
            ended,
            outcome,
            *((host,) if self._of_fleet else ()),
        )

    def _check_idle(self) -> None:
        dry = self.exhausted or not self._sources
        if dry and self._ended == self._issued and not self.idle.triggered:
            self.idle.succeed()
