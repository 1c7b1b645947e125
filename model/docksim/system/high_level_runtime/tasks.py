"""containerd, as a real engine uses it: containers are records, tasks are their processes.

Storage and network are dockerd's own business then.
"""

from __future__ import annotations

from collections.abc import Generator

import simpy

from docksim.system.command import Command
from docksim.system.components import CONTAINERD, DOCKERD
from docksim.system.container import Container
from docksim.system.low_level_runtime.shim import Shim
from docksim.system.messages import Costs

Events = Generator[simpy.Event, object, None]


class TaskService:
    """containerd's containers and tasks, called by dockerd."""

    def __init__(self, costs: Costs, shim: Shim) -> None:
        self._shim = shim
        call, reply = costs.call, costs.reply
        self._create = call(DOCKERD, CONTAINERD, "create container", "containerd.create")
        self._create_task = call(DOCKERD, CONTAINERD, "create task", "containerd.create_task")
        self._created = reply(CONTAINERD, DOCKERD, "task created", "containerd.reply")
        self._start_task = call(DOCKERD, CONTAINERD, "start task", "containerd.start")
        self._running = reply(CONTAINERD, DOCKERD, "container running", "containerd.running")
        self._kill_task = call(DOCKERD, CONTAINERD, "kill task", "containerd.stop")
        self._exit_event = reply(CONTAINERD, DOCKERD, "exit event", "containerd.reply")
        self._delete_task = call(DOCKERD, CONTAINERD, "delete task", "containerd.delete_task")
        self._delete = call(DOCKERD, CONTAINERD, "delete container", "containerd.delete")

    def create(self, command: Command, driver: str, running: int) -> Events:
        """A container record, and a task that is set up but not executed, beside so many that
        run."""
        yield from self._create(command)
        yield from self._create_task(command, items=running)
        yield from self._shim.create_task(command, driver)
        yield from self._created(command)

    def start(self, command: Command, container: Container) -> Events:
        """Execute the task. Raises OutOfMemory."""
        yield from self._start_task(command)
        yield from self._shim.start_task(command, container)
        yield from self._running(command)

    def kill(self, command: Command, container: Container, signal: str) -> Events:
        """Deliver a signal: "TERM" or "KILL"."""
        yield from self._kill_task(command)
        yield from self._shim.signal_task(command, container, signal)

    def exited(self, command: Command) -> Events:
        """Pass the shim's exit event on to dockerd."""
        yield from self._shim.exited(command)
        yield from self._exit_event(command)

    def delete(self, command: Command, running: int) -> Events:
        """Delete the task of an ended process, and the container's record, beside so many that
        run."""
        yield from self._delete_task(command, items=running)
        yield from self._shim.delete_task(command)
        yield from self._delete(command)
