"""What dockerd does for containers, whichever way it goes about it.

The two ways, `diagram` and `engine`, differ in whom they ask and in what order; the container's
record, its lock and its states are the same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass

import simpy

from docksim.des.environment import Environment, happen
from docksim.scenario.actions import Run
from docksim.scenario.daemon import Daemon
from docksim.system.command import EXIT_BRANCH, Command
from docksim.system.container import Container, State
from docksim.system.daemon.containers import ContainerTable
from docksim.system.daemon.images import ImageService
from docksim.system.outcomes import CommandError, Conflict, ImageNotFound, NoSuchContainer
from docksim.system.steps import hold

Events = Generator[simpy.Event, object, None]


@dataclass(frozen=True)
class Setting:
    """Where the daemon finds itself.

    default_network   driver of containers that name none
    networks          how many networks containers are spread over
    publish           told of every container event ("create", "start", "die", "destroy")
    """

    env: Environment
    daemon: Daemon
    table: ContainerTable
    images: ImageService
    default_network: str
    networks: int
    publish: Callable[[str], None]


class Lifecycle(ABC):
    """Create, start, stop, kill, remove; and what follows an exit."""

    def __init__(self, setting: Setting) -> None:
        self._setting = setting
        self._env = setting.env
        self._table = setting.table

    @abstractmethod
    def create(self, command: Command) -> Generator[simpy.Event, object, Container]:
        """Make a container of the command's image, which is there."""

    def start(self, command: Command, container: Container) -> Events:
        """Let it run; one that runs is left as it is.

        Raises NoSuchContainer, Conflict when it is being removed, or OutOfMemory.
        """
        yield from self._alone(command, container, self._start_what_stands(command, container))

    @abstractmethod
    def _start(self, command: Command, container: Container) -> Events:
        """Start a container that stands, under its lock. Raises OutOfMemory."""

    @abstractmethod
    def stop(self, command: Command, container: Container, patience: float) -> Events:
        """SIGTERM, SIGKILL after `patience` seconds. Raises CannotKill."""

    @abstractmethod
    def kill(self, command: Command, container: Container) -> Events:
        """SIGKILL, and see it end. Raises CannotKill."""

    @abstractmethod
    def signal(self, command: Command, container: Container) -> Events:
        """SIGTERM, and no more."""

    @abstractmethod
    def remove(self, command: Command, container: Container, *, force: bool) -> Events:
        """Delete it. Raises Conflict or CannotKill."""

    @abstractmethod
    def list(self, command: Command, containers: int) -> Events:
        """Gather what `ps` shows of so many containers."""

    @abstractmethod
    def read_log(self, command: Command, size: float) -> Events:
        """Read `size` bytes of a container's log."""

    @abstractmethod
    def handle_exit(self, container: Container) -> None:
        """A container's process has ended."""

    def patience_for(self, container: Container) -> float:
        """From SIGTERM to SIGKILL (s), where the command does not say."""
        own = container.kind.stop_timeout
        return self._setting.daemon.stop_timeout if own is None else own

    def driver_of(self, container: Container) -> str:
        """Its network driver."""
        return container.kind.network or self._setting.default_network

    def _new_record(self, command: Command) -> Container:
        """A container that only its creator may choose until it is made. Raises ImageNotFound."""
        assert command.image is not None
        assert command.kind is not None
        if command.image not in self._setting.images:
            raise ImageNotFound
        container = Container(
            self._env,
            command.number,
            command.kind,
            command.image,
            network=command.number % self._setting.networks,
        )
        container.claimed = True
        container.auto_remove = isinstance(command.action, Run) and command.action.remove
        self._setting.images.use(command.image)
        return container

    def _make(self, command: Command, container: Container, work: Events) -> Events:
        """Do the work of creating it, then list it; what fails leaves no record."""
        try:
            yield from work
            yield from command.settle(self._env)
        except CommandError:
            self._setting.images.disuse(container.image)
            raise
        self._table.add(container)
        self._setting.publish("create")

    def _start_what_stands(self, command: Command, container: Container) -> Events:
        if container.state is State.REMOVED:
            raise NoSuchContainer
        if container.removing:
            raise Conflict
        if container.running:
            return
        yield from self._start(command, container)
        yield from command.settle(self._env)
        self._is_running(container)

    def _is_running(self, container: Container) -> None:
        """Note that it runs; its process may have ended already."""
        self._table.change(container, State.RUNNING)
        self._setting.publish("start")

    def _has_stopped(self, container: Container) -> None:
        """Note that it does not run any more, and tell those who wait for that."""
        self._has_exited(container)
        happen(container.stopped)

    def _has_exited(self, container: Container) -> None:
        self._table.change(container, State.EXITED)
        self._setting.publish("die")
        container.attended = False

    def _is_gone(self, container: Container) -> None:
        if not container.stopped.triggered:
            happen(container.stopped)
        self._table.remove(container)
        self._setting.images.disuse(container.image)
        self._setting.publish("destroy")
        happen(container.removed)

    def _begin_removal(self, container: Container) -> None:
        """Raises Conflict when another command is removing it."""
        if container.removing:
            raise Conflict
        container.removing = True

    def _exit_branch(self, container: Container) -> Command:
        """On whose account the exit is handled: the command's that ended it, or that made it."""
        return Command(container.ended_by, None, container=container, occurrence=EXIT_BRANCH)

    def _remove_by_itself(self, branch: Command, container: Container) -> Events:
        """`--rm`: goes when it ends, unless someone is faster or it cannot go."""
        with suppress(CommandError):
            yield from self.remove(branch, container, force=False)

    def _alone(self, command: Command, container: Container, work: Events) -> Events:
        """Work on a container under its lock."""
        yield from hold(self._env, command, container.lock)
        try:
            yield from work
            yield from command.settle(self._env)
        finally:
            container.lock.release()
