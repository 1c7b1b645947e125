"""Every value between two bounds alike."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    QUANTITY,
    Distribution,
    Sample,
    not_negative,
    probability,
)


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Uniform on [low, high)."""

    family: ClassVar[str] = "uniform"
    low: float = field(metadata=QUANTITY)
    high: float = field(metadata=QUANTITY)

    def __post_init__(self) -> None:
        not_negative("low", self.low)
        not_negative("high", self.high)
        if self.high <= self.low:
            raise ValueError(f"high must be above low; they are {self.high!r} and {self.low!r}")

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def variance(self) -> float:
        return (self.high - self.low) ** 2 / 12

    def cdf(self, x: float) -> float:
        return min(max((x - self.low) / (self.high - self.low), 0.0), 1.0)

    def quantile(self, p: float) -> float:
        return self.low + probability(p) * (self.high - self.low)

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return self.low + rng.random(size) * (self.high - self.low)
