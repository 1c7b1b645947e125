"""Estimates over independent replications, with Student-t intervals.

The samples of one run are not independent of each other, so that no interval is taken from them.
Replications are independent: each gives one value (its mean, its p95, its throughput), and the
mean of these values has the interval  m ± t(1-α/2, R-1) · s / √R  (Law, Simulation Modeling and
Analysis, 5th ed., 9.4.1: the replication/deletion approach).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

LEVEL = 0.95
"""Confidence level of every interval that is reported."""

OBSERVATIONS_BEYOND = 10
"""A quantile is called carried when this many observations lie beyond it over all replications."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval; both limits are None when fewer than two replications have one."""

    value: float
    low: float | None = None
    high: float | None = None
    replications: int = 1

    @property
    def known(self) -> bool:
        """False when no replication had anything to measure."""
        return not math.isnan(self.value)

    @property
    def half_width(self) -> float | None:
        """Half the width of the interval, in the unit of the value."""
        if self.low is None or self.high is None:
            return None
        return (self.high - self.low) / 2

    def as_dict(self) -> dict[str, float | None]:
        """The form of the JSON output: null for what is not known."""
        return {"value": self.value if self.known else None, "low": self.low, "high": self.high}


UNKNOWN = Estimate(math.nan, replications=0)
"""Nothing was observed."""


def estimate(values: Iterable[float], level: float = LEVEL) -> Estimate:
    """The mean of the replications' values with its interval.

    A NaN stands for a replication that had nothing to measure; it is left out.
    """
    sample = np.asarray([value for value in values if not math.isnan(value)], dtype=np.float64)
    count = len(sample)
    if count == 0:
        return UNKNOWN
    mean = float(sample.mean())
    if count == 1:
        return Estimate(mean)
    half_width = student_t(level, count - 1) * float(sample.std(ddof=1)) / math.sqrt(count)
    return Estimate(mean, mean - half_width, mean + half_width, count)


def relative_change(
    values: Sequence[float], base: Sequence[float], level: float = LEVEL
) -> Estimate:
    """How much larger the mean of `values` is than that of `base`, relative to `base`.

    The two are paired, replication by replication: with common random numbers much of what varies
    cancels out. The interval is that of the ratio of two means by linearisation, with the residuals
    z = (x - R·b) / mean(b) (Cochran, Sampling Techniques, 3rd ed., 6.4). Pairs in which one had
    nothing to measure are left out; unknown where the base is 0.
    """
    pairs = np.array(list(zip(values, base, strict=False)), dtype=np.float64).reshape(-1, 2)
    pairs = pairs[~np.isnan(pairs).any(axis=1)]
    if len(pairs) == 0 or pairs[:, 1].mean() == 0.0:
        return UNKNOWN
    mean, of_base = pairs.mean(axis=0)
    ratio = float(mean / of_base)
    if len(pairs) == 1:
        return Estimate(ratio - 1.0)
    residuals = (pairs[:, 0] - ratio * pairs[:, 1]) / of_base
    half_width = student_t(level, len(pairs) - 1) * float(residuals.std(ddof=1))
    half_width /= math.sqrt(len(pairs))
    return Estimate(ratio - 1.0, ratio - 1.0 - half_width, ratio - 1.0 + half_width, len(pairs))


def student_t(level: float, degrees: int) -> float:
    """The two-sided critical value of Student's t for a confidence level, e.g. 2.776 at 0.95, 4."""
    return float(stdtrit(degrees, (1 + level) / 2))


def is_carried(probability: float, sizes: Sequence[int]) -> bool:
    """Whether samples of these sizes, one a replication, can carry a quantile.

    Two things are asked: enough observations beyond the quantile over all replications
    (`OBSERVATIONS_BEYOND`), and one to be expected beyond it in each replication that has any,
    since the quantile of a shorter sample is biased however many replications are averaged.
    """
    share = min(probability, 1 - probability)
    used = [size for size in sizes if size > 0]
    # The tolerance keeps 1000 · (1 - 0.99) from being a hair below 10.
    enough = sum(used) * share >= OBSERVATIONS_BEYOND - 1e-9
    return bool(used) and enough and min(used) * share >= 1 - 1e-9
