"""What a step demands of the cores."""

from __future__ import annotations

from docksim.des.streams import Draws
from docksim.system.command import Command
from docksim.system.infrastructure.caches import Refill
from docksim.system.infrastructure.pace import Pace


class Demand:
    """Core-seconds as drawn, for each item, for each byte of a payload, and for what has to be
    fetched to the caches again."""

    __slots__ = ("_cpu", "_pace", "_per_item", "_refill")

    def __init__(
        self, cpu: Draws, per_item: Draws, pace: Pace | None, refill: Refill | None
    ) -> None:
        self._cpu = cpu
        self._per_item = per_item
        self._pace = pace
        self._refill = refill

    def of(self, command: Command, items: float, size: float) -> float:
        """Of an execution for so many items and `size` bytes (core-seconds)."""
        number, occurrence = command.number, command.occurrence
        demand = self._cpu.at(number, occurrence)
        if items:
            demand += items * self._per_item.at(number, occurrence)
        if size and self._pace:
            demand += self._pace.seconds(command, size)
        if self._refill:
            demand += self._refill.demand()
        return demand
