"""Acceptance by confidence interval: the truth lies in it, and it is narrow enough to say so."""

from collections.abc import Callable
from statistics import fmean, stdev

import numpy as np
from scipy.stats import t

REPLICATIONS = 10
CONFIDENCE = 0.999  # of one comparison, so that dozens of them with fixed seeds may all hold


def replicate(
    run: Callable[[np.random.Generator], float], replications: int = REPLICATIONS
) -> list[float]:
    """What independent runs with fixed seeds yield."""
    return [run(np.random.default_rng([2026, i])) for i in range(replications)]


def half_width(values: list[float]) -> float:
    quantile = float(t.ppf(0.5 + CONFIDENCE / 2, len(values) - 1))
    return quantile * stdev(values) / len(values) ** 0.5


def assert_mean(values: list[float], truth: float, precision: float) -> None:
    """The interval of the mean holds the truth, and its half is at most `precision` of that."""
    width = half_width(values)
    assert width <= precision * abs(truth), f"±{width} is too wide to tell {truth}"
    assert abs(fmean(values) - truth) <= width, f"{fmean(values)} ± {width} misses {truth}"
