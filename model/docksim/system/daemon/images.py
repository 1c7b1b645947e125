"""dockerd's images: which are there, pulling them, removing them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator

import simpy

from docksim.des.environment import Environment
from docksim.scenario.images import Image
from docksim.system.command import Command
from docksim.system.daemon.layers import LayerStore, chains_of
from docksim.system.daemon.pulls import Puller
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.outcomes import Conflict, ImageNotFound
from docksim.system.steps import hold

Events = Generator[simpy.Event, object, None]


class ImageService:
    """The local images, by name, and how many containers were made of each.

    The layer store's lock covers the recursive delete of an rmi, and so holds up whoever lists
    images, creates containers or commits layers meanwhile.
    """

    def __init__(
        self,
        env: Environment,
        host: Host,
        storage: StorageDriver,
        layers: LayerStore,
        puller: Puller,
    ) -> None:
        self._env = env
        self._storage = storage
        self._layers = layers
        self._puller = puller
        self._lock = host.lock("dockerd.layer_store")
        self._images: set[str] = set()
        self._users: Counter[str] = Counter()
        self._untagged: set[str] = set()

    def __contains__(self, image: Image) -> bool:
        return image.name in self._images

    def __len__(self) -> int:
        return len(self._images)

    def preload(self, image: Image) -> None:
        """Have an image from the start. Raises NoSpaceLeft."""
        self._layers.preload(image)
        self._images.add(image.name)

    def use(self, image: Image) -> None:
        """A container was made of it."""
        self._users[image.name] += 1

    def disuse(self, image: Image) -> None:
        """A container made of it is gone; an image that was untagged meanwhile goes with it."""
        self._users[image.name] -= 1
        if not self._users[image.name] and image.name in self._untagged:
            self._untagged.discard(image.name)
            self._layers.release(chains_of(image))

    def pull(self, command: Command, image: Image) -> Events:
        """Fetch what is missing and give the image its name. Raises as `Puller.pull`."""
        yield from self._puller.pull(command, image)
        if image in self or image.name in self._untagged:
            self._layers.release(chains_of(image))
        self._untagged.discard(image.name)
        self._images.add(image.name)

    def lookup(self, command: Command) -> Events:
        """Ask for an image; waits while an rmi holds the layer store."""
        yield from self._pass_through_lock(command)
        yield from self._storage.lookup(command)
        yield from command.settle(self._env)

    def list(self, command: Command) -> Events:
        """List all images, under the layer store's lock."""
        yield from hold(self._env, command, self._lock)
        try:
            yield from self._storage.list_images(command, len(self))
            yield from command.settle(self._env)
        finally:
            self._lock.release()

    def remove(self, command: Command, image: Image, *, force: bool) -> Events:
        """Delete an image and the layers that no other needs.

        By force an image that containers use is untagged, and its layers stay until they are gone.
        Raises ImageNotFound, or Conflict when a container was made of it.
        """
        yield from hold(self._env, command, self._lock)
        try:
            if image not in self:
                raise ImageNotFound
            if self._users[image.name] and not force:
                raise Conflict
            self._images.discard(image.name)
            if self._users[image.name]:
                self._untagged.add(image.name)
            else:
                layers, size = self._layers.release(chains_of(image))
                yield from self._storage.remove_layers(command, layers, size)
            yield from command.settle(self._env)
        finally:
            self._lock.release()

    def _pass_through_lock(self, command: Command) -> Events:
        yield from hold(self._env, command, self._lock)
        self._lock.release()
