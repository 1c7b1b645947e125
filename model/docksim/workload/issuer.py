"""Issues commands: sends them on their way and sees them end."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from docksim.des.environment import Environment
from docksim.system.command import Command
from docksim.system.container import Container
from docksim.system.outcomes import OK, TIMEOUT, CommandError
from docksim.system.wiring import System
from docksim.workload.choices import Plan
from docksim.workload.log import CommandLog

Events = Generator[simpy.Event, object, None]


class Issuer:
    """Where all workloads' commands of one host pass; `log` is that of all hosts."""

    def __init__(self, env: Environment, system: System, log: CommandLog, host: int = 0) -> None:
        self._env = env
        self._cli = system.cli
        self._table = system.table
        self._log = log
        self._host = host
        self.next_number = log.next_number

    @property
    def exhausted(self) -> bool:
        """Whether no more commands are to be issued."""
        return self._log.exhausted

    def run(self, source: Events) -> None:
        """Let a source of commands run."""
        self._log.open_source()
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
        self._log.begin(command, workload, self._host)
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
        self._log.end(number, outcome)
        return command

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

    def _dry(self, _: simpy.Event) -> None:
        self._log.close_source()
