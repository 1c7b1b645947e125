"""How what was measured is written in a profile."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from docksim.des.distributions import Distribution, Lognormal
from docksim.des.distributions.notation import written
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

LEAST_VARIABLE = 0.01
MOST_VARIABLE = 2.0
"""Coefficients of variation: what varies less is constant, and none is given more."""

NORMAL_SPAN = 3.29
"""Standard deviations between a normal law's 5 % and 95 % quantiles."""

USUAL = (0.05, 0.95)
"""Quantiles beyond which a value is an outlier."""


def spread(values: npt.NDArray[np.float64]) -> float:
    """Standard deviation of the normal law whose 5 % and 95 % quantiles are as far apart as these:
    rare outliers, which would make all others too variable, have no part."""
    low, high = np.quantile(values, USUAL)
    return float(high - low) / NORMAL_SPAN


def usual_mean(values: npt.NDArray[np.float64]) -> float:
    """Winsorised: outliers count as the quantiles that they are beyond."""
    return float(np.clip(values, *np.quantile(values, USUAL)).mean())


def part(whole: Distribution, mean: float) -> str | dict[str, Any]:
    """The law of a part that varies as the whole does, of that mean (s)."""
    if mean <= 0.0:
        return rounded(0.0)
    return RandomQuantity(SECONDS).write(whole.scaled(mean / whole.mean))


def varied(seconds: float, cv: float) -> dict[str, Any] | str:
    """A law where it varies, else a constant."""
    if seconds > 0.0 and cv > LEAST_VARIABLE:
        law = Lognormal.from_mean_cv(seconds, min(cv, MOST_VARIABLE))
        return _lognormal(rounded(law.median), rounded(law.p95))
    return rounded(max(0.0, seconds))


def rate(per_byte: float, cv: float) -> dict[str, Any] | str:
    """Of bytes of which each takes so many seconds on average, all of a grain alike."""
    if cv <= LEAST_VARIABLE:
        return _rounded_rate(1.0 / per_byte)
    found = Lognormal.from_mean_cv(per_byte, min(cv, MOST_VARIABLE))
    fast = found.p95 / found.median**2  # the reciprocal's p95, by the symmetry of the logarithm
    return _lognormal(_rounded_rate(1.0 / found.median), _rounded_rate(fast))


def rounded(seconds: float) -> str:
    """To four digits, which is more than is known."""
    return written(float(f"{seconds:.4g}"), "s")


def _rounded_rate(value: float) -> str:
    return written(float(f"{value:.4g}"), "B/s")


def _lognormal(median: str, p95: str) -> dict[str, Any]:
    return {"distribution": "lognormal", "median": median, "p95": p95}
