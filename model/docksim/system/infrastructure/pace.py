"""How long a payload keeps a core."""

from __future__ import annotations

from math import sqrt
from statistics import fmean

from docksim.des.distributions import Distribution
from docksim.des.streams import Draws
from docksim.system.command import Command

MIDPOINTS = 1000
"""Probabilities over which a law is averaged."""


class Pace:
    """The throughput of an execution, as drawn (bytes/s).

    Where only a `grain` (bytes) comes at one throughput, a longer payload has several, and the time
    that a byte takes on average varies less: its coefficient of variation is divided by
    √(1 + size/grain), as that of a mean of so many.
    """

    __slots__ = ("_grain", "_throughput", "_usual")

    def __init__(self, throughput: Draws, grain: float) -> None:
        self._throughput = throughput
        self._grain = grain
        self._usual = _mean_reciprocal(throughput.distribution) if grain else 0.0

    def seconds(self, command: Command, size: float) -> float:
        """Of one core, for `size` bytes."""
        throughput = self._throughput.at(command.number, command.occurrence)
        if not self._grain:
            return size / throughput
        deviation = 1.0 / throughput - self._usual
        return size * (self._usual + deviation / sqrt(1.0 + size / self._grain))


def _mean_reciprocal(law: Distribution) -> float:
    """E[1/X]."""
    return fmean(1.0 / law.quantile((i + 0.5) / MIDPOINTS) for i in range(MIDPOINTS))
