"""Memory that a program allocates, and its garbage collector, which delays it.

Go's collector begins when as much has been allocated as was in use after the collection before
(gcTrigger in mgc.go, runtime of Go). It works on processors that the program leaves idle, and on a
quarter of each that is busy (gcBackgroundUtilization in mgcpacer.go); who allocates meanwhile has
to do a part of it (gcAssistAlloc in mgcmark.go), so that it ends in time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from docksim.des.environment import Environment
from docksim.des.streams import Draws
from docksim.system.infrastructure.turns import Events, Turns
from docksim.system.ledger import Ledger

PORTIONS = 16
"""Of a slice: so finely all who work on a collection divide it among themselves. Those of Go drain
one queue of grey objects (gcDrain in mgcmark.go)."""

BACKGROUND = 0.25
"""Of a busy processor, what a collection takes (gcBackgroundUtilization, mgcpacer.go)."""

RUNWAY = 0.3
"""Of what is allocated from one collection to the next, the last part, during which the next is
under way: it begins when 70 % is there at the earliest (minTriggerRatioDistance, mgcpacer.go). Who
allocates all of that would have done the whole collection."""


class Heap:
    """What has been allocated since the last collection (bytes), and who collects it.

    every    bytes from one collection to the next, but for what commands under way use
    cpu      core-seconds of a collection
    slice_   s that a worker computes on an idle processor before others have a turn
    """

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        turns: Turns,
        every: float,
        cpu: Draws,
        slice_: float,
        used: float,
    ) -> None:
        """`used`: bytes allocated already, at the start."""
        self._env = env
        self._ledger = ledger
        self._turns = turns
        self._every = every
        self._cpu = cpu
        self._portion = slice_ / PORTIONS
        self._used = used
        self._in_use = 0.0
        self._due = every
        self._workers = 0
        self._left = 0.0
        self._obligation = 0.0
        self._collections = 0

    @property
    def is_collecting(self) -> bool:
        """Whether a collection is under way."""
        return bool(self._workers)

    def hold(self, size: float) -> None:
        """Use `size` bytes, which no collection frees until they are released."""
        self._in_use += size

    def release(self, size: float) -> None:
        """Use them no longer."""
        self._in_use -= size

    def allocate(self, size: float) -> float:
        """Count `size` bytes; the share of them (to 1.0) after which a collection is due."""
        room = self._due - self._used
        if not size or size < room or self.is_collecting:
            self._used += size
            return 1.0
        self._used = (size - room) % self._due
        return max(0.0, room) / size

    def collect(self) -> None:
        """Begin a collection, unless one is under way; nobody waits for it."""
        if self.is_collecting:
            return
        demand = self._cpu.at(self._collections)
        self._collections += 1
        self._ledger.busy += demand
        self._left = demand
        self._due = self._every + self._in_use
        self._obligation = demand / (RUNWAY * self._due)
        self._workers = self._turns.count
        for _ in range(self._workers):
            self._env.process(self._work())

    def assistance(self, size: float) -> float:
        """Core-seconds of a collection that is under way, which allocating `size` bytes obliges to;
        they are left to who asks."""
        return self._take(self._obligation * size) if self.is_collecting else 0.0

    def _work(self) -> Events:
        while self._left > 0.0:
            if self._turns.is_free:
                yield from self._turns.spell(self._portions())
            else:
                yield from self._turns.aside(self._take(BACKGROUND * self._portion), BACKGROUND)
        self._workers -= 1

    def _portions(self) -> Iterator[float]:
        """Of what all have left to do together, until a slice is over."""
        for _ in range(PORTIONS):
            if portion := self._take(self._portion):
                yield portion

    def _take(self, portion: float) -> float:
        """As much of what is left to do, from now on by who asks."""
        portion = min(portion, self._left)
        self._left -= portion
        return portion


class Allocation:
    """What a step allocates: bytes in all, and for each item."""

    __slots__ = ("_heap", "_per_item", "_size")

    def __init__(self, heap: Heap, size: float, per_item: float) -> None:
        self._heap = heap
        self._size = size
        self._per_item = per_item

    def during(self, demand: float, items: float, take: Callable[[float], Events]) -> Events:
        """Spend core-seconds while it is allocated bit by bit: where as much is there as makes a
        collection due, that begins beside the rest."""
        heap = self._heap
        size = self._size + items * self._per_item
        heap.hold(size)
        try:
            assistance = heap.assistance(size)
            share = heap.allocate(size)
            yield from take(assistance + share * demand)
            if share < 1.0:
                heap.collect()
                rest = 1.0 - share
                yield from take(heap.assistance(rest * size) + rest * demand)
        finally:
            heap.release(size)
