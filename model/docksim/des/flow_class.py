"""Flows on a shared capacity, and the classes of them that are slowed alike."""

from __future__ import annotations

from heapq import heapify, heappop
from typing import TypeAlias

# Entries out of date that a heap may hold beyond as many valid ones, before it is cleaned.
LINGERING = 16

Due: TypeAlias = "tuple[float, int, FlowClass]"


class Flow:
    """Something that draws on the capacity, until its work is done or it is removed."""

    __slots__ = ("brief", "cap", "finish", "group", "home", "weight")

    cap: float  # work a second, at most the capacity
    weight: float
    group: str | None  # that shares the capacity with others as one; None: none
    brief: bool  # whether it goes before others that share
    finish: float  # s, on the clock of its class; infinite for a flow without end
    home: FlowClass | None  # its class, while it is present


class FlowClass:
    """The present flows of one pace ρ = cap/weight."""

    __slots__ = ("anchor", "due", "endless", "heap", "jobs", "pace", "shared", "weight")

    def __init__(self, pace: float, shared: bool) -> None:
        self.pace = pace
        self.shared = shared
        self.anchor = 0.0  # the clock is time - anchor when capped, Λ/ρ - anchor when shared
        self.jobs = 0  # flows with an end
        self.endless = 0  # flows without
        self.weight = 0.0  # Σ over both
        self.heap: list[tuple[float, int, Flow]] = []  # jobs by finish; removed ones may linger
        self.due: Due | None = None  # when the first of them ends: its entry on its side

    def drop_removed(self) -> bool:
        """See to it that the heap begins with a job that is present; whether there is one."""
        heap = self.heap
        while heap and heap[0][2].home is not self:
            heappop(heap)
        if len(heap) > 2 * self.jobs + LINGERING:
            heap[:] = [entry for entry in heap if entry[2].home is self]
            heapify(heap)
        return bool(heap)
