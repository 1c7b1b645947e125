"""A sample of a known law has to lead back to it."""

import numpy as np
import pytest

from docksim.des.distributions import (
    Constant,
    Empirical,
    Gamma,
    Hyperexponential,
    Lognormal,
    Mixture,
    Shifted,
    Weibull,
)
from docksim.engine.calibration.fitting import fit

LAWS = {
    "lognormal": Lognormal(0.01, 0.02),
    "gamma": Gamma(0.01, 0.4),
    "weibull": Weibull(0.01, 1.5),
    "a lognormal above a minimum": Shifted(Lognormal(0.002, 0.008), 0.01),
}


def drawn(law, size, seed=1):
    return law.sample(np.random.default_rng(seed), size)


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_quantiles_of_the_law_are_found(law, rng):
    found = fit(drawn(law, 2000), rng)
    for p in (0.1, 0.5, 0.9, 0.95, 0.99):
        assert found.law.quantile(p) == pytest.approx(law.quantile(p), rel=0.06)
    assert found.ks < 0.03


def test_of_two_families_the_one_that_the_sample_comes_from_has_the_lower_aic(rng):
    assert isinstance(fit(drawn(LAWS["lognormal"], 3000), rng).law, Lognormal)
    assert isinstance(fit(drawn(Gamma(0.01, 0.9), 3000), rng).law, Gamma)


def test_the_intervals_cover_the_truth_about_as_often_as_they_say():
    law = LAWS["lognormal"]
    fits = [fit(drawn(law, 60, seed), np.random.default_rng(seed)) for seed in range(40)]
    for p, name in ((0.5, "median"), (0.95, "p95")):
        intervals = [getattr(each, name) for each in fits]
        covered = sum(low <= law.quantile(p) <= high for low, high in intervals)
        assert covered >= 32  # of 40 at 95 %: below with a chance of 1 in 800


def test_a_law_of_two_humps_is_given_by_its_own_quantiles(rng):
    humps = Mixture((Lognormal(0.001, 0.0012), Lognormal(0.1, 0.12)), (0.5, 0.5))
    found = fit(drawn(humps, 1000), rng)
    assert isinstance(found.law, Empirical)
    assert found.aic is None
    assert found.law.quantile(0.9) == pytest.approx(humps.quantile(0.9), rel=0.05)


def test_what_never_changes_is_a_constant(rng):
    found = fit([0.5] * 20, rng)
    assert found.law == Constant(0.5)
    assert found.median == found.p95 == (0.5, 0.5)


def test_few_values_make_no_law(rng):
    assert fit([0.1, 0.2, 0.4], rng).law == Constant(0.2)


def test_a_heavy_tail_is_not_lost(rng):
    law = Hyperexponential((0.9, 0.1), (0.01, 0.2))
    found = fit(drawn(law, 3000), rng)
    assert found.law.quantile(0.99) == pytest.approx(law.quantile(0.99), rel=0.35)


@pytest.mark.parametrize("sample", [[], [0.0, 1.0], [-1.0], [float("nan")], [float("inf")]])
def test_durations_that_cannot_be_are_refused(sample, rng):
    with pytest.raises(ValueError, match="positive and finite"):
        fit(sample, rng)
