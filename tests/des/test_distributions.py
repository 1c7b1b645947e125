import math
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, fields
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.integrate import quad

from docksim.des.distributions import (
    FAMILIES,
    BoundedPareto,
    Constant,
    Distribution,
    Empirical,
    Erlang,
    Exponential,
    Gamma,
    Hyperexponential,
    Lognormal,
    Mixture,
    Shifted,
    Truncated,
    Uniform,
    Weibull,
)
from docksim.des.distributions.notation import SCALES, readable, written

LATENCY = Lognormal(0.003, 0.006)
FAST_OR_SLOW = Mixture((Constant(1), Exponential(2)), (1, 3))
SIGMA = math.log(2) / stats.norm.ppf(0.95)

# Laws with a counterpart in scipy.stats, which shares no code with them.
REFERENCES = [
    (Uniform(0.002, 0.01), stats.uniform(0.002, 0.008)),
    (Exponential(0.02), stats.expon(scale=0.02)),
    (Erlang(4, 0.02), stats.erlang(4, scale=0.005)),
    (Gamma(0.02, 0.5), stats.gamma(4, scale=0.005)),
    (Gamma(3.0, 2.0), stats.gamma(0.25, scale=12.0)),
    (LATENCY, stats.lognorm(SIGMA, scale=0.003)),
    (Weibull(2.0, 0.7), stats.weibull_min(0.7, scale=2.0)),
    (Weibull(2.0, 3.0), stats.weibull_min(3.0, scale=2.0)),
    (BoundedPareto(1e3, 1e6, 1.2), stats.truncpareto(1.2, 1e3, scale=1e3)),
    (Truncated(Exponential(1.0), 0.0, 2.0), stats.truncexpon(2.0)),
]
CONTINUOUS = [law for law, _ in REFERENCES] + [
    BoundedPareto(1.0, 50.0, 1.0),
    BoundedPareto(1.0, 50.0, 2.0),
    Hyperexponential((0.001, 0.1), (9, 1)),
    Empirical((0, 0.5, 0.9, 1), (0.001, 0.002, 0.005, 0.2)),
    Mixture((LATENCY, Shifted(Exponential(0.05), 0.1)), (0.95, 0.05)),
    Shifted(LATENCY, 0.01),
    Truncated(LATENCY, 0.002, 0.008),
    Truncated(Gamma(1.0, 1.5), 0.5),
    Truncated(Mixture((Exponential(1.0), Uniform(3, 4)), (1, 1)), 0.2, 3.5),
]
WITH_STEPS = [
    Constant(0.25),
    Constant(0),
    Mixture((Constant(0.0), Exponential(1.0)), (3, 1)),
    Mixture((Constant(1.0), Constant(2.0)), (0.25, 0.75)),
    Empirical((0, 0.3, 0.6, 1), (1.0, 2.0, 2.0, 5.0)),
    Truncated(Mixture((Constant(0.0), Exponential(1.0)), (3, 1)), 0.0, 2.0),
    Truncated(Mixture((Constant(1.0), Exponential(1.0)), (1, 1)), 1.0),
]


def described(law: object) -> str:
    return law.declare() if isinstance(law, Distribution) else ""


every_law = pytest.mark.parametrize("law", CONTINUOUS + WITH_STEPS, ids=described)


@pytest.mark.parametrize(("law", "reference"), REFERENCES, ids=described)
def test_law_agrees_with_scipy(law, reference):
    assert law.mean == pytest.approx(reference.mean(), rel=1e-9)
    assert law.variance == pytest.approx(reference.var(), rel=1e-8)
    for p in (0.001, 0.1, 0.5, 0.9, 0.999):
        x = float(reference.ppf(p))
        assert law.quantile(p) == pytest.approx(x, rel=1e-9)
        assert law.cdf(x) == pytest.approx(p, rel=1e-9)


@pytest.mark.parametrize("law", CONTINUOUS, ids=described)
def test_samples_follow_the_distribution_function(law):
    drawn = law.sample(np.random.default_rng(20), 4000)

    assert stats.kstest(drawn, np.vectorize(law.cdf)).pvalue > 0.001


@every_law
def test_sample_has_the_mean_and_the_variance(law):
    drawn = law.sample(np.random.default_rng(7), 20_000)

    assert drawn.dtype == np.float64
    assert drawn.shape == (20_000,)
    assert drawn.min() >= 0
    error = math.sqrt(law.variance / drawn.size)
    assert drawn.mean() == pytest.approx(law.mean, abs=4.5 * error + 1e-12)
    # The error of a sample variance, from the sample's own fourth moment.
    squares = (drawn - law.mean) ** 2
    error = squares.std() / math.sqrt(drawn.size)
    assert squares.mean() == pytest.approx(law.variance, abs=6 * error + 1e-12)


@every_law
def test_moments_are_the_integrals_of_the_quantiles(law):
    cuts = [0, 0.01, 0.1, 0.25, 0.3, 0.5, 0.6, 0.75, 0.9, 0.95, 0.99, 0.9999, 1 - 1e-8]
    mean, square = (
        sum(
            quad(lambda p, n=n: law.quantile(p) ** n, a, b, limit=200)[0] for a, b in pairwise(cuts)
        )
        for n in (1, 2)
    )

    assert law.mean == pytest.approx(mean, rel=1e-3)
    assert law.variance == pytest.approx(square - mean**2, rel=0.02, abs=1e-9)


@every_law
@pytest.mark.parametrize("p", [0.0, 1e-6, 0.05, 0.25, 0.5, 0.61, 0.95, 0.9999])
def test_quantile_is_the_least_value_that_reaches_the_probability(law, p):
    x = law.quantile(p)

    assert law.cdf(x) >= p - 1e-12
    # Just below it the probability is not reached yet: this also holds at a step.
    assert law.cdf(x * (1 - 1e-9) - 1e-300) <= p + 1e-7


@every_law
def test_ends_of_the_quantiles(law):
    assert law.quantile(0) >= 0
    assert law.cdf(-1.0) == 0
    assert law.quantile(1) >= law.quantile(0.999999)
    if math.isfinite(law.quantile(1)):
        assert law.cdf(law.quantile(1)) == 1
    for p in (-0.1, 1.1, math.nan):
        with pytest.raises(ValueError, match="p must be a probability"):
            law.quantile(p)


@every_law
def test_scaling_a_law_scales_its_draws(law):
    scaled = law.scaled(4)

    assert type(scaled) is type(law)
    assert scaled.mean == pytest.approx(4 * law.mean, rel=1e-8)
    assert scaled.variance == pytest.approx(16 * law.variance, rel=1e-8)
    np.testing.assert_allclose(
        scaled.sample(np.random.default_rng(1), 50),
        4 * law.sample(np.random.default_rng(1), 50),
        rtol=1e-9,
    )


@every_law
def test_law_is_a_value(law):
    assert pickle.loads(pickle.dumps(law)) == law
    assert hash(law) == hash(law.scaled(1))
    with pytest.raises(FrozenInstanceError):
        setattr(law, fields(law)[0].name, 3)


def test_every_family_is_listed_and_tested():
    assert set(FAMILIES.values()) == {type(law) for law in CONTINUOUS + WITH_STEPS}
    assert all(FAMILIES[kind.family] is kind for kind in FAMILIES.values())


def test_lognormal_has_its_median_and_p95():
    assert LATENCY.quantile(0.5) == pytest.approx(0.003, rel=1e-12)
    assert LATENCY.quantile(0.95) == pytest.approx(0.006, rel=1e-12)
    drawn = LATENCY.sample(np.random.default_rng(3), 200_000)
    assert np.quantile(drawn, [0.5, 0.95]) == pytest.approx([0.003, 0.006], rel=0.01)


def test_lognormal_from_mean_and_coefficient_of_variation():
    law = Lognormal.from_mean_cv(0.02, 1.5)

    assert law.mean == pytest.approx(0.02, rel=1e-12)
    assert law.variance == pytest.approx(0.03**2, rel=1e-12)


def test_mixture_weights_are_relative():
    law = Mixture((Constant(1.0), Constant(3.0)), (9, 1))

    assert law.mean == pytest.approx(1.2)
    drawn = law.sample(np.random.default_rng(5), 100_000)
    assert (drawn == 3).mean() == pytest.approx(0.1, abs=0.004)


def test_truncation_keeps_what_lies_on_its_bounds_and_moves_nothing_there():
    steps = Mixture((Constant(1.0), Constant(2.0), Constant(3.0)), (1, 1, 1))

    assert Truncated(steps, 1.0, 2.0).mean == pytest.approx(1.5)
    assert Truncated(Exponential(1.0), 0.0, 2.0).cdf(1.9999) < 1


def test_lists_may_be_given_for_tuples():
    law = Mixture([Constant(1.0), Empirical([0, 1], [1, 2])], [1, 2])

    assert law == Mixture((Constant(1.0), Empirical((0, 1), (1, 2))), (1, 2))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Constant(-1), "value must be a finite number from 0, not -1"),
        (lambda: Constant(math.inf), "value must be a finite number from 0, not inf"),
        (lambda: Constant("3"), "value must be a finite number from 0, not '3'"),
        (lambda: Constant(True), "value must be"),
        (lambda: Uniform(2, 1), "high must be above low; they are 1 and 2"),
        (lambda: Exponential(0), "mean must be a finite number above 0, not 0"),
        (lambda: Exponential(math.nan), "mean must be a finite number above 0, not nan"),
        (lambda: Erlang(2.5, 1), "shape must be a whole number, not 2.5"),
        (lambda: Gamma(1, 0), "cv must be a finite number above 0"),
        (lambda: Lognormal(2, 1), "p95 must be above the median; they are 1 and 2"),
        (lambda: Lognormal.from_mean_cv(1, -1), "cv must be"),
        (lambda: Weibull(1, 0.01), "shape must be at least 0.05, not 0.01"),
        (lambda: BoundedPareto(2, 1, 1), "high must be above low"),
        (lambda: BoundedPareto(0, 1, 1), "low must be a finite number above 0"),
        (lambda: Hyperexponential((1, 2), (1,)), "means and weights must be lists of the same"),
        (lambda: Hyperexponential((1, 0), (1, 1)), "each of means must be"),
        (lambda: Mixture((), ()), "parts and weights must be lists of the same length, at least 1"),
        (lambda: Mixture((Constant(1),), (0,)), "each of weights must be a finite number above 0"),
        (lambda: Empirical((0.1, 1), (1, 2)), "probabilities must begin with 0 and end with 1"),
        (lambda: Empirical((0, 0, 1), (1, 2, 3)), "probabilities must increase"),
        (lambda: Empirical((0, 1), (2, 1)), "values must not decrease"),
        (lambda: Shifted(Constant(1), -1), "by must be a finite number from 0"),
        (lambda: Truncated(Uniform(0, 1), 2, 3), "nothing of the base is left by low and high"),
        (lambda: Truncated(Uniform(0, 1), 2, 2), "high must be above low"),
        (lambda: Constant(1).scaled(0), "factor must be a finite number above 0"),
    ],
)
def test_bad_parameters_are_refused_by_name(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize(
    ("law", "unit", "text"),
    [
        (Constant(0.003), "s", "3 ms"),
        (LATENCY, "s", "lognormal(median 3 ms, p95 6 ms)"),
        (LATENCY.scaled(1 / 3), "s", "lognormal(median 1 ms, p95 2 ms)"),
        (Uniform(0, 83886080), "B", "uniform(low 0 B, high 80 MiB)"),
        (Exponential(1.25e8), "B/s", "exponential(mean 1 Gbit/s)"),
        (BoundedPareto(1, 2, 1.5), "", "bounded pareto(low 1, high 2, alpha 1.5)"),
        (Hyperexponential((1, 3), (9, 1)), "", "hyperexponential(means [1, 3], weights [9, 1])"),
        (FAST_OR_SLOW, "s", "mixture(25 % 1 s, 75 % exponential(mean 2 s))"),
        (Shifted(Exponential(1), 0.1), "s", "shifted(base exponential(mean 1 s), by 100 ms)"),
        (Truncated(Exponential(1), 0.1), "s", "exponential(mean 1 s) truncated from 100 ms"),
        (Truncated(Exponential(1), 0, 9), "s", "exponential(mean 1 s) truncated from 0 s to 9 s"),
        (Empirical((0, 1), (1, 3)), "s", "empirical(2 quantiles from 1 s to 3 s, median 2 s)"),
    ],
)
def test_law_in_words(law, unit, text):
    assert law.declare(unit) == text


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (0.0, "s", "0 s"),
        (0.25, "s", "250 ms"),
        (1.5, "s", "1.5 s"),
        (15e-6, "s", "15 µs"),
        (90.0, "s", "90 s"),
        (7200.0, "s", "2 h"),
        (1e-30, "s", "1e-30 s"),
        (1024.0, "B", "1 KiB"),
        (1000.0, "B", "1 kB"),
        (100.0, "B", "100 B"),
        (12.5e6, "B/s", "100 Mbit/s"),
        (200e6, "B/s", "200 MB/s"),
        (0.5, "/s", "0.5 /s"),
    ],
)
def test_quantities_are_written_in_their_most_legible_unit(value, unit, text):
    assert written(value, unit) == text


@given(st.floats(0, 1e300), st.sampled_from(["", *SCALES]))
def test_written_quantities_are_exact_and_readable_ones_short(value, unit):
    number, _, name = written(value, unit).partition(" ")
    size = SCALES.get(unit, {}).get(name, 1)
    assert float(number) * float(size) == pytest.approx(value, rel=1e-12)

    number, _, name = readable(value, unit).partition(" ")
    size = SCALES.get(unit, {}).get(name, 1)
    assert float(number) * float(size) == pytest.approx(value, rel=1e-3)
    assert len(number) <= 11


def test_drawing_needs_no_scipy():
    script = (
        "import sys, numpy\n"
        "from docksim.des import distributions as d, streams\n"
        "laws = [d.Lognormal(1, 2), d.Gamma(1, 2), d.Weibull(1, 2), d.BoundedPareto(1, 2, 1)]\n"
        "for law in laws: law.sample(numpy.random.default_rng(1), 9), law.mean, law.variance\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('scipy', 'pint')])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
