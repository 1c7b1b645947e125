"""Space that is taken and given back: memory, disk."""

from __future__ import annotations

from docksim.system.outcomes import CommandError


class Reserve:
    """A finite amount (bytes); asking for more than is free is refused, not queued."""

    __slots__ = ("_refusal", "capacity", "used")

    def __init__(self, capacity: float, refusal: type[CommandError]) -> None:
        self.capacity = capacity
        self.used = 0.0
        self._refusal = refusal

    def take(self, amount: float) -> None:
        """Take `amount` bytes; raises the reserve's refusal when they are not there."""
        if self.used + amount > self.capacity:
            raise self._refusal
        self.used += amount

    def give(self, amount: float) -> None:
        """Give `amount` bytes back."""
        self.used -= amount
