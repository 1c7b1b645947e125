"""Which law a measured duration follows: families compared by AIC, the best one with intervals.

Each family is fitted by maximum likelihood, as it is and above a minimum that is found with the
rest: most steps have a least duration. Akaike's criterion, 2k - 2 ln L, weighs fit against the
number k of parameters (Akaike 1974); the Kolmogorov-Smirnov distance says how far the best one is
from the sample. Where none comes near, the sample's own quantiles are the law.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

from docksim.des.distributions import (
    Constant,
    Distribution,
    Empirical,
    Gamma,
    Lognormal,
    Shifted,
    Weibull,
)
from docksim.engine.calibration.laws import rounded
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

Values = npt.NDArray[np.float64]

LEAST_SAMPLES = 8
"""Fewer say nothing about a law's shape: their median is taken for a constant."""

WORST_DISTANCE = 0.1
"""Kolmogorov-Smirnov distance beyond which no family is believed."""

TABLE = (0.0, 0.01, 0.05, *np.arange(0.1, 0.91, 0.1).round(1).tolist(), 0.95, 0.99, 1.0)
"""Probabilities of an empirical law."""

RESAMPLES = 200
CONFIDENCE = 0.95

Interval = tuple[float, float]


@dataclass(frozen=True)
class Fit:
    """A law and how well it is known.

    aic       Akaike's criterion; None for a constant or an empirical law
    ks        Kolmogorov-Smirnov distance from the sample, 0 to 1
    median, p95   95 % bootstrap intervals of the law's quantiles
    """

    law: Distribution
    samples: int
    aic: float | None
    ks: float
    median: Interval
    p95: Interval

    def document(self, of: str) -> dict[str, Any]:
        """As a profile has it; `of` says what was measured."""
        found = {
            "of": of,
            "samples": self.samples,
            "law": RandomQuantity(SECONDS).write(self.law),
            "ks": round(self.ks, 4),
            "median": [rounded(end) for end in self.median],
            "p95": [rounded(end) for end in self.p95],
        }
        return found | ({"aic": round(self.aic, 1)} if self.aic is not None else {})


def fit(sample: Sequence[float], rng: np.random.Generator) -> Fit:
    """The law of a sample of positive durations (s).

    Raises ValueError when the sample is empty, or not all of it is positive and finite.
    """
    values = np.sort(np.asarray(sample, dtype=float))
    if not len(values) or not np.isfinite(values).all() or values[0] <= 0.0:
        raise ValueError("a fit needs durations that are positive and finite, at least one")
    if len(values) < LEAST_SAMPLES or values[0] == values[-1]:
        law, aic = _constant(values), None
        return _with_intervals(values, law, aic, _constant, rng)
    best = min((_fitted(values, family) for family in _FAMILIES), key=lambda each: each.aic)
    if _distance(values, best.law) > WORST_DISTANCE:
        return _with_intervals(values, _table(values), None, _table, rng)
    return _with_intervals(
        values, best.law, best.aic, lambda resample: _above(best.least, resample, best.family), rng
    )


@dataclass(frozen=True)
class _Family:
    """Two parameters above a minimum: scipy's law and how it becomes one of ours."""

    scipy: stats.rv_continuous
    ours: Callable[[float, float], Distribution]
    shifted: bool

    @property
    def parameters(self) -> int:
        return 3 if self.shifted else 2


@dataclass(frozen=True)
class _Fitted:
    family: _Family
    least: float
    law: Distribution
    aic: float


def _lognormal(shape: float, scale: float) -> Distribution:
    return Lognormal(scale, scale * float(np.exp(stats.norm.ppf(0.95) * shape)))


def _gamma(shape: float, scale: float) -> Distribution:
    return Gamma(mean=shape * scale, cv=shape**-0.5)


def _weibull(shape: float, scale: float) -> Distribution:
    return Weibull(scale=scale, shape=shape)


_FAMILIES = tuple(
    _Family(law, ours, shifted)
    for law, ours in (
        (stats.lognorm, _lognormal),
        (stats.gamma, _gamma),
        (stats.weibull_min, _weibull),
    )
    for shifted in (False, True)
)


def _fitted(values: Values, family: _Family) -> _Fitted:
    least = _best_minimum(values, family) if family.shifted else 0.0
    shape, scale, likelihood = _by_likelihood(values - least, family)
    law = family.ours(shape, scale)
    law = Shifted(law, least) if least else law
    return _Fitted(family, least, law, 2 * family.parameters - 2 * likelihood)


def _above(least: float, resample: Values, family: _Family) -> Distribution:
    """The family fitted to a resample, with the minimum that the whole sample has."""
    shape, scale, _ = _by_likelihood(resample - least, family)
    return Shifted(family.ours(shape, scale), least) if least else family.ours(shape, scale)


def _best_minimum(values: Values, family: _Family) -> float:
    """The minimum of greatest likelihood, somewhat below the least value.

    At the least value itself the likelihood of some laws has no bound (Smith 1985), so that the
    last hundredth of the way there is left out.
    """
    found = optimize.minimize_scalar(
        lambda least: -_by_likelihood(values - least, family)[2],
        bounds=(0.0, 0.99 * values[0]),
        method="bounded",
        options={"maxiter": 25},
    )
    return float(found.x)


def _by_likelihood(values: Values, family: _Family) -> tuple[float, float, float]:
    """Shape, scale and log-likelihood."""
    shape, _, scale = family.scipy.fit(values, floc=0.0)
    return shape, scale, float(family.scipy.logpdf(values, shape, 0.0, scale).sum())


def _constant(values: Values) -> Distribution:
    return Constant(float(np.median(values)))


def _table(values: Values) -> Distribution:
    return Empirical(TABLE, tuple(np.quantile(values, TABLE).tolist()))


def _distance(values: Values, law: Distribution) -> float:
    """sup |F_n - F|, which is met at one of the values."""
    expected = np.array([law.cdf(value) for value in values])
    steps = np.arange(len(values) + 1) / len(values)
    return float(max((steps[1:] - expected).max(), (expected - steps[:-1]).max()))


def _with_intervals(
    values: Values,
    law: Distribution,
    aic: float | None,
    refit: Callable[[Values], Distribution],
    rng: np.random.Generator,
) -> Fit:
    resamples = (np.sort(rng.choice(values, len(values))) for _ in range(RESAMPLES))
    laws = [refit(resample) for resample in resamples]
    median, p95 = (_interval([each.quantile(p) for each in laws]) for p in (0.5, 0.95))
    return Fit(law, len(values), aic, _distance(values, law), median, p95)


def _interval(values: list[float]) -> Interval:
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, (tail, 1 - tail))
    return float(low), float(high)
