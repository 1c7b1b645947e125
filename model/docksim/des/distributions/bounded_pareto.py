"""A heavy tail with an end: sizes of layers and files.

Moments: M. Harchol-Balter, Performance Modeling and Design of Computer Systems (2013),
section 20.4.
"""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    NUMBER,
    QUANTITY,
    Distribution,
    Sample,
    positive,
    probability,
)


@dataclass(frozen=True, slots=True)
class BoundedPareto(Distribution):
    """Density proportional to x^(-alpha-1) on [low, high]."""

    family: ClassVar[str] = "bounded_pareto"
    low: float = field(metadata=QUANTITY)
    high: float = field(metadata=QUANTITY)
    alpha: float = field(metadata=NUMBER)

    def __post_init__(self) -> None:
        positive("low", self.low)
        positive("high", self.high)
        if self.high <= self.low:
            raise ValueError(f"high must be above low; they are {self.high!r} and {self.low!r}")
        positive("alpha", self.alpha)

    @property
    def mean(self) -> float:
        return self._moment(1)

    @property
    def variance(self) -> float:
        return self._moment(2) - self._moment(1) ** 2

    def cdf(self, x: float) -> float:
        if x <= self.low:
            return 0.0
        if x >= self.high:
            return 1.0
        return -math.expm1(-self.alpha * math.log(x / self.low)) / self._mass

    def quantile(self, p: float) -> float:
        return self._invert(probability(p), self._mass)

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        mass = self._mass
        drawn = [self._invert(p, mass) for p in rng.random(size).tolist()]
        return np.array(drawn, dtype=np.float64)

    def _invert(self, p: float, mass: float) -> float:
        return min(self.low * math.exp(-math.log1p(-p * mass) / self.alpha), self.high)

    @property
    def _mass(self) -> float:
        """The share of an unbounded Pareto law that lies below `high`."""
        return -math.expm1(-self.alpha * math.log(self.high / self.low))

    def _moment(self, n: int) -> float:
        """E[X^n] = lowⁿ · alpha · ((high/low)^(n-alpha) - 1)/(n-alpha) / mass."""
        span = math.log(self.high / self.low)
        power = n - self.alpha
        # The limit at n = alpha is the logarithm.
        integral = math.expm1(power * span) / power if power else span
        return self.low**n * self.alpha * integral / self._mass
