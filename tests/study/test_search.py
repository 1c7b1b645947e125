"""The bracket contains the truth: always without noise, and as often as promised with it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.study.estimates import estimate
from docksim.study.search import MOST_CANDIDATES, Axis, Bracket, MoreIs, search
from docksim.study.sequential import CONFIDENCE, decide, level, looks
from docksim.study.slo import Verdict

DIRECTIONS = st.sampled_from([MoreIs.BETTER, MoreIs.WORSE])


def step(truth, more_is):
    """Met up to the truth for a load, from the truth on for a resource."""

    def judge(value):
        met = value <= truth if more_is is MoreIs.WORSE else value >= truth
        return Verdict.MET if met else Verdict.NOT_MET

    return judge


@given(
    start=st.floats(1e-3, 1e3),
    doublings=st.floats(-8, 8),
    more_is=DIRECTIONS,
    stated=st.booleans(),
    tolerance=st.floats(0.001, 0.2),
)
def test_without_noise_the_bracket_holds_the_truth_and_is_narrow(
    start, doublings, more_is, stated, tolerance
):
    truth = start * 2.0**doublings
    tried = []

    def judge(value):
        tried.append(value)
        return step(truth, more_is)(value)

    axis = Axis(start, tolerance=tolerance, more_is=more_is if stated else None)
    found = search(judge, axis)
    low, high = sorted((found.holds, found.fails))
    assert low <= truth <= high
    assert found.more_is is more_is
    assert len(tried) == len(set(tried)) <= MOST_CANDIDATES
    if len(tried) < MOST_CANDIDATES:
        assert high - low <= tolerance * low


@given(start=st.integers(1, 64), truth=st.integers(2, 64), more_is=DIRECTIONS)
def test_integers_are_narrowed_to_neighbours(start, truth, more_is):
    axis = Axis(start, is_whole=True, tolerance=0.0, allows=lambda value: value >= 1)
    found = search(step(truth, more_is), axis)
    expected = (truth, truth - 1) if more_is is MoreIs.BETTER else (truth, truth + 1)
    assert (found.holds, found.fails) == expected


@given(low=st.floats(0.1, 10), width=st.floats(0.1, 100), share=st.floats(0.01, 0.99))
def test_nothing_is_tried_outside_of_the_limits(low, width, share):
    high = low + width
    tried = []

    def judge(value):
        tried.append(value)
        return step(low + share * width, MoreIs.WORSE)(value)

    search(judge, Axis(50.0, low, high))
    assert tried[:2] == [low, high]
    assert all(low <= value <= high for value in tried)


def test_one_limit_stops_the_widening():
    found = search(step(1000.0, MoreIs.WORSE), Axis(4.0, high=20.0, more_is=MoreIs.WORSE))
    assert found == Bracket(holds=20.0, fails=None)


def test_values_that_are_not_possible_are_not_tried():
    tried = []

    def judge(value):
        tried.append(value)
        return Verdict.MET

    search(judge, Axis(4.0, is_whole=True, allows=lambda value: 2 <= value <= 9))
    assert sorted(tried) == [2, 4, 8]


def test_what_stays_undecided_is_in_the_bracket_and_narrowed_from_both_sides():
    def judge(value):
        if 9.0 < value < 11.0:
            return Verdict.UNDECIDED
        return step(10.0, MoreIs.WORSE)(value)

    found = search(judge, Axis(1.0, tolerance=0.05))
    assert 8.0 < found.holds <= 9.0 < 11.0 <= found.fails < 12.5
    assert found.undecided
    assert all(9.0 < value < 11.0 for value in found.undecided)


def test_where_nothing_is_ever_decided_there_is_no_bracket():
    found = search(lambda _: Verdict.UNDECIDED, Axis(1.0))
    assert (found.holds, found.fails) == (None, None)
    assert len(found.undecided) <= MOST_CANDIDATES


class Noisy:
    """A monotone measure seen through noise, judged like the measure of a scenario."""

    def __init__(self, truth, spread, rng, budget=32):
        self.truth, self.spread, self.rng, self.budget = truth, spread, rng, budget
        self.level = level(budget, MOST_CANDIDATES, objectives=1)

    def judge(self, value):
        sample = self.rng.gamma(4.0, self.spread / 2.0, self.budget) - 2.0 * self.spread
        return decide(
            lambda count: Look(value, self.truth, sample[:count], self.level), self.budget
        )


class Look:
    def __init__(self, value, bound, noise, level):
        found = estimate(value + noise, level)
        self.verdict = Verdict.UNDECIDED
        if found.high <= bound:
            self.verdict = Verdict.MET
        elif found.low > bound:
            self.verdict = Verdict.NOT_MET


@pytest.mark.parametrize("spread", [0.02, 0.2, 1.0])
def test_with_noise_the_bracket_holds_the_truth_as_often_as_promised(spread):
    rng = np.random.default_rng([2026, int(100 * spread)])
    runs, missed, decided = 400, 0, 0
    for _ in range(runs):
        truth = float(rng.uniform(3.0, 60.0))
        noisy = Noisy(truth, spread * truth, rng)
        found = search(lambda value, noisy=noisy: noisy.judge(value).verdict, Axis(5.0))
        low = -np.inf if found.holds is None else found.holds
        high = np.inf if found.fails is None else found.fails
        missed += not low <= truth <= high
        decided += found.more_is is MoreIs.WORSE
    assert missed <= (1 - CONFIDENCE) * runs
    assert decided >= 0.9 * runs


def test_looks_double_up_to_the_budget():
    assert list(looks(32)) == [4, 8, 16, 32]
    assert list(looks(20)) == [4, 8, 16, 20]
    assert list(looks(3)) == [3]


def test_the_confidence_is_divided_over_all_tests():
    one_sided = (1 - level(32, values=24, objectives=2)) / 2
    assert one_sided * 4 * 24 * 2 == pytest.approx(1 - CONFIDENCE)
