"""Variant `diagram`: dockerd hands containers to containerd, which asks storage and network."""

from __future__ import annotations

from collections.abc import Generator

import simpy

from docksim.system.command import Command
from docksim.system.container import Container
from docksim.system.daemon.lifecycle import Events, Lifecycle, Setting
from docksim.system.high_level_runtime.containerd import Containerd
from docksim.system.outcomes import CannotKill, CommandError


class DiagramLifecycle(Lifecycle):
    """Message for message the sequence diagrams.

    Whoever ends a container's process cleans up after it; a process that ends by itself is
    cleaned up after in the background.
    """

    def __init__(self, setting: Setting, containerd: Containerd) -> None:
        super().__init__(setting)
        self._containerd = containerd

    def create(self, command: Command) -> Generator[simpy.Event, object, Container]:
        container = self._new_record(command)
        yield from self._make(command, container, self._containerd.create(command, container))
        return container

    def run(self, command: Command) -> Generator[simpy.Event, object, Container]:
        """Create and start in one request. Raises NoSpaceLeft or OutOfMemory."""
        container = self._new_record(command)
        yield from self._alone(command, container, self._make_and_execute(command, container))
        return container

    def stop(self, command: Command, container: Container, patience: float) -> Events:
        yield from self._stop(command, container, patience)

    def kill(self, command: Command, container: Container) -> Events:
        return self._stop(command, container, None)

    def _start(self, command: Command, container: Container) -> Events:
        return self._containerd.start(command, container, self.driver_of(container))

    def _stop(self, command: Command, container: Container, patience: float | None) -> Events:
        if not (yield from self._end(command, container, patience)):
            return
        yield from self._containerd.release(command, container, self.driver_of(container))
        yield from self._containerd.stopped(command)
        yield from command.settle(self._env)
        self._has_stopped(container)
        if container.auto_remove:
            self._env.process(self._remove_by_itself(self._exit_branch(container), container))

    def signal(self, command: Command, container: Container) -> Events:
        container.ended_by = command.number
        yield from self._containerd.terminate(command, container)

    def remove(self, command: Command, container: Container, *, force: bool) -> Events:
        """A running container is stopped first, by force with SIGKILL at once."""
        self._begin_removal(container)
        patience = None if force else self.patience_for(container)
        try:
            ended_here = yield from self._end(command, container, patience)
        except CannotKill:
            container.removing = False
            raise
        if not ended_here:
            yield from self._containerd.ask_to_delete(command)
        yield from self._containerd.delete_layer(command, container)
        if ended_here:
            yield from self._containerd.release(command, container, self.driver_of(container))
        yield from self._containerd.deleted(command)
        yield from command.settle(self._env)
        self._is_gone(container)

    def list(self, command: Command, containers: int) -> Events:
        yield from self._containerd.list(command, containers)

    def read_log(self, command: Command, size: float) -> Events:
        yield from self._containerd.read_log(command, size)

    def handle_exit(self, container: Container) -> None:
        if not container.attended:
            container.attended = True
            self._env.process(self._clean_up(container))

    def _make_and_execute(self, command: Command, container: Container) -> Events:
        create = self._containerd.create_to_start(command, container)
        yield from self._make(command, container, create)
        driver = self.driver_of(container)
        try:
            yield from self._containerd.connect_and_execute(command, container, driver)
            yield from command.settle(self._env)
        except CommandError:
            yield from self._containerd.delete_layer(command, container)
            yield from command.settle(self._env)
            self._is_gone(container)
            raise
        self._is_running(container)

    def _end(
        self, command: Command, container: Container, patience: float | None
    ) -> Generator[simpy.Event, object, bool]:
        """See it end; whether this command ended it, and so has to clean up after it.

        Without any patience it is killed straight away. Raises CannotKill.
        """
        if not container.running:
            return False
        if container.attended:
            yield from self._see_it_stopped(command, container, patience)
            return False
        container.attended = True
        container.ended_by = command.number
        try:
            if patience is None:
                yield from self._containerd.kill(command, container)
            else:
                yield from self._containerd.stop(command, container, patience)
        except CannotKill:
            container.attended = False
            raise
        return True

    def _see_it_stopped(
        self, command: Command, container: Container, patience: float | None
    ) -> Events:
        """Wait while another ends it and cleans up; when patience is over, kill it nevertheless.

        Raises CannotKill.
        """
        stopped = container.stopped
        yield from command.settle(self._env)
        if patience is not None:
            yield container.exited | self._env.timeout(patience)
        if not container.exited.triggered:
            yield from self._containerd.kill(command, container)
            yield from command.settle(self._env)
        yield stopped

    def _clean_up(self, container: Container) -> Events:
        """After an exit that no command waits for."""
        branch = self._exit_branch(container)
        yield from self._alone(branch, container, self._disconnect(branch, container))
        self._has_stopped(container)
        if container.auto_remove:
            yield from self._remove_by_itself(branch, container)

    def _disconnect(self, branch: Command, container: Container) -> Events:
        yield from self._containerd.exited(branch)
        yield from self._containerd.release(branch, container, self.driver_of(container))
        yield from self._containerd.stopped(branch)
