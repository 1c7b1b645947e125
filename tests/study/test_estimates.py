import math

import numpy as np
import pytest

from docksim.study.estimates import UNKNOWN, Estimate, estimate, is_carried, student_t


def test_the_interval_is_students_over_the_replications():
    # mean 3, s = sqrt(2.5), t(0.975, 4) = 2.7764: half-width 2.7764 · sqrt(2.5/5) = 1.9632
    found = estimate([1.0, 2.0, 3.0, 4.0, 5.0])
    assert found.value == 3.0
    assert found.half_width == pytest.approx(1.9632, abs=1e-4)
    assert (found.low, found.high) == pytest.approx((1.0368, 4.9632), abs=1e-4)


@pytest.mark.parametrize(
    ("degrees", "critical"), [(1, 12.7062), (4, 2.7764), (9, 2.2622), (1000, 1.9623)]
)
def test_critical_values_are_those_of_the_tables(degrees, critical):
    assert student_t(0.95, degrees) == pytest.approx(critical, abs=1e-4)


def test_one_replication_has_a_value_and_no_interval():
    found = estimate([7.0])
    assert found == Estimate(7.0)
    assert found.half_width is None
    assert found.as_dict() == {"value": 7.0, "low": None, "high": None}


def test_replications_with_nothing_to_measure_are_left_out():
    assert estimate([1.0, math.nan, 3.0]) == estimate([1.0, 3.0])
    assert estimate([math.nan, math.nan]) is UNKNOWN
    assert UNKNOWN.as_dict() == {"value": None, "low": None, "high": None}


def test_equal_values_have_an_interval_of_no_width():
    assert estimate([2.0, 2.0, 2.0]).half_width == 0.0


def test_nominal_intervals_cover_the_mean_of_an_mm1_queue():
    # M/M/1 with λ = 0.5, μ = 1: mean time in system 1/(μ-λ) = 2. Waits by Lindley's recursion as
    # S_n - min S_k of the random walk of service minus interarrival times.
    rng = np.random.default_rng(20)
    experiments, replications, customers, warm_up = 400, 10, 1200, 200
    covered = 0
    for _ in range(experiments):
        shape = (replications, customers)
        services = rng.exponential(1.0, shape)
        walk = np.cumsum(services - rng.exponential(2.0, shape), axis=1)
        walk = np.hstack([np.zeros((replications, 1)), walk[:, :-1]])
        waits = walk - np.minimum.accumulate(walk, axis=1)
        found = estimate((waits + services)[:, warm_up:].mean(axis=1))
        assert found.low is not None
        assert found.high is not None
        covered += found.low <= 2.0 <= found.high
    assert 0.92 <= covered / experiments <= 0.98


@pytest.mark.parametrize(
    ("probability", "sizes", "carried"),
    [
        (0.99, [200] * 5, True),  # ten beyond it in all
        (0.99, [199] * 5, False),
        (0.99, [50] * 40, False),  # twenty in all, but each replication is too short to show it
        (0.5, [4] * 5, True),
        (0.5, [4] * 4, False),
        (0.99, [0, 1000], True),  # a replication without any does not count
        (0.99, [], False),
    ],
)
def test_a_quantile_needs_observations_beyond_it(probability, sizes, carried):
    assert is_carried(probability, sizes) is carried
