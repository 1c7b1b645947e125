"""One of several laws, chosen by weight: a fast path and a slow one."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    LAWS,
    NUMBERS,
    Distribution,
    Sample,
    freeze,
    probability,
    same_length,
    shares,
)
from docksim.des.distributions.inversion import invert


@dataclass(frozen=True, slots=True)
class Mixture(Distribution):
    """`parts[i]` with a probability proportional to `weights[i]`."""

    family: ClassVar[str] = "mixture"
    parts: tuple[Distribution, ...] = field(metadata=LAWS)
    weights: tuple[float, ...] = field(metadata=NUMBERS)

    def __post_init__(self) -> None:
        freeze(self, "parts", "weights")
        same_length("parts", "weights", (len(self.parts), len(self.weights)))
        shares("weights", self.weights)

    @property
    def mean(self) -> float:
        return sum(share * part.mean for share, part in self._weighted())

    @property
    def variance(self) -> float:
        """Within and between the parts."""
        mean = self.mean
        return sum(
            share * (part.variance + (part.mean - mean) ** 2) for share, part in self._weighted()
        )

    def cdf(self, x: float) -> float:
        return min(sum(share * part.cdf(x) for share, part in self._weighted()), 1.0)

    def quantile(self, p: float) -> float:
        ends = [part.quantile(probability(p)) for part in self.parts]
        weighted = self._weighted()
        if p == 1:
            return max(ends)
        return invert(
            lambda x: sum(w * part.cdf(x) for w, part in weighted), p, min(ends), max(ends)
        )

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        # Every part is drawn in full: a draw then does not depend on what the others chose.
        bounds = np.cumsum(shares("weights", self.weights))[:-1]
        chosen = np.searchsorted(bounds, rng.random(size), side="right")
        drawn = np.stack([part.sample(rng, size) for part in self.parts])
        return drawn[chosen, np.arange(size)]

    def declare(self, unit: str = "") -> str:
        parts = [f"{100 * share:.4g} % {part.declare(unit)}" for share, part in self._weighted()]
        return f"mixture({', '.join(parts)})"

    def _weighted(self) -> list[tuple[float, Distribution]]:
        return list(zip(shares("weights", self.weights), self.parts, strict=True))
