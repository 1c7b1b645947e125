"""The processor's caches: what a program used a moment ago is quickly there again, until what has
been gone through since has displaced it."""

from __future__ import annotations

from math import exp

from docksim.system.activity import Booking
from docksim.system.command import Command

EVERYTHING = 1e10
"""Bytes that leave nothing in any processor's caches."""


class Caches:
    """How much of what requests use has been displaced.

    size     bytes that displace 1 - 1/e of what is there: each displaces something at random
    shared   the part of what a request uses that all requests do
    """

    __slots__ = ("_displaced", "_last", "_last_of", "_shared", "_size")

    def __init__(self, size: float, shared: float) -> None:
        self._size = size
        self._shared = shared
        self._displaced = 0.0
        self._last = 0.0
        self._last_of: dict[str, float] = {}

    def displace(self, size: float) -> None:
        """Go through `size` bytes."""
        self._displaced += size

    def miss(self, kind: str) -> float:
        """The share of what a request of that kind uses that is not there; now it is again. What
        nobody has used yet counts as there."""
        now = self._displaced
        common = now - self._last
        own = now - self._last_of.get(kind, 0.0)
        self._last = self._last_of[kind] = now
        return self._shared * self._gone(common) + (1.0 - self._shared) * self._gone(own)

    def _gone(self, displaced: float) -> float:
        return 1.0 - exp(-displaced / self._size)


class Refill:
    """What it costs a kind of request (core-seconds) when nothing that it uses is there."""

    __slots__ = ("_caches", "_cpu", "_kind")

    def __init__(self, caches: Caches, kind: str, cpu: float) -> None:
        self._caches = caches
        self._kind = kind
        self._cpu = cpu

    def demand(self) -> float:
        """Of a request that comes now (core-seconds)."""
        return self._cpu * self._caches.miss(self._kind)


class Displacement(Booking):
    """What a step goes through: bytes in all, for each item, and for each byte of its payload."""

    __slots__ = ("_caches", "_per_byte", "_per_item", "_size")

    settles = False

    def __init__(self, caches: Caches, size: float, per_item: float, per_byte: float) -> None:
        self._caches = caches
        self._size = size
        self._per_item = per_item
        self._per_byte = per_byte

    def book(self, command: Command, items: float, size: float) -> None:
        self._caches.displace(self._size + items * self._per_item + size * self._per_byte)
