"""The storage driver: image layers, containers' read-write layers, volumes, logs.

What the drivers' steps cost is data. They differ in mechanism only in what a new read-write
layer has to copy: nothing, or (vfs) the whole image.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable

import simpy

from docksim.scenario.images import Image
from docksim.system.command import Command
from docksim.system.components import DOCKERD, STORAGE
from docksim.system.container import Container
from docksim.system.infrastructure.host import Host
from docksim.system.messages import Costs

Events = Generator[simpy.Event, object, None]


def copy_nothing(image: Image) -> float:
    """Copy on write: a new layer is empty."""
    return 0.0


def copy_image(image: Image) -> float:
    """No sharing: a new layer is a full copy (bytes)."""
    return image.uncompressed


COPIES = {"vfs": copy_image}


class StorageDriver:
    """Asked by `asker` for containers' layers, by `log_reader` for logs, by dockerd for images."""

    def __init__(
        self, costs: Costs, host: Host, driver: str, *, asker: str, log_reader: str
    ) -> None:
        def at(operation: str) -> str:
            return f"storage.{driver}.{operation}"

        ask = costs.call
        self._host = host
        self._copy_size = COPIES.get(driver, copy_nothing)
        self._lookup = ask(DOCKERD, STORAGE, "is the image present?", at("lookup"))
        self._create = ask(asker, STORAGE, "create the read-write layer", at("create_layer"))
        self._create_and_mount = ask(
            asker, STORAGE, "create the read-write layer", at("create_layer"), at("mount")
        )
        self._mount = ask(asker, STORAGE, "mount the root file system", at("mount"))
        self._create_volumes = ask(asker, STORAGE, "create volumes", at("create_volume"))
        self._mount_volumes = ask(asker, STORAGE, "mount volumes", at("mount_volume"))
        self._unmount = ask(asker, STORAGE, "unmount the root file system", at("unmount"))
        self._delete = ask(asker, STORAGE, "delete the read-write layer", at("delete_layer"))
        self._unmount_and_delete = ask(
            asker, STORAGE, "delete the read-write layer", at("unmount"), at("delete_layer")
        )
        self._store = ask(DOCKERD, STORAGE, "store layer", at("store_layer"))
        self._remove = ask(DOCKERD, STORAGE, "delete layers", at("remove_layers"))
        self._query = ask(DOCKERD, STORAGE, "query local images", at("list_images"))
        self._list = costs.reply(STORAGE, DOCKERD, "image list", at("image_list"))
        self._usage = ask(DOCKERD, STORAGE, "measure disk usage", at("usage"))
        self._read_log = ask(log_reader, STORAGE, "read log file", at("read_log"))
        self._log_data = costs.reply(STORAGE, log_reader, "log data", at("log_data"))

    def preload(self, container: Container) -> None:
        """Have a container's read-write layer from the start. Raises NoSpaceLeft."""
        self._host.space.take(self._copy_size(container.image))

    def lookup(self, command: Command) -> Iterable[simpy.Event]:
        """Look an image up by name."""
        return self._lookup(command)

    def create_layer(self, command: Command, container: Container) -> Events:
        """Create, not mount. Raises NoSpaceLeft when the driver copies and there is no room."""
        yield from self._create(command, size=self._take_copy(container))
        yield from self._volumes(command, container)

    def create_and_mount(self, command: Command, container: Container) -> Events:
        """Create and mount in one go. Raises NoSpaceLeft as `create_layer`."""
        yield from self._create_and_mount(command, size=self._take_copy(container))
        yield from self._volumes(command, container)
        yield from self._mounts(command, container)

    def mount(self, command: Command, container: Container) -> Events:
        """Mount the root file system and the volumes."""
        yield from self._mount(command)
        yield from self._mounts(command, container)

    def unmount(self, command: Command) -> Iterable[simpy.Event]:
        """Unmount the root file system."""
        return self._unmount(command)

    def delete_layer(self, command: Command, container: Container) -> Events:
        """Delete what is not mounted any more."""
        yield from self._delete(command, size=self._copy_size(container.image))
        self._host.space.give(self._copy_size(container.image))

    def unmount_and_delete(self, command: Command, container: Container) -> Events:
        """Unmount and delete in one go."""
        yield from self._unmount_and_delete(command, size=self._copy_size(container.image))
        self._host.space.give(self._copy_size(container.image))

    def store_layer(self, command: Command, size: float) -> Iterable[simpy.Event]:
        """Inflate and write an image layer of `size` bytes unpacked."""
        return self._store(command, size=size)

    def remove_layers(self, command: Command, layers: int, size: float) -> Iterable[simpy.Event]:
        """Delete so many image layers of `size` bytes in all."""
        return self._remove(command, items=layers, size=size)

    def list_images(self, command: Command, images: int) -> Events:
        """List the images that are there."""
        yield from self._query(command, items=images)
        yield from self._list(command, items=images)

    def usage(self, command: Command, objects: int) -> Iterable[simpy.Event]:
        """Walk so many layers and volumes to add up their sizes."""
        return self._usage(command, items=objects)

    def read_log(self, command: Command, size: float) -> Events:
        """Read `size` bytes of a log."""
        yield from self._read_log(command, size=size)
        yield from self._log_data(command)

    def _take_copy(self, container: Container) -> float:
        size = self._copy_size(container.image)
        self._host.space.take(size)
        return size

    def _volumes(self, command: Command, container: Container) -> Events:
        if container.kind.volumes:
            yield from self._create_volumes(command, items=container.kind.volumes)

    def _mounts(self, command: Command, container: Container) -> Events:
        if container.kind.volumes:
            yield from self._mount_volumes(command, items=container.kind.volumes)
