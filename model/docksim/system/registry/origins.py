"""Where the layers that a host downloads come from, when others download beside it.

registry:  registry ─────────────── host
mirrors:   registry ── mirror ───── host      (once a rack, then to each of its hosts)
peers:     registry ── host ── host           (see swarm)
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from math import inf

import simpy

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.sharing import SharedStation
from docksim.des.single_flight import SingleFlight
from docksim.scenario.images import Layer
from docksim.scenario.registry import Registry
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.path import Path

Events = Generator[simpy.Event, object, None]

Provide = Callable[[Layer], Iterable[simpy.Event]]
"""Waits until a layer's body can be sent over the host's path."""


@dataclass(frozen=True)
class Place:
    """What a host of a fleet shares with others.

    servers   of the registry that answers it
    join      tells a host its path; how layers are provided for it
    """

    servers: FifoStation
    join: Callable[[Host], Provide]


def at_once(_: Layer) -> Iterable[simpy.Event]:
    """The body can be sent."""
    return ()


def alone(env: Environment, settings: Registry) -> Place:
    """The place of a host that has the registry to itself: what it sends is all for its link."""
    servers = FifoStation(env, "registry.servers", settings.servers)
    return Place(servers, lambda _: at_once)


class Direct:
    """All hosts download over the registry's uplink."""

    def __init__(self, env: Environment, uplink: SharedStation) -> None:
        self._env = env
        self._uplink = uplink

    def join(self, host: Host) -> Provide:
        """Have a host download from here."""
        host.path = Path(self._env, host.link, self._uplink)
        return at_once


class Mirror:
    """A rack's mirror: fetches a layer once, and sends it when it has all of it."""

    def __init__(
        self, env: Environment, registry: SharedStation, bandwidth: float, *, warm: bool
    ) -> None:
        """`registry` is its uplink, `bandwidth` (bytes/s) the mirror's own, in each direction."""
        self._env = env
        self._warm = warm
        self.uplink = SharedStation(env, "mirror.uplink", bandwidth)
        self._upstream = Path(env, SharedStation(env, "mirror.downlink", bandwidth), registry)
        self._layers: set[str] = set()
        self._fetches = SingleFlight(env)

    def join(self, host: Host) -> Provide:
        """Have a host of the rack download from here."""
        host.path = Path(self._env, host.link, self.uplink)
        return self._provide

    def _provide(self, layer: Layer) -> Events:
        if self._warm or layer.digest in self._layers:
            return
        seat = self._fetches.join(layer.digest, lambda: self._fetch(layer))
        try:
            yield seat.done
        finally:
            seat.leave()

    def _fetch(self, layer: Layer) -> Events:
        transfer, _ = self._upstream.begin(layer.compressed, inf)
        try:
            yield transfer
        except BaseException:
            self._upstream.withdraw(transfer)
            raise
        self._layers.add(layer.digest)
