"""The stopping rule: how many replications a point needs."""

import math

import numpy as np

from docksim.study.design.document import Precision
from docksim.study.estimates import estimate
from docksim.study.experiment.precision import LOOK_AHEAD, wanted
from docksim.study.experiment.replication import Replication
from docksim.study.stability import Backlog, Growth


def done(*columns, backlog=None):
    return [Replication(tuple(row), (0,) * len(row), backlog) for row in zip(*columns, strict=True)]


def needed(values, precision):
    """Ask again and again, as more is done."""
    count = 0
    while (more := wanted(done(values[:count]), precision, [0])) > count:
        count = more
    return more


def test_as_few_as_allowed_when_nothing_varies():
    assert needed([2.0] * 99, Precision(least=3, most=50)) == 3 + LOOK_AHEAD


def test_the_precision_is_reached_where_it_stops_and_lasts():
    values = np.random.default_rng(3).normal(10.0, 2.0, 400)
    precision = Precision(half_width=0.05, least=5, most=400)
    count = needed(values, precision)
    for last in range(count - LOOK_AHEAD, count + 1):
        found = estimate(values[:last])
        assert found.half_width <= 0.05 * found.value
    before = estimate(values[: count - LOOK_AHEAD - 1])
    assert before.half_width > 0.05 * before.value


def test_a_budget_that_is_spent_is_the_end():
    values = np.random.default_rng(3).normal(10.0, 9.0, 30)
    assert needed(values, Precision(half_width=0.01, least=5, most=30)) == 30


def test_all_headline_measures_must_be_precise():
    rng = np.random.default_rng(5)
    steady, wild = np.full(60, 1.0), rng.normal(10.0, 3.0, 60)
    precision = Precision(half_width=0.05, least=5, most=60)
    both = done(steady, wild)[:12]
    assert wanted(both, precision, [0]) == 10
    assert wanted(both, precision, [0, 1]) > 12


def test_what_cannot_be_measured_is_waited_for_by_nobody():
    precision = Precision(least=2, most=20)
    assert wanted(done([math.nan] * 7), precision, [0]) == 7


def test_a_point_past_its_capacity_is_not_made_precise():
    growth = Growth((2.0,) * 10, 2.0, 5.0)
    backlog = Backlog(5.0, growth, {"ps": growth})
    values = list(np.random.default_rng(1).normal(5.0, 4.0, 6))
    assert wanted(done(values, backlog=backlog), Precision(least=6, most=90), [0]) == 6


def test_what_does_not_fit_the_host_is_tried_once():
    refused = Replication((math.nan,), (0,), None, "does not fit")
    assert wanted([refused], Precision(), [0]) == 1


def test_coverage_stays_near_its_level_in_spite_of_looking_often():
    """Sequential stopping costs some coverage; with a look-ahead little (Hoad et al. 2010)."""
    rng = np.random.default_rng(11)
    precision = Precision(half_width=0.1, least=5, most=300)
    hits = 0
    for _ in range(400):
        values = rng.exponential(1.0, (300, 30)).mean(axis=1)
        found = estimate(values[: needed(values, precision)])
        hits += found.low <= 1.0 <= found.high
    assert 0.90 <= hits / 400 <= 0.99
