"""Peer-to-peer distribution: hosts hand each other pieces of the layers that they want.

A torrent a layer. Who wants it receives a few pieces at once; who has pieces sends a few at once,
the registry among them, which has all from the start. Whom a piece comes from is chosen at random
among those who have a piece to offer and room to send it, and so is the piece. A host's own agent
hands the layer to its dockerd when it is complete, as Kraken's and Dragonfly's do.

B. Cohen, Incentives Build Robustness in BitTorrent (2003); Kraken's documentation on pieces and
connections: github.com/uber/kraken.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from functools import partial
from math import ceil, inf

import simpy

from docksim.des.environment import Environment
from docksim.des.sharing import SharedStation
from docksim.des.streams import Draws
from docksim.scenario.fleet import Fleet
from docksim.scenario.images import Layer
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.path import Path
from docksim.system.registry.origins import Provide

TRIES = 8
"""Peers that are looked at before the registry is asked, or a peer is left to wait."""


class Swarm:
    """The torrents of all layers, and the registry that has the first pieces."""

    def __init__(
        self, env: Environment, settings: Fleet, registry: SharedStation, chance: Draws
    ) -> None:
        self._env = env
        self._settings = settings
        self._registry = registry
        self._chance = chance
        self._torrents: dict[str, Torrent] = {}

    def join(self, host: Host) -> Provide:
        """Make a host a peer: what it sends is on a lane of its own, as links are full duplex."""
        upward = SharedStation(self._env, "host.uplink", host.link.capacity)
        downward = host.link
        host.path = Path(self._env)
        return partial(self._provide, upward, downward)

    def _provide(
        self, upward: SharedStation, downward: SharedStation, layer: Layer
    ) -> Iterable[simpy.Event]:
        if not layer.compressed:
            return
        if layer.digest not in self._torrents:
            self._torrents[layer.digest] = Torrent(
                self._env, self._settings, layer.compressed, self._registry, self._chance
            )
        peer = Peer(self._env, upward, downward, self._settings)
        torrent = self._torrents[layer.digest]
        torrent.enter(peer)
        try:
            yield peer.complete
        finally:
            peer.leeching = False


class Peer:
    """A host's part in one torrent; sets of pieces are bits of a whole number."""

    __slots__ = ("complete", "downward", "has", "leeching", "receiving", "room", "slots", "upward",
                 "waits")  # fmt: skip

    def __init__(
        self,
        env: Environment,
        upward: SharedStation,
        downward: SharedStation | None,
        settings: Fleet,
    ) -> None:
        self.complete = simpy.Event(env)
        self.upward = upward
        self.downward = downward
        self.has = 0
        self.receiving = 0  # pieces that are on their way
        self.leeching = True  # whether it wants more
        self.slots = settings.downloads  # for further pieces
        self.room = settings.uploads  # for further peers
        self.waits = False


class Torrent:
    """One layer, `size` bytes, in pieces."""

    def __init__(
        self,
        env: Environment,
        settings: Fleet,
        size: float,
        registry: SharedStation,
        chance: Draws,
    ) -> None:
        self._env = env
        self._settings = settings
        self._chance = chance
        self._draws = 0
        self._pieces = max(1, ceil(size / settings.piece))
        self._piece = size / self._pieces
        self._all = (1 << self._pieces) - 1
        self._seed = Peer(env, registry, None, settings)
        self._seed.has = self._all
        self._offering: list[Peer] = []  # who has pieces and room, but for the registry
        self._places: dict[Peer, int] = {}  # where they stand in that list
        self._waiting: deque[Peer] = deque()

    def enter(self, peer: Peer) -> None:
        """Let a peer receive until it has all pieces; then its event `complete` happens."""
        self._ask(peer)

    def _ask(self, peer: Peer) -> None:
        """Have a peer receive as many pieces as it has slots for; else it waits to be offered."""
        while peer.slots and self._wanted(peer):
            source = self._source_for(peer)
            if source is None:
                if not peer.waits:
                    peer.waits = True
                    self._waiting.append(peer)
                return
            self._send(source, peer)

    def _source_for(self, peer: Peer) -> Peer | None:
        wanted = self._wanted(peer)
        for _ in range(min(TRIES, len(self._offering))):
            source = self._offering[int(self._uniform() * len(self._offering))]
            if source.has & wanted:
                return source
        return self._seed if self._seed.room else None

    def _offer(self, source: Peer) -> None:
        """Have a source that has room send to those who wait."""
        for _ in range(min(TRIES, len(self._waiting))):
            if not source.room:
                return
            peer = self._waiting.popleft()
            if not (peer.slots and self._wanted(peer)):
                peer.waits = False
            elif source.has & self._wanted(peer):
                peer.waits = False
                self._send(source, peer)
                self._ask(peer)
            else:
                self._waiting.append(peer)

    def _wanted(self, peer: Peer) -> int:
        return self._all & ~(peer.has | peer.receiving) if peer.leeching else 0

    def _send(self, source: Peer, peer: Peer) -> None:
        piece = self._one_of(source.has & self._wanted(peer))
        peer.receiving |= piece
        peer.slots -= 1
        source.room -= 1
        self._list(source)
        assert peer.downward is not None
        way = Path(self._env, source.upward, peer.downward)
        transfer, _ = way.begin(self._piece, inf)
        assert transfer.callbacks is not None
        transfer.callbacks.append(lambda _: self._arrived(source, peer, piece))

    def _arrived(self, source: Peer, peer: Peer, piece: int) -> None:
        peer.has |= piece
        peer.receiving &= ~piece
        peer.slots += 1
        source.room += 1
        for each in (source, peer):
            self._list(each)
            self._offer(each)
        if peer.has == self._all:
            if peer.leeching:
                peer.leeching = False
                peer.complete.succeed()
        else:
            self._ask(peer)

    def _list(self, peer: Peer) -> None:
        """Keep who has pieces and room on the list that sources are chosen from."""
        if peer is self._seed:
            return
        place = self._places.get(peer)
        if peer.room and peer.has:
            if place is None:
                self._places[peer] = len(self._offering)
                self._offering.append(peer)
        elif place is not None:
            last = self._offering.pop()
            if last is not peer:
                self._offering[place] = last
                self._places[last] = place
            del self._places[peer]

    def _one_of(self, pieces: int) -> int:
        """A piece of these, at random: the first at or after a place that is."""
        from_here = pieces & -(1 << int(self._uniform() * self._pieces)) or pieces
        return from_here & -from_here

    def _uniform(self) -> float:
        self._draws += 1
        return self._chance.at(self._draws)
