"""The usual law of a measured latency, told by two quantiles that a benchmark prints."""

import math
from dataclasses import dataclass, field
from statistics import NormalDist
from typing import ClassVar, Self

import numpy as np

from docksim.des.distributions.base import QUANTITY, Distribution, Sample, positive, probability

_NORMAL = NormalDist()
_Z95 = _NORMAL.inv_cdf(0.95)


@dataclass(frozen=True, slots=True)
class Lognormal(Distribution):
    """exp(μ + σZ) with Z standard normal: μ = ln median, σ = ln(p95/median)/z₀.₉₅."""

    family: ClassVar[str] = "lognormal"
    median: float = field(metadata=QUANTITY)
    p95: float = field(metadata=QUANTITY)

    def __post_init__(self) -> None:
        positive("median", self.median)
        positive("p95", self.p95)
        if self.p95 <= self.median:
            raise ValueError(
                f"p95 must be above the median; they are {self.p95!r} and {self.median!r}"
            )

    @classmethod
    def from_mean_cv(cls, mean: float, cv: float) -> Self:
        """The lognormal law of a mean and a coefficient of variation (σ² = ln(1 + cv²))."""
        positive("mean", mean)
        positive("cv", cv)
        median = mean / math.sqrt(1 + cv**2)
        return cls(median, median * math.exp(_Z95 * math.sqrt(math.log1p(cv**2))))

    @property
    def sigma(self) -> float:
        """Standard deviation of ln X."""
        return math.log(self.p95 / self.median) / _Z95

    @property
    def mean(self) -> float:
        return self.median * math.exp(self.sigma**2 / 2)

    @property
    def variance(self) -> float:
        return self.mean**2 * math.expm1(self.sigma**2)

    def cdf(self, x: float) -> float:
        if x <= 0:
            return 0.0
        return math.erfc(-math.log(x / self.median) / (self.sigma * math.sqrt(2))) / 2

    def quantile(self, p: float) -> float:
        if probability(p) in (0, 1):
            return math.inf if p else 0.0
        return self.median * math.exp(self.sigma * _NORMAL.inv_cdf(p))

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return self.median * rng.lognormal(0.0, self.sigma, size)
