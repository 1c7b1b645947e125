"""dockerd: the REST API through which all commands enter.

Each method is one request of the Engine API; it ends with the reply, or raises the error that
the client gets.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

import simpy

from docksim.des.environment import Environment
from docksim.scenario import actions
from docksim.scenario.images import Image
from docksim.system.command import Command
from docksim.system.components import CLI, DOCKERD, STORAGE
from docksim.system.container import Container, State
from docksim.system.daemon.containers import ContainerTable
from docksim.system.daemon.diagram import DiagramLifecycle
from docksim.system.daemon.images import ImageService
from docksim.system.daemon.lifecycle import Lifecycle
from docksim.system.daemon.streams import StreamService
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.messages import Costs, Message
from docksim.system.outcomes import CommandError, Conflict, NoSuchContainer
from docksim.system.registry.registry import Registry
from docksim.system.steps import hold

Events = Generator[simpy.Event, object, None]
Made = Generator[simpy.Event, object, Container]
Counted = Generator[simpy.Event, object, int]


class Dockerd:
    """The daemon."""

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        table: ContainerTable,
        images: ImageService,
        lifecycle: Lifecycle,
        streams: StreamService,
        storage: StorageDriver,
        registry: Registry,
    ) -> None:
        self._env = env
        self._table = table
        self._images = images
        self._lifecycle = lifecycle
        self._streams = streams
        self._storage = storage
        self._registry = registry

        def request(text: str, operation: str) -> Message:
            return costs.call(CLI, DOCKERD, text, f"dockerd.{operation}")

        def reply(text: str, operation: str = "reply") -> Message:
            return costs.reply(DOCKERD, CLI, text, f"dockerd.{operation}")

        self._get_containers = request("GET /containers/json", "containers_json")
        self._containers = reply("containers as JSON", "containers_reply")
        self._get_images = request("GET /images/json", "images_json")
        self._image_list = reply("images as JSON", "images_reply")
        self._post_images = request("POST /images/create", "images_create")
        self._complete = reply("download complete", "register_image")
        self._post_containers = request("POST /containers/create", "containers_create")
        self._stored = costs.call(DOCKERD, STORAGE, "store layers", "dockerd.register_image")
        self._container_id = reply("container ID")
        self._post_start = request("POST /containers/ID/start", "containers_start")
        self._started = reply("container started")
        self._post_stop = request("POST /containers/ID/stop", "containers_stop")
        self._stopped = reply("container stopped")
        self._post_kill = request("POST /containers/ID/kill", "containers_stop")
        self._killed = reply("signal sent")
        self._delete = request("DELETE /containers/ID", "containers_delete")
        self._deleted = reply("deletion confirmed")
        self._get_logs = request("GET /containers/ID/logs", "containers_logs")
        self._post_wait = request("POST /containers/ID/wait", "containers_wait")
        self._exit_code = reply("exit code")
        self._inspect = request("GET /containers/ID/json", "containers_inspect")
        self._details = reply("container as JSON")
        self._delete_image = request("DELETE /images/NAME", "images_delete")
        self._image_deleted = reply("image deleted")
        self._get_usage = request("GET /system/df", "system_df")
        self._usage = reply("disk usage as JSON", "containers_reply")
        self._get_events = request("GET /events", "events")
        self._errors = {
            error.outcome: reply(f"error: {error.outcome}")
            for error in CommandError.__subclasses__()
        }

    # Images

    def images_json(self, command: Command) -> Counted:
        """List images; how many there are."""
        yield from self._get_images(command, items=len(self._images))
        yield from self._images.list(command)
        yield from self._image_list(command, items=len(self._images))
        return len(self._images)

    def images_create(self, command: Command) -> Events:
        """Pull the command's image. Raises as `Puller.pull`."""
        yield from self._post_images(command)
        yield from self._images.pull(command, _image_of(command))
        yield from self._complete(command)

    def images_delete(self, command: Command, *, force: bool) -> Events:
        """Remove the command's image. Raises ImageNotFound or Conflict."""
        yield from self._delete_image(command)
        image = _image_of(command)
        in_use = any(c.running and c.image.name == image.name for c in self._table)
        yield from self._images.remove(command, image, force=force and not in_use)
        yield from self._image_deleted(command)

    # Containers

    def containers_json(self, command: Command, *, all_states: bool) -> Counted:
        """List the running containers, or all; how many they are."""
        yield from command.settle(self._env)
        listed = len(self._table) if all_states else self._table.running
        yield from self._get_containers(command, items=listed)
        yield from self._lifecycle.list(command, listed)
        yield from self._containers(command, items=listed)
        return listed

    def containers_create(self, command: Command) -> Made:
        """Create a container. Raises ImageNotFound when its image is absent, or NoSpaceLeft."""
        yield from self._post_containers(command)
        yield from self._images.lookup(command)
        container = yield from self._lifecycle.create(command)
        yield from self._container_id(command)
        self._table.unclaim(container)
        return container

    def containers_start(self, command: Command, container: Container) -> Events:
        """Start a container, unless it runs. Raises as `Lifecycle.start`."""
        yield from self._post_start(command, items=self._table.running)
        self._table.claim(container)
        try:
            yield from self._lifecycle.start(command, container)
        finally:
            self._table.unclaim(container)
        yield from self._started(command)

    def containers_stop(
        self, command: Command, container: Container, timeout: float | None
    ) -> Events:
        """SIGTERM, SIGKILL after the timeout (s). Raises NoSuchContainer, CannotKill."""
        yield from self._post_stop(command)
        yield from self._must_exist(command, container)
        patience = self._lifecycle.patience_for(container) if timeout is None else timeout
        yield from self._lifecycle.stop(command, container, patience)
        yield from self._stopped(command)

    def containers_kill(self, command: Command, container: Container, signal: str) -> Events:
        """Send a signal; SIGKILL is seen through. Raises NoSuchContainer, Conflict, CannotKill."""
        yield from self._post_kill(command)
        yield from self._must_exist(command, container)
        if not container.running:
            raise Conflict
        deliver = self._lifecycle.kill if signal == "KILL" else self._lifecycle.signal
        yield from deliver(command, container)
        yield from self._killed(command)

    def containers_delete(self, command: Command, container: Container, *, force: bool) -> Events:
        """Remove a container. Raises NoSuchContainer, Conflict, CannotKill."""
        yield from self._delete(command)
        yield from self._must_exist(command, container)
        yield from self._lifecycle.remove(command, container, force=force)
        yield from self._deleted(command)

    def containers_logs(
        self, command: Command, container: Container, request: actions.Logs
    ) -> Events:
        """Stream a container's log. Raises NoSuchContainer."""
        yield from self._get_logs(command)
        yield from self._must_exist(command, container)
        yield from self._streams.logs(command, container, request)

    def containers_wait(self, command: Command, container: Container) -> Events:
        """Wait until it has exited, and is gone if it goes by itself."""
        yield from self._post_wait(command)
        yield from command.settle(self._env)
        command.interruptible = True
        try:
            yield container.removed if container.auto_remove else container.stopped
        finally:
            command.interruptible = False
        yield from self._exit_code(command)

    def containers_inspect(self, command: Command, container: Container) -> Events:
        """Everything about a container. Raises NoSuchContainer."""
        yield from self._inspect(command)
        yield from self._must_exist(command, container)
        yield from self._details(command)

    def containers_run(self, command: Command) -> Made:
        """The diagram's single request: image if absent, create, start.

        Raises what pulling, creating and starting raise.
        """
        assert isinstance(self._lifecycle, DiagramLifecycle)
        yield from self._post_containers(command)
        yield from self._have_image(command)
        container = yield from self._lifecycle.run(command)
        yield from self._container_id(command)
        self._table.unclaim(container)
        return container

    # The daemon itself

    def system_df(self, command: Command) -> Events:
        """Add up the disk usage of all images, containers and volumes."""
        yield from self._get_usage(command)
        yield from self._images.list(command)
        volumes = sum(container.kind.volumes for container in self._table)
        yield from self._storage.usage(command, len(self._table) + volumes)
        yield from self._usage(command, items=len(self._table) + len(self._images))

    def events(self, command: Command, request: actions.Events) -> Events:
        """Stream what happens."""
        yield from self._get_events(command)
        yield from self._streams.events(command, request)

    def error(self, command: Command, error: CommandError) -> Iterable[simpy.Event]:
        """Tell the client what went wrong."""
        return self._errors[error.outcome](command)

    def no_such_container(self, command: Command) -> Events:
        """A request for a container that is not there. Raises NoSuchContainer."""
        yield from self._inspect(command)
        raise NoSuchContainer

    def _have_image(self, command: Command) -> Events:
        yield from self._images.lookup(command)
        image = _image_of(command)
        if image in self._images:
            return
        yield from self._registry.pull(command)
        yield from self._images.pull(command, image)
        yield from self._registry.pulled(command)
        yield from self._stored(command)

    def _must_exist(self, command: Command, container: Container) -> Events:
        """Look at a container, once nobody works on it under its lock. Raises NoSuchContainer."""
        yield from command.settle(self._env)
        if container.lock.held:
            yield from hold(self._env, command, container.lock)
            container.lock.release()
        if container.state is State.REMOVED:
            raise NoSuchContainer


def _image_of(command: Command) -> Image:
    assert command.image is not None
    return command.image
