"""A measured law: its table of quantiles, straight lines between them."""

from bisect import bisect_right
from dataclasses import dataclass, field
from itertools import pairwise
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    NUMBERS,
    QUANTITIES,
    Distribution,
    Sample,
    freeze,
    not_negative,
    probability,
    same_length,
)
from docksim.des.distributions.notation import readable


@dataclass(frozen=True, slots=True)
class Empirical(Distribution):
    """`values[i]` is the quantile of `probabilities[i]`; the table goes from 0 to 1."""

    family: ClassVar[str] = "empirical"
    probabilities: tuple[float, ...] = field(metadata=NUMBERS)
    values: tuple[float, ...] = field(metadata=QUANTITIES)

    def __post_init__(self) -> None:
        freeze(self, "probabilities", "values")
        same_length("probabilities", "values", (len(self.probabilities), len(self.values)))
        for value in (*self.probabilities, *self.values):
            not_negative("each of probabilities and values", value)
        if self.probabilities[0] != 0 or self.probabilities[-1] != 1:
            raise ValueError(
                "probabilities must begin with 0 and end with 1 (the least and the largest value); "
                f"they go from {self.probabilities[0]!r} to {self.probabilities[-1]!r}"
            )
        if any(right <= left for left, right in pairwise(self.probabilities)):
            raise ValueError("probabilities must increase from one to the next")
        if any(right < left for left, right in pairwise(self.values)):
            raise ValueError("values must not decrease from one to the next")

    @property
    def mean(self) -> float:
        return sum(w * (a + b) / 2 for w, a, b in self._pieces())

    @property
    def variance(self) -> float:
        """Within and between the pieces, each a uniform law."""
        mean = self.mean
        return sum(
            w * ((b - a) ** 2 / 12 + ((a + b) / 2 - mean) ** 2) for w, a, b in self._pieces()
        )

    def cdf(self, x: float) -> float:
        if x < self.values[0]:
            return 0.0
        # At a step (equal values) the last of them counts: P(X ≤ x) includes the atom.
        after = int(np.searchsorted(self.values, x, side="right"))
        if after == len(self.values):
            return 1.0
        left, right = self.values[after - 1], self.values[after]
        p, q = self.probabilities[after - 1], self.probabilities[after]
        return p + (q - p) * (x - left) / (right - left)

    def quantile(self, p: float) -> float:
        # Drawn one by one under contention: for a single place, numpy takes six times as long.
        after = bisect_right(self.probabilities, probability(p))
        if after == len(self.probabilities):
            return self.values[-1]
        left, right = self.probabilities[after - 1], self.probabilities[after]
        low, high = self.values[after - 1], self.values[after]
        return (high - low) / (right - left) * (p - left) + low

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return np.interp(rng.random(size), self.probabilities, self.values)

    def declare(self, unit: str = "") -> str:
        least, median, most = (readable(self.quantile(p), unit) for p in (0, 0.5, 1))
        return f"empirical({len(self.values)} quantiles from {least} to {most}, median {median})"

    def _pieces(self) -> list[tuple[float, float, float]]:
        """Weight, left end and right end of each piece."""
        return [
            (q - p, a, b)
            for (p, q), (a, b) in zip(
                pairwise(self.probabilities), pairwise(self.values), strict=True
            )
        ]
