"""Progressive filling against the definition of max-min fairness."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.maxmin import max_min_shares

flows = st.lists(
    st.tuples(st.one_of(st.just(inf), st.floats(0.01, 100.0)), st.floats(0.1, 10.0)),
    min_size=1,
    max_size=30,
)


def test_equal_flows_get_equal_parts() -> None:
    assert max_min_shares(6.0, [inf, inf, inf], [1.0, 1.0, 1.0]) == [2.0, 2.0, 2.0]


def test_weights_set_the_proportion() -> None:
    assert max_min_shares(6.0, [inf, inf], [1.0, 2.0]) == [2.0, 4.0]


def test_what_a_capped_flow_leaves_goes_to_the_others() -> None:
    # 10: the first takes its 1, the second its 3, the third the 6 that are left.
    assert max_min_shares(10.0, [1.0, 3.0, inf], [1.0, 1.0, 1.0]) == [1.0, 3.0, 6.0]


def test_caps_that_fit_are_reached() -> None:
    assert max_min_shares(10.0, [1.0, 3.0, 2.0], [1.0, 5.0, 1.0]) == [1.0, 3.0, 2.0]


def test_no_flows() -> None:
    assert max_min_shares(1.0, [], []) == []


@given(capacity=st.floats(0.1, 1000.0), flows=flows)
def test_no_flow_can_gain_but_from_one_with_no_larger_share(
    capacity: float, flows: list[tuple[float, float]]
) -> None:
    caps, weights = [c for c, _ in flows], [w for _, w in flows]
    rates = max_min_shares(capacity, caps, weights)
    assert all(0.0 <= rate <= cap for rate, cap in zip(rates, caps, strict=True))
    assert sum(rates) == pytest.approx(min(capacity, sum(caps)))
    # Flows below their caps have one level, and no capped flow stands above it.
    levels = [rate / weight for rate, weight in zip(rates, weights, strict=True)]
    hungry = [
        level
        for level, rate, cap in zip(levels, rates, caps, strict=True)
        if rate < cap * (1 - 1e-9)
    ]
    if hungry:
        assert max(hungry) == pytest.approx(min(hungry))
        assert max(levels) <= max(hungry) * (1 + 1e-9)
