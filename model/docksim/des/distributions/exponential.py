"""Memoryless times."""

import math
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import QUANTITY, Distribution, Sample, positive, probability


@dataclass(frozen=True, slots=True)
class Exponential(Distribution):
    """P(X > x) = exp(-x/mean)."""

    family: ClassVar[str] = "exponential"
    mean: float = field(metadata=QUANTITY)

    def __post_init__(self) -> None:
        positive("mean", self.mean)

    @property
    def variance(self) -> float:
        return self.mean**2

    def cdf(self, x: float) -> float:
        return -math.expm1(-x / self.mean) if x > 0 else 0.0

    def quantile(self, p: float) -> float:
        return -self.mean * math.log1p(-p) if probability(p) < 1 else math.inf

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return self.mean * rng.standard_exponential(size)
