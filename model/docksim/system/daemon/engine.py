"""Variant `engine`: as a real engine does it (moby 20.10).

dockerd itself asks storage and network and reads the logs; containerd keeps records and tasks.
Every exit is handled in the background, under the container's lock; whoever stops a container
only waits for the news.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping

import simpy

from docksim.des.environment import happen
from docksim.system.command import Command
from docksim.system.components import DOCKERD
from docksim.system.container import Container
from docksim.system.daemon.lifecycle import Events, Lifecycle, Setting
from docksim.system.high_level_runtime.tasks import TaskService
from docksim.system.infrastructure.network import NetworkDriver
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.low_level_runtime.escalation import Escalation
from docksim.system.low_level_runtime.processes import Processes
from docksim.system.messages import Costs
from docksim.system.outcomes import CannotKill, CommandError, Conflict, OutOfMemory
from docksim.system.waiting import Await


class EngineLifecycle(Lifecycle):
    """Facts from the sources of moby 20.10.24."""

    def __init__(
        self,
        setting: Setting,
        costs: Costs,
        wait: Await,
        processes: Processes,
        tasks: TaskService,
        storage: StorageDriver,
        networks: Mapping[str, NetworkDriver],
    ) -> None:
        super().__init__(setting)
        self._tasks = tasks
        self._storage = storage
        self._networks = networks
        self._checkpoint = costs.work(DOCKERD, "checkpoint", "dockerd.checkpoint")
        self._escalation = Escalation(
            setting.daemon,
            processes,
            wait,
            lambda container: container.stopped,
            terminate=self.signal,
            kill=self._send_kill,
        )

    def create(self, command: Command) -> Generator[simpy.Event, object, Container]:
        container = self._new_record(command)
        yield from self._make(command, container, self._create(command, container))
        return container

    def start(self, command: Command, container: Container) -> Events:
        """As always; what was to go by itself also goes when it does not start."""
        try:
            yield from super().start(command, container)
        except OutOfMemory:
            if container.auto_remove:
                yield from self._remove_by_itself(command, container)
            raise

    def stop(self, command: Command, container: Container, patience: float) -> Events:
        if container.running:
            yield from self._escalation.stop(command, container, patience)

    def kill(self, command: Command, container: Container) -> Events:
        if container.running:
            yield from self._escalation.kill(command, container)

    def signal(self, command: Command, container: Container) -> Events:
        yield from self._signal(command, container, "TERM")

    def remove(self, command: Command, container: Container, *, force: bool) -> Events:
        """A running container is refused; by force it is killed at once, without SIGTERM."""
        if container.running and not force:
            raise Conflict
        self._begin_removal(container)
        try:
            yield from self.kill(command, container)
        except CannotKill:
            container.removing = False
            raise
        yield from self._alone(command, container, self._delete(command, container))
        self._is_gone(container)

    def list(self, command: Command, containers: int) -> Events:
        """A snapshot of dockerd's own records: nobody is asked."""
        return
        yield

    def read_log(self, command: Command, size: float) -> Events:
        yield from self._storage.read_log(command, size)

    def handle_exit(self, container: Container) -> None:
        self._env.process(self._after_exit(container))

    def _create(self, command: Command, container: Container) -> Events:
        yield from self._storage.create_layer(command, container)
        yield from self._checkpoint(command)

    def _start(self, command: Command, container: Container) -> Events:
        driver = self.driver_of(container)
        yield from self._storage.mount(command, container)
        yield from self._networks[driver].allocate(command, container)
        yield from self._networks[driver].join(command)
        try:
            yield from self._tasks.create(command, driver, self._table.running)
            yield from self._tasks.start(command, container)
        except CommandError:
            yield from self._take_down(command, container)
            raise
        yield from self._checkpoint(command)

    def _take_down(self, command: Command, container: Container) -> Events:
        yield from self._tasks.delete(command, self._table.running)
        yield from self._disconnect(command, container)

    def _delete(self, command: Command, container: Container) -> Events:
        yield from self._checkpoint(command)
        yield from self._storage.delete_layer(command, container)

    def _send_kill(self, command: Command, container: Container) -> Events:
        return self._signal(command, container, "KILL")

    def _signal(self, command: Command, container: Container, signal: str) -> Events:
        """Under the container's lock; the daemon remembers on disk that it was asked to stop."""
        container.ended_by = command.number
        yield from self._alone(command, container, self._deliver(command, container, signal))

    def _deliver(self, command: Command, container: Container, signal: str) -> Events:
        yield from self._checkpoint(command)
        yield from self._tasks.kill(command, container, signal)

    def _after_exit(self, container: Container) -> Events:
        branch = self._exit_branch(container)
        yield from self._tasks.exited(branch)
        yield from self._alone(branch, container, self._note_exit(branch, container))
        happen(container.stopped)
        if container.auto_remove:
            yield from self._remove_by_itself(branch, container)

    def _note_exit(self, branch: Command, container: Container) -> Events:
        """20.10 notes it before it disconnects and unmounts; those who wait for it are woken then,
        but read the container's state under its lock: Wait in container/state.go."""
        yield from self._tasks.delete(branch, self._table.running)
        yield from branch.settle(self._env)
        self._has_exited(container)
        yield from self._disconnect(branch, container)
        yield from self._checkpoint(branch)

    def _disconnect(self, command: Command, container: Container) -> Events:
        yield from self._networks[self.driver_of(container)].release(command)
        yield from self._storage.unmount(command)
