"""Pulls: layers download in parallel through the daemon's slots and are extracted parent first.

pull ── one registration a missing chain (shared with other pulls)
          ├─ download: slot → request → body, with retries   (shared as the image store says)
          ├─ the parent's registration
          └─ extract, register
"""

from __future__ import annotations

from collections.abc import Generator
from math import inf

import simpy

from docksim.des.environment import Environment
from docksim.des.semaphore import Semaphore
from docksim.des.single_flight import Seat, SingleFlight
from docksim.scenario.daemon import Daemon
from docksim.scenario.images import Image, Layer
from docksim.system.command import Command
from docksim.system.components import DOCKERD
from docksim.system.daemon.layers import Chain, LayerStore, chains_of
from docksim.system.daemon.stores import ImageStore
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.messages import Costs
from docksim.system.outcomes import RegistryUnavailable
from docksim.system.registry.registry import BrokenTransfer, Registry, attempt_of
from docksim.system.steps import hold

Events = Generator[simpy.Event, object, None]


class Puller:
    """dockerd's download manager."""

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        host: Host,
        settings: Daemon,
        store: ImageStore,
        layers: LayerStore,
        storage: StorageDriver,
        registry: Registry,
        *,
        fetches_config: bool,
    ) -> None:
        self._env = env
        self._host = host
        self._settings = settings
        self._store = store
        self._layers = layers
        self._storage = storage
        self._registry = registry
        self._fetches_config = fetches_config
        self.slots = Semaphore(
            env, "dockerd.download_slots", settings.max_concurrent_downloads or inf
        )
        self._downloads = SingleFlight(env)
        self._registrations = SingleFlight(env)
        self._commit = costs.work(DOCKERD, "commit download", store.commit)

    def pull(self, command: Command, image: Image) -> Events:
        """Have all of the image's layers, claimed for it.

        Raises what the registry and the disk refuse; then nothing is claimed and nothing half
        registered. When the command is interrupted, what nobody else waits for is called off.
        """
        yield from self._registry.manifest(command, image)
        yield from command.settle(self._env)
        chains = chains_of(image)
        self._layers.claim(chains)
        seats = self._join_missing(command, image, chains)
        command.interruptible = True
        try:
            if self._fetches_config:
                yield from self._registry.config(command)
                yield from command.settle(self._env)
            for seat in seats:
                yield seat.done
        except BaseException:
            for seat in seats:
                seat.leave()
            self._layers.release(chains)
            raise
        finally:
            command.interruptible = False

    def _join_missing(self, command: Command, image: Image, chains: list[Chain]) -> list[Seat]:
        seats: list[Seat] = []
        for branch, (layer, chain) in enumerate(zip(image.layers, chains, strict=True), 1):
            if chain not in self._layers:
                parent = seats[-1].done if seats else None
                seats.append(self._join(command.fork(branch), layer, chain, parent))
        return seats

    def _join(
        self, command: Command, layer: Layer, chain: Chain, parent: simpy.Event | None
    ) -> Seat:
        return self._registrations.join(
            chain, lambda: self._register(command, layer, chain, parent)
        )

    def _register(
        self, command: Command, layer: Layer, chain: Chain, parent: simpy.Event | None
    ) -> Events:
        """Download, wait for the parent, extract; the disk space is taken as it is needed.

        Whoever waits for a layer also waits for its parent, whose registration is therefore not
        called off before; when it fails, so does this one.
        """
        space = self._host.space
        blob = 0.0 if self._layers.has_blob(layer) else layer.compressed
        space.take(blob)
        taken = blob
        try:
            if blob:
                yield from self._download(command, layer, chain)
            if parent is not None:
                yield parent
            size = self._layers.size_on_disk(layer)
            space.take(size)
            taken += size
            yield from self._storage.store_layer(command, layer.uncompressed)
            yield from command.settle(self._env)
            self._layers.register(chain, size)
            taken = blob
        finally:
            space.give(taken)

    def _download(self, command: Command, layer: Layer, chain: Chain) -> Events:
        seat = self._downloads.join(
            self._store.download_key(chain), lambda: self._fetch(command, layer)
        )
        try:
            yield seat.done
        finally:
            seat.leave()

    def _fetch(self, command: Command, layer: Layer) -> Events:
        """Get the blob; the slot is held through retries and their sleeps."""
        yield from hold(self._env, command, self.slots)
        try:
            yield from self._try_to_fetch(command, layer)
            yield from self._commit(command)
            yield from command.settle(self._env)
        finally:
            self.slots.release()

    def _try_to_fetch(self, command: Command, layer: Layer) -> Events:
        received = 0.0
        for attempt in range(self._settings.retries + 1):
            if attempt:
                yield self._env.timeout(attempt * self._settings.retry_backoff)
            branch = attempt_of(command, attempt)
            try:
                yield from self._registry.blob(branch, layer, received)
                yield from branch.settle(self._env)
                return
            except BrokenTransfer as broken:
                yield from branch.settle(self._env)
                received += broken.received if self._registry.resumable else 0.0
        raise RegistryUnavailable
