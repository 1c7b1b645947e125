"""containerd-shim: guards the container's process, forwards signals to it, reports its end."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import simpy

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.scenario.daemon import Daemon
from docksim.system.command import Command
from docksim.system.components import CONTAINERD, SHIM
from docksim.system.container import Container
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.low_level_runtime.escalation import Escalation, Signal
from docksim.system.low_level_runtime.processes import Processes
from docksim.system.low_level_runtime.runc import Runc
from docksim.system.messages import Costs
from docksim.system.waiting import Await

Events = Generator[simpy.Event, object, None]


class Shim:
    """The guards of all containers: one process each, so that they never queue for one another."""

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        trace: Recorder | None,
        settings: Daemon,
        processes: Processes,
        runc: Runc,
        storage: StorageDriver,
    ) -> None:
        self._env = env
        self._processes = processes
        self._runc = runc
        self._storage = storage

        def escalation(kill: Signal) -> Escalation:
            return Escalation(
                settings,
                processes,
                Await(env, trace, SHIM, "wait for the process to exit"),
                lambda container: container.exited,
                terminate=self.terminate,
                kill=kill,
            )

        self._escalation = escalation(self._kill_unasked)
        self._killing = escalation(self._kill_as_told)
        call, reply = costs.call, costs.reply
        self._report = reply(SHIM, CONTAINERD, "report container state", "shim.report")
        self._sigterm = call(CONTAINERD, SHIM, "send SIGTERM", "shim.signal")
        self._sigkill = call(CONTAINERD, SHIM, "send SIGKILL", "shim.signal")
        self._own_sigkill = costs.work(SHIM, "send SIGKILL", "shim.signal")
        self._exited = reply(SHIM, CONTAINERD, "container process exited", "shim.exited")
        self._get_output = call(CONTAINERD, SHIM, "get container output", "shim.logs")
        self._forward = reply(SHIM, CONTAINERD, "forward log stream", "shim.forward_logs")
        self._start_shim = call(CONTAINERD, SHIM, "start the container guard process", "shim.start")
        self._start_task = call(CONTAINERD, SHIM, "start task", "shim.start_task")
        self._delete_task = call(CONTAINERD, SHIM, "delete task", "shim.delete_task")

    # The diagram's messages

    def report(self, command: Command) -> Iterable[simpy.Event]:
        """Tell containerd that the container runs."""
        return self._report(command)

    def terminate(self, command: Command, container: Container) -> Events:
        """Forward SIGTERM."""
        yield from self._sigterm(command)
        yield from command.settle(self._env)
        self._processes.terminate(container)

    def stop(self, command: Command, container: Container, patience: float) -> Events:
        """SIGTERM, wait, SIGKILL. Raises CannotKill."""
        return self._escalation.stop(command, container, patience)

    def kill(self, command: Command, container: Container) -> Events:
        """SIGKILL. Raises CannotKill."""
        return self._killing.kill(command, container)

    def exited(self, command: Command) -> Iterable[simpy.Event]:
        """Tell containerd that the process has ended."""
        return self._exited(command)

    def read_log(self, command: Command, size: float) -> Events:
        """Read `size` bytes of the log and pass them on."""
        yield from self._get_output(command)
        yield from self._storage.read_log(command, size)
        yield from self._forward(command)

    def _kill_unasked(self, command: Command, container: Container) -> Events:
        yield from self._own_sigkill(command)
        yield from command.settle(self._env)
        self._processes.kill(container)

    def _kill_as_told(self, command: Command, container: Container) -> Events:
        yield from self._sigkill(command)
        yield from command.settle(self._env)
        self._processes.kill(container)

    # A real engine's task service

    def create_task(self, command: Command, driver: str) -> Events:
        """Start a guard, which has runc create the container."""
        yield from self._start_shim(command)
        yield from self._runc.create(command, driver)

    def start_task(self, command: Command, container: Container) -> Events:
        """Have runc execute the process. Raises OutOfMemory."""
        yield from self._start_task(command)
        yield from self._runc.start(command, container)
        yield from self._report(command)

    def signal_task(self, command: Command, container: Container, signal: str) -> Events:
        """Have runc deliver a signal: "TERM" or "KILL"."""
        yield from (self._sigterm if signal == "TERM" else self._sigkill)(command)
        yield from self._runc.kill(command)
        yield from command.settle(self._env)
        if signal == "TERM":
            self._processes.terminate(container)
        else:
            self._processes.kill(container)

    def delete_task(self, command: Command) -> Events:
        """Have runc delete what is left of the container; the guard ends."""
        yield from self._delete_task(command)
        yield from self._runc.delete(command)
