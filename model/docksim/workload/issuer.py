"""Issues commands: numbers them, sends them on their way, writes down how they ended."""

from __future__ import annotations

from collections.abc import Callable, Generator
from math import inf, nan

import simpy

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.system.command import Command
from docksim.system.container import Container
from docksim.system.outcomes import IN_PROGRESS, OK, TIMEOUT, CommandError
from docksim.system.wiring import System
from docksim.workload.choices import Plan

Events = Generator[simpy.Event, object, None]

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


class Issuer:
    """Where all workloads' commands pass.

    `limit` is the number of commands after which no more are issued; `idle` happens when all
    sources have run dry and all commands have ended.
    """

    def __init__(
        self,
        env: Environment,
        system: System,
        limit: float = inf,
        on_end: Callable[[int], None] | None = None,
    ) -> None:
        self._env = env
        self._cli = system.cli
        self._table = system.table
        self._limit = limit
        self._on_end = on_end
        self._issued = 0
        self._ended = 0
        self._sources = 0
        self._under_way: dict[int, tuple[Command, str, float]] = {}
        self.records = Recorder(COMMAND_COLUMNS)
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

    def run(self, source: Events) -> None:
        """Let a source of commands run."""
        self._sources += 1
        end = self._env.process(source)
        end.callbacks.append(self._dry)

    def send(self, number: int, workload: str, plan: Plan, patience: float | None) -> None:
        """Issue a command and let it go."""
        self._env.process(self.perform(number, workload, plan, patience))

    def perform(
        self,
        number: int,
        workload: str,
        plan: Plan,
        patience: float | None,
        own: Container | None = None,
    ) -> Generator[simpy.Event, object, Command]:
        """Issue a command and see it end; the client gives up after `patience` seconds."""
        target = plan.target(number, own)
        command = Command(number, plan.action, plan.image(number), plan.kind, target)
        claimed = target if plan.claims else None
        if claimed is not None:
            self._table.claim(claimed)
        arrived = self._env.now
        self._under_way[number] = (command, workload, arrived)
        try:
            if patience is None:
                yield from self._cli.execute(command)
                outcome = OK
            else:
                outcome = yield from self._until(command, patience)
        except CommandError as error:
            outcome = error.outcome
        if claimed is not None:
            self._table.unclaim(claimed)
        del self._under_way[number]
        self._record(command, workload, arrived, self._env.now, outcome)
        self._ended += 1
        if self._on_end is not None:
            self._on_end(self._ended)
        self._check_idle()
        return command

    def record_in_progress(self) -> None:
        """Write down what has not ended."""
        for command, workload, arrived in self._under_way.values():
            self._record(command, workload, arrived, nan, IN_PROGRESS)

    def _until(self, command: Command, patience: float) -> Generator[simpy.Event, object, str]:
        """The outcome, or a timeout.

        What the daemon has begun to do for a client that went away it carries through, except
        where it only waits or streams for it.
        """
        work = self._env.process(self._cli.execute(command))
        yield work | self._env.timeout(patience)
        work.defused = True
        if work.triggered:
            if not work.ok:
                assert isinstance(work.value, Exception)
                raise work.value
            return OK
        if command.interruptible:
            work.interrupt()
        return TIMEOUT

    def _record(
        self, command: Command, workload: str, arrived: float, ended: float, outcome: str
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
        )

    def _dry(self, _: simpy.Event) -> None:
        self._sources -= 1
        self._check_idle()

    def _check_idle(self) -> None:
        dry = self.exhausted or not self._sources
        if dry and self._ended == self._issued and not self.idle.triggered:
            self.idle.succeed()
