"""Gamma and Erlang laws: less variable than the exponential, or more.

The regularised incomplete gamma function and its inverse come from scipy.special, imported on use:
it takes a quarter of a second, and sampling does not need it.
"""

from abc import abstractmethod
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


class _GammaShaped(Distribution):
    """The gamma law of a shape k and a mean."""

    __slots__ = ()

    @property
    @abstractmethod
    def _k(self) -> float:
        """The shape."""

    @property
    def variance(self) -> float:
        return self.mean**2 / self._k

    def cdf(self, x: float) -> float:
        from scipy.special import gammainc

        return float(gammainc(self._k, x * self._k / self.mean)) if x > 0 else 0.0

    def quantile(self, p: float) -> float:
        from scipy.special import gammaincinv

        return float(gammaincinv(self._k, probability(p))) * self.mean / self._k

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return rng.standard_gamma(self._k, size) * (self.mean / self._k)


@dataclass(frozen=True, slots=True)
class Gamma(_GammaShaped):
    """Gamma by its mean and coefficient of variation (standard deviation / mean)."""

    family: ClassVar[str] = "gamma"
    mean: float = field(metadata=QUANTITY)
    cv: float = field(metadata=NUMBER)

    def __post_init__(self) -> None:
        positive("mean", self.mean)
        positive("cv", self.cv)

    @property
    def _k(self) -> float:
        return 1 / self.cv**2


@dataclass(frozen=True, slots=True)
class Erlang(_GammaShaped):
    """The sum of `shape` independent exponentials of mean mean/shape."""

    family: ClassVar[str] = "erlang"
    shape: int = field(metadata=NUMBER)
    mean: float = field(metadata=QUANTITY)

    def __post_init__(self) -> None:
        positive("shape", self.shape)
        if self.shape != int(self.shape):
            raise ValueError(f"shape must be a whole number, not {self.shape!r}")
        positive("mean", self.mean)

    @property
    def _k(self) -> float:
        return self.shape
