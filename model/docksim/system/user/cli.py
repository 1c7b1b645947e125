"""The docker CLI: parses a command, talks REST to dockerd, formats the answer."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any

import simpy

from docksim.des.environment import Environment
from docksim.scenario import actions
from docksim.system.command import Command
from docksim.system.components import CLI, USER
from docksim.system.container import Container
from docksim.system.daemon.dockerd import Dockerd
from docksim.system.messages import Costs, Message
from docksim.system.outcomes import CommandError, ImageNotFound, NoSuchContainer

Events = Generator[simpy.Event, object, None]

ARGUMENTS = {
    "pull": "IMAGE",
    "run": "IMAGE CMD",
    "create": "IMAGE CMD",
    "rmi": "IMAGE",
    "start": "CONTAINER",
    "stop": "CONTAINER",
    "kill": "CONTAINER",
    "rm": "CONTAINER",
    "logs": "CONTAINER",
    "inspect": "CONTAINER",
}

ANSWERS = {
    "ps": "formatted container list",
    "images": "formatted image list",
    "pull": "pull succeeded",
    "run": "container started",
    "create": "container ID",
    "rmi": "deleted",
    "start": "container started",
    "stop": "container stopped",
    "kill": "signal sent",
    "rm": "deleted",
    "inspect": "container as JSON",
    "system df": "disk usage",
}

COMMANDS = (*ANSWERS, "logs", "events")


class Cli:
    """One invocation of `docker` a command."""

    def __init__(self, env: Environment, costs: Costs, dockerd: Dockerd, variant: str) -> None:
        self._env = env
        self._dockerd = dockerd
        self._typed = {name: _typed(costs, name) for name in COMMANDS}
        self._answered = {
            name: costs.reply(CLI, USER, text, "cli.format") for name, text in ANSWERS.items()
        }
        self._exited = costs.reply(CLI, USER, "container exited", "cli.format")
        self._failed = costs.reply(CLI, USER, "error message", "cli.format")
        self._run_container = (
            dockerd.containers_run if variant == "diagram" else self._create_and_start
        )
        self._requests: dict[str, Callable[[Command, Any], Generator[simpy.Event, Any, Any]]] = {
            "ps": self._ps,
            "images": self._images,
            "pull": self._pull,
            "run": self._run,
            "create": self._create,
            "rmi": self._rmi,
            "start": self._start,
            "stop": self._stop,
            "kill": self._kill,
            "rm": self._rm,
            "logs": self._logs,
            "inspect": self._inspect,
            "system df": self._system_df,
            "events": self._events,
        }

    def execute(self, command: Command) -> Events:
        """From the user's enter key to the last line of output. Raises CommandError."""
        assert command.action is not None
        name = command.action.command
        yield from self._typed[name](command)
        try:
            items = yield from self._requests[name](command, command.action)
        except CommandError as error:
            yield from self._dockerd.error(command, error)
            yield from self._failed(command)
            yield from command.settle(self._env)
            raise
        if isinstance(command.action, actions.Run) and command.action.attach:
            yield from self._exited(command)
        elif name in self._answered:
            yield from self._answered[name](command, items=items or 0)
        yield from command.settle(self._env)

    def _ps(self, command: Command, action: actions.Ps) -> Generator[simpy.Event, object, int]:
        return (yield from self._dockerd.containers_json(command, all_states=action.all))

    def _images(self, command: Command, _: actions.Images) -> Generator[simpy.Event, object, int]:
        return (yield from self._dockerd.images_json(command))

    def _pull(self, command: Command, _: actions.Pull) -> Events:
        return self._dockerd.images_create(command)

    def _run(self, command: Command, action: actions.Run) -> Events:
        command.container = container = yield from self._run_container(command)
        if action.attach:
            yield from self._dockerd.containers_wait(command, container)

    def _create(self, command: Command, _: actions.Create) -> Events:
        command.container = yield from self._create_with_image(command)

    def _rmi(self, command: Command, action: actions.Rmi) -> Events:
        return self._dockerd.images_delete(command, force=action.force)

    def _start(self, command: Command, _: actions.Start) -> Events:
        container = yield from self._target(command)
        yield from self._dockerd.containers_start(command, container)

    def _stop(self, command: Command, action: actions.Stop) -> Events:
        container = yield from self._target(command)
        yield from self._dockerd.containers_stop(command, container, action.timeout)

    def _kill(self, command: Command, action: actions.Kill) -> Events:
        container = yield from self._target(command)
        yield from self._dockerd.containers_kill(command, container, action.signal)

    def _rm(self, command: Command, action: actions.Rm) -> Events:
        container = yield from self._target(command)
        yield from self._dockerd.containers_delete(command, container, force=action.force)

    def _logs(self, command: Command, action: actions.Logs) -> Events:
        container = yield from self._target(command)
        yield from self._dockerd.containers_logs(command, container, action)

    def _inspect(self, command: Command, _: actions.Inspect) -> Events:
        container = yield from self._target(command)
        yield from self._dockerd.containers_inspect(command, container)

    def _system_df(self, command: Command, _: actions.SystemDf) -> Events:
        return self._dockerd.system_df(command)

    def _events(self, command: Command, action: actions.Events) -> Events:
        return self._dockerd.events(command, action)

    def _create_and_start(self, command: Command) -> Generator[simpy.Event, object, Container]:
        """Variant `engine`: create (pull and create again when the image is absent), then start."""
        container = yield from self._create_with_image(command)
        command.container = container
        yield from self._dockerd.containers_start(command, container)
        return container

    def _create_with_image(self, command: Command) -> Generator[simpy.Event, object, Container]:
        try:
            return (yield from self._dockerd.containers_create(command))
        except ImageNotFound as error:
            yield from self._dockerd.error(command, error)
        yield from self._dockerd.images_create(command)
        return (yield from self._dockerd.containers_create(command))

    def _target(self, command: Command) -> Generator[simpy.Event, object, Container]:
        """The container that the command names. Raises NoSuchContainer when there was none."""
        if command.container is None:
            yield from self._dockerd.no_such_container(command)
            raise NoSuchContainer
        return command.container


def _typed(costs: Costs, name: str) -> Message:
    text = f"docker {name} {ARGUMENTS[name]}" if name in ARGUMENTS else f"docker {name}"
    return costs.call(USER, CLI, text, "cli.start")
