"""containerd, as in the diagrams: it asks storage and network itself, and drives runc."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping

import simpy

from docksim.system.command import Command
from docksim.system.components import CONTAINERD, DOCKERD
from docksim.system.container import Container
from docksim.system.infrastructure.network import NetworkDriver
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.low_level_runtime.runc import Runc
from docksim.system.low_level_runtime.shim import Shim
from docksim.system.messages import Costs
from docksim.system.outcomes import CommandError

Events = Generator[simpy.Event, object, None]


class Containerd:
    """Container lifecycle, on dockerd's behalf."""

    def __init__(
        self,
        costs: Costs,
        storage: StorageDriver,
        networks: Mapping[str, NetworkDriver],
        runc: Runc,
        shim: Shim,
    ) -> None:
        self._storage = storage
        self._networks = networks
        self._runc = runc
        self._shim = shim
        call, reply = costs.call, costs.reply
        self._query = call(DOCKERD, CONTAINERD, "query container list", "containerd.list")
        self._information = reply(
            CONTAINERD, DOCKERD, "container information", "containerd.information"
        )
        self._create = call(DOCKERD, CONTAINERD, "create container", "containerd.create")
        self._created = reply(CONTAINERD, DOCKERD, "container created", "containerd.reply")
        self._start = call(DOCKERD, CONTAINERD, "start container", "containerd.start")
        self._running = reply(CONTAINERD, DOCKERD, "container running", "containerd.running")
        self._stop = call(DOCKERD, CONTAINERD, "stop container", "containerd.stop")
        self._stopped = reply(CONTAINERD, DOCKERD, "container stopped", "containerd.reply")
        self._kill = call(DOCKERD, CONTAINERD, "kill container", "containerd.stop")
        self._signalled = reply(CONTAINERD, DOCKERD, "signal sent", "containerd.reply")
        self._delete = call(DOCKERD, CONTAINERD, "delete container", "containerd.stop")
        self._deleted = reply(CONTAINERD, DOCKERD, "container deleted", "containerd.delete")
        self._logs = call(DOCKERD, CONTAINERD, "request container logs", "containerd.logs")
        self._log_data = reply(CONTAINERD, DOCKERD, "log data", "containerd.log_data")

    def list(self, command: Command, containers: int) -> Events:
        """Information on so many containers."""
        yield from self._query(command, items=containers)
        yield from self._information(command, items=containers)

    def create(self, command: Command, container: Container) -> Events:
        """Create only; `start` comes later. Raises NoSpaceLeft."""
        yield from self._create(command)
        yield from self._storage.create_layer(command, container)
        yield from self._created(command)

    def create_to_start(self, command: Command, container: Container) -> Events:
        """Create, with the root file system mounted. Raises NoSpaceLeft."""
        yield from self._create(command)
        yield from self._storage.create_and_mount(command, container)

    def connect_and_execute(self, command: Command, container: Container, driver: str) -> Events:
        """Connect and execute what is mounted. Raises OutOfMemory; then it is disconnected."""
        yield from self._networks[driver].allocate(command, container)
        try:
            yield from self._runc.create_and_start(command, container, driver)
        except CommandError:
            yield from self._networks[driver].release(command)
            raise
        yield from self._shim.report(command)
        yield from self._running(command)

    def start(self, command: Command, container: Container, driver: str) -> Events:
        """Mount, connect and execute what was created before. Raises OutOfMemory."""
        yield from self._start(command)
        yield from self._storage.mount(command, container)
        yield from self.connect_and_execute(command, container, driver)

    def stop(self, command: Command, container: Container, patience: float) -> Events:
        """SIGTERM, and SIGKILL after `patience` seconds, until it has ended. Raises CannotKill."""
        yield from self._stop(command)
        yield from self._shim.stop(command, container, patience)
        yield from self._shim.exited(command)

    def kill(self, command: Command, container: Container) -> Events:
        """SIGKILL, until it has ended. Raises CannotKill."""
        yield from self._kill(command)
        yield from self._shim.kill(command, container)
        yield from self._shim.exited(command)

    def terminate(self, command: Command, container: Container) -> Events:
        """Pass SIGTERM on, and no more."""
        yield from self._kill(command)
        yield from self._shim.terminate(command, container)
        yield from self._signalled(command)

    def exited(self, command: Command) -> Iterable[simpy.Event]:
        """Hear from the shim that a process has ended."""
        return self._shim.exited(command)

    def release(self, command: Command, container: Container, driver: str) -> Iterable[simpy.Event]:
        """Disconnect what has ended."""
        return self._networks[driver].release(command)

    def stopped(self, command: Command) -> Iterable[simpy.Event]:
        """Tell that the container has stopped."""
        return self._stopped(command)

    def ask_to_delete(self, command: Command) -> Iterable[simpy.Event]:
        """Hear that a stopped container is to go."""
        return self._delete(command)

    def delete_layer(self, command: Command, container: Container) -> Events:
        """Delete the read-write layer."""
        return self._storage.unmount_and_delete(command, container)

    def deleted(self, command: Command) -> Iterable[simpy.Event]:
        """Tell that the container is gone."""
        return self._deleted(command)

    def read_log(self, command: Command, size: float) -> Events:
        """Fetch `size` bytes of a container's log through its shim."""
        yield from self._logs(command)
        yield from self._shim.read_log(command, size)
        yield from self._log_data(command)
