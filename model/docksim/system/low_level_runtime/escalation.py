"""From SIGTERM to SIGKILL to giving up: how long each is waited for."""

from __future__ import annotations

from collections.abc import Callable, Generator

import simpy

from docksim.scenario.daemon import Daemon
from docksim.system.command import Command
from docksim.system.container import Container
from docksim.system.low_level_runtime.processes import Processes
from docksim.system.outcomes import CannotKill
from docksim.system.waiting import Await

Events = Generator[simpy.Event, object, None]
Signal = Callable[[Command, Container], Events]


class Escalation:
    """Ends a container's process with the signals that the variant sends its own way.

    Both methods raise CannotKill when even SIGKILL does not end it.
    """

    def __init__(
        self,
        settings: Daemon,
        processes: Processes,
        wait: Await,
        ended: Callable[[Container], simpy.Event],
        *,
        terminate: Signal,
        kill: Signal,
    ) -> None:
        self._settings = settings
        self._processes = processes
        self._wait = wait
        self._ended = ended
        self._terminate = terminate
        self._kill = kill

    def stop(self, command: Command, container: Container, patience: float) -> Events:
        """SIGTERM; after `patience` seconds, SIGKILL."""
        ended = self._ended(container)
        yield from self._terminate(command, container)
        if (yield from self._wait(command, ended, patience)):
            return
        try:
            yield from self.kill(command, container)
        except CannotKill:
            yield from self._wait(command, ended, self._settings.stop_last_wait)
            raise

    def kill(self, command: Command, container: Container) -> Events:
        """SIGKILL through the runtime, then straight to the process."""
        ended = self._ended(container)
        yield from self._kill(command, container)
        if ended.triggered or (yield from self._wait(command, ended, self._settings.kill_wait)):
            return
        self._processes.kill(container)
        if not (yield from self._wait(command, ended, self._settings.direct_kill_wait)):
            raise CannotKill
