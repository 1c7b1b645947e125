from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.study.operational import Bounds
from tests.theory.formulas import Centre, mean_value_analysis

DEMANDS = st.lists(st.floats(0.01, 5.0), min_size=1, max_size=4)


@given(demands=DEMANDS, think=st.floats(0.0, 10.0), clients=st.integers(1, 30))
def test_an_exactly_solved_network_keeps_the_bounds(demands, think, clients):
    bounds = Bounds(sum(demands), max(demands), think)
    centres = [*map(Centre, demands), Centre(think, inf)]
    throughput, residence = mean_value_analysis(centres, clients)
    assert throughput <= bounds.closed_throughput(clients) * (1 + 1e-9)
    assert sum(residence[:-1]) >= bounds.closed_latency(clients) * (1 - 1e-9)


@given(demands=DEMANDS, think=st.floats(0.0, 10.0))
def test_the_two_bounds_on_throughput_cross_at_the_knee(demands, think):
    bounds = Bounds(sum(demands), max(demands), think)
    assert bounds.knee / (bounds.total + think) == pytest.approx(bounds.saturation)
    assert bounds.closed_latency(bounds.knee) == pytest.approx(bounds.total)


def test_an_open_load_is_bounded_by_its_rate_and_by_saturation():
    bounds = Bounds(total=2.0, largest=0.5)
    assert [bounds.open_throughput(rate) for rate in (1.0, 2.0, 3.0)] == [1.0, 2.0, 2.0]
    assert [bounds.open_latency(rate) for rate in (1.0, 2.0, 3.0)] == [2.0, 2.0, inf]


def test_the_bounds_of_lazowskas_example():
    # Quantitative System Performance, 5.2: demands 5, 4 and 3 s, thinking for 15 s.
    bounds = Bounds(total=12.0, largest=5.0, think=15.0)
    assert bounds.saturation == pytest.approx(0.2)
    assert bounds.knee == pytest.approx(5.4)
