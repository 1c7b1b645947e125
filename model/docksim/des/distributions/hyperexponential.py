"""More variable than the exponential: a choice between exponentials."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    NUMBERS,
    QUANTITIES,
    Distribution,
    Sample,
    freeze,
    positive,
    same_length,
    shares,
)
from docksim.des.distributions.exponential import Exponential
from docksim.des.distributions.mixture import Mixture


@dataclass(frozen=True, slots=True)
class Hyperexponential(Distribution):
    """Exponential of `means[i]` with a probability proportional to `weights[i]`."""

    family: ClassVar[str] = "hyperexponential"
    means: tuple[float, ...] = field(metadata=QUANTITIES)
    weights: tuple[float, ...] = field(metadata=NUMBERS)

    def __post_init__(self) -> None:
        freeze(self, "means", "weights")
        same_length("means", "weights", (len(self.means), len(self.weights)))
        for mean in self.means:
            positive("each of means", mean)
        shares("weights", self.weights)

    @property
    def mean(self) -> float:
        return self._mixture().mean

    @property
    def variance(self) -> float:
        return self._mixture().variance

    def cdf(self, x: float) -> float:
        return self._mixture().cdf(x)

    def quantile(self, p: float) -> float:
        return self._mixture().quantile(p)

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return self._mixture().sample(rng, size)

    def _mixture(self) -> Mixture:
        return Mixture(tuple(Exponential(mean) for mean in self.means), self.weights)
