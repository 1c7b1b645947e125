"""Memory that a program allocates, and its garbage collector, which delays it.

Go's collector works beside the program on all its processors, in turn with its goroutines; it
begins when as much has been allocated as was in use after the collection before (gcTrigger in
mgc.go, runtime of Go).
"""

from __future__ import annotations

from collections.abc import Iterator

from docksim.des.environment import Environment
from docksim.des.streams import Draws
from docksim.system.infrastructure.turns import Events, Turns
from docksim.system.ledger import Ledger

PORTIONS = 16
"""Of a turn: so finely workers divide a collection among themselves. Those of Go drain one queue of
grey objects (gcDrain in mgcmark.go), so that who has a turn works for those who wait for one."""


class Heap:
    """What has been allocated since the last collection (bytes), and who collects it.

    every    bytes from one collection to the next
    cpu      core-seconds of a collection, by as many workers as there are turns
    quantum  s that each computes before others have a turn
    """

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        turns: Turns,
        every: float,
        cpu: Draws,
        quantum: float,
        used: float,
    ) -> None:
        """`used`: bytes allocated already, at the start."""
        self._env = env
        self._ledger = ledger
        self._turns = turns
        self._every = every
        self._cpu = cpu
        self._quantum = quantum
        self._used = used
        self._workers = 0
        self._left = 0.0
        self._collections = 0

    def allocate(self, size: float) -> float:
        """Count `size` bytes; the share of them (to 1.0) after which a collection is due."""
        room = self._every - self._used
        if size < room or self._workers:
            self._used += size
            return 1.0
        self._used = (size - room) % self._every
        return max(0.0, room) / size

    def collect(self) -> None:
        """Begin a collection, unless one is under way; nobody waits for it."""
        if self._workers:
            return
        demand = self._cpu.at(self._collections)
        self._collections += 1
        self._ledger.busy += demand
        self._left = demand
        self._workers = self._turns.count
        for _ in range(self._workers):
            self._env.process(self._work())

    def _work(self) -> Events:
        while self._left > 0.0:
            yield from self._turns.spell(self._portions())
        self._workers -= 1

    def _portions(self) -> Iterator[float]:
        """Of what all workers have left to do together, until a quantum is over."""
        for _ in range(PORTIONS):
            portion = min(self._quantum / PORTIONS, self._left)
            self._left -= portion
            if portion:
                yield portion


class Allocation:
    """What a step allocates: bytes in all, and for each item."""

    __slots__ = ("_heap", "_per_item", "_size", "collect")

    def __init__(self, heap: Heap, size: float, per_item: float) -> None:
        self._heap = heap
        self._size = size
        self._per_item = per_item
        self.collect = heap.collect

    def share(self, items: float) -> float:
        """Count it; the share of it (to 1.0) after which a collection is due."""
        return self._heap.allocate(self._size + items * self._per_item)
