"""Lifetimes whose hazard falls (shape < 1) or grows (shape > 1) with age."""

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

_LEAST_SHAPE = 0.05  # below, the moments leave the range of floats


@dataclass(frozen=True, slots=True)
class Weibull(Distribution):
    """P(X > x) = exp(-(x/scale)^shape)."""

    family: ClassVar[str] = "weibull"
    scale: float = field(metadata=QUANTITY)
    shape: float = field(metadata=NUMBER)

    def __post_init__(self) -> None:
        positive("scale", self.scale)
        positive("shape", self.shape)
        if self.shape < _LEAST_SHAPE:
            raise ValueError(f"shape must be at least {_LEAST_SHAPE}, not {self.shape!r}")

    @property
    def mean(self) -> float:
        return self.scale * math.gamma(1 + 1 / self.shape)

    @property
    def variance(self) -> float:
        return self.scale**2 * math.gamma(1 + 2 / self.shape) - self.mean**2

    def cdf(self, x: float) -> float:
        return -math.expm1(-((x / self.scale) ** self.shape)) if x > 0 else 0.0

    def quantile(self, p: float) -> float:
        if probability(p) == 1:
            return math.inf
        return self.scale * math.pow(-math.log1p(-p), 1 / self.shape)

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return self.scale * rng.weibull(self.shape, size)
