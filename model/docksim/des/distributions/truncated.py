"""A law kept between two bounds: the condition low ≤ X ≤ high, not values moved to the bounds."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    LAW,
    QUANTITY,
    Distribution,
    Sample,
    not_negative,
    probability,
)
from docksim.des.distributions.notation import readable

# Where the integral of a moment is cut into pieces, so that each is smooth and of one magnitude.
_TAIL = (0.1, 0.05, 0.01, 1e-3, 1e-6, 1e-9)
_CUTS = (0.0, 1e-6, 1e-3, 0.01, 0.1, 0.25, 0.5, 0.75, *(1 - tail for tail in _TAIL))


@dataclass(frozen=True, slots=True)
class Truncated(Distribution):
    """`base` given that it lies in [low, high]."""

    family: ClassVar[str] = "truncated"
    base: Distribution = field(metadata=LAW)
    low: float = field(default=0.0, metadata=QUANTITY)
    high: float = field(default=math.inf, metadata=QUANTITY)

    def __post_init__(self) -> None:
        not_negative("low", self.low)
        if not self.high > self.low:
            raise ValueError(f"high must be above low; they are {self.high!r} and {self.low!r}")
        below, upto = self._span()
        if not upto > below:
            raise ValueError(f"nothing of the base is left by low and high: {self.declare()}")

    @property
    def mean(self) -> float:
        return self.low + self._integral(lambda x: 1.0)

    @property
    def variance(self) -> float:
        """E[(X - m)²] = (low - m)² + ∫ 2(x - m)·P(X > x) dx."""
        mean = self.mean
        return (self.low - mean) ** 2 + self._integral(lambda x: 2 * (x - mean))

    def cdf(self, x: float) -> float:
        if x < self.low:
            return 0.0
        below, upto = self._span()
        return min(max((self.base.cdf(x) - below) / (upto - below), 0.0), 1.0)

    def quantile(self, p: float) -> float:
        return self._invert(probability(p), self._span())

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        # By inversion: one uniform a draw, so that other bounds leave the draws in step.
        span = self._span()
        drawn = [self._invert(p, span) for p in rng.random(size).tolist()]
        return np.array(drawn, dtype=np.float64)

    def declare(self, unit: str = "") -> str:
        bounds = f"from {readable(self.low, unit)}"
        if math.isfinite(self.high):
            bounds += f" to {readable(self.high, unit)}"
        return f"{self.base.declare(unit)} truncated {bounds}"

    def _invert(self, p: float, span: tuple[float, float]) -> float:
        below, upto = span
        x = self.base.quantile(min(below + p * (upto - below), 1.0))
        return min(max(x, self.low), self.high)

    def _span(self) -> tuple[float, float]:
        """P(base < low), without an atom at low, and P(base ≤ high)."""
        return self.base.cdf(math.nextafter(self.low, -math.inf)), self.base.cdf(self.high)

    def _integral(self, weight: Callable[[float], float]) -> float:
        """∫ weight(x)·P(X > x) dx from low on."""
        from scipy.integrate import quad

        ends = sorted({self.low, *(self.quantile(p) for p in _CUTS), self.quantile(1)})
        return math.fsum(
            quad(lambda x: weight(x) * (1 - self.cdf(x)), left, right)[0]
            for left, right in pairwise(ends)
        )
