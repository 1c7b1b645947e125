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
