"""runc (or crun): sets up namespaces and cgroups, executes the container's process, and ends."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

import simpy

from docksim.des.environment import Environment
from docksim.system.command import Command
from docksim.system.components import CONTAINERD, RUNC, SHIM
from docksim.system.container import Container
from docksim.system.low_level_runtime.processes import Processes
from docksim.system.messages import Costs

Events = Generator[simpy.Event, object, None]


class Runc:
    """The low-level runtime; what setting up namespaces costs depends on the network driver."""

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        runtime: str,
        network_drivers: Sequence[str],
        processes: Processes,
    ) -> None:
        def at(operation: str) -> str:
            return f"runtime.{runtime}.{operation}"

        self._env = env
        self._processes = processes
        self._create = costs.call(CONTAINERD, RUNC, "create container process", at("create"))
        self._start_guard = costs.call(
            RUNC, SHIM, "start the container guard process", "shim.start"
        )
        self._set_up_and_exec = {
            driver: costs.work(
                RUNC,
                "set up namespaces, configure cgroups, exec the container process",
                at("set_up"),
                f"network.{driver}.namespace",
                at("start"),
            )
            for driver in network_drivers
        }
        self._started = costs.reply(RUNC, SHIM, "container started", at("started"))
        self._create_for_shim = costs.call(SHIM, RUNC, "create container process", at("create"))
        self._set_up = {
            driver: costs.work(
                RUNC,
                "set up namespaces, configure cgroups",
                at("set_up"),
                f"network.{driver}.namespace",
            )
            for driver in network_drivers
        }
        self._created = costs.reply(RUNC, SHIM, "container created", at("started"))
        self._start = costs.call(SHIM, RUNC, "exec the container process", at("start"))
        self._kill = costs.call(SHIM, RUNC, "send signal", at("kill"))
        self._delete = costs.call(SHIM, RUNC, "delete container", at("delete"))

    def create_and_start(self, command: Command, container: Container, driver: str) -> Events:
        """The diagram's way: runc starts the guard and executes the process in one go.

        Raises OutOfMemory.
        """
        yield from self._create(command)
        yield from self._start_guard(command)
        yield from self._set_up_and_exec[driver](command)
        yield from command.settle(self._env)
        self._processes.start(container)
        yield from self._started(command)

    def create(self, command: Command, driver: str) -> Events:
        """`runc create`, called by the shim."""
        yield from self._create_for_shim(command)
        yield from self._set_up[driver](command)
        yield from self._created(command)

    def start(self, command: Command, container: Container) -> Events:
        """`runc start`, called by the shim. Raises OutOfMemory."""
        yield from self._start(command)
        yield from command.settle(self._env)
        self._processes.start(container)
        yield from self._started(command)

    def kill(self, command: Command) -> Iterable[simpy.Event]:
        """`runc kill`."""
        return self._kill(command)

    def delete(self, command: Command) -> Iterable[simpy.Event]:
        """`runc delete`."""
        return self._delete(command)
