"""Virtual time against progressive filling: the rates of any set of flows."""

from math import inf

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.fair_share import FairShare
from docksim.des.flow_class import Flow
from docksim.des.maxmin import max_min_shares

caps = st.one_of(st.sampled_from([0.1, 1.0, 2.0, 7.0]), st.floats(0.01, 10.0))
weights = st.sampled_from([0.25, 1.0, 1.0, 3.0])
comings_and_goings = st.lists(
    st.one_of(st.tuples(caps, weights, st.booleans()), st.integers(0, 100)), max_size=60
)


def flow(cap: float, weight: float) -> Flow:
    flow = Flow()
    flow.cap, flow.weight, flow.group = cap, weight, None
    return flow


@given(changes=comings_and_goings)
def test_rates_are_max_min_fair_after_every_change(
    changes: list[tuple[float, float, bool] | int],
) -> None:
    share = FairShare(10.0, 0.0)
    present: list[Flow] = []
    for change in changes:
        if isinstance(change, tuple):
            cap, weight, has_end = change
            present.append(flow(cap, weight))
            share.add(present[-1], 1.0 if has_end else inf)
        elif present:
            share.remove(present.pop(change % len(present)))
        share.balance()
        expected = max_min_shares(10.0, [f.cap for f in present], [f.weight for f in present])
        rates = [min(f.cap, share.level * f.weight) for f in present]
        assert rates == pytest.approx(expected)
        assert share.rate == pytest.approx(sum(expected), abs=1e-12)
        losses = [
            1.0 - rate / f.cap for f, rate in zip(present, expected, strict=True) if f.finish < inf
        ]
        assert share.delay_rate == pytest.approx(sum(losses), abs=1e-9)


def test_nothing_is_left_of_flows_that_have_gone() -> None:
    share = FairShare(10.0, 0.0)
    flows = [flow(0.1 + i / 7, 1.0 + i % 3) for i in range(500)]
    for f in flows:
        share.add(f, 1.0)
        share.balance()
    for f in flows[::2] + flows[1::2]:
        share.remove(f)
        share.balance()
    assert share.next_finish() == inf
    assert share.level == inf
    assert share.rate == pytest.approx(0.0, abs=1e-12)
    assert len(share._order) == len(share._classes) <= 8
    assert not any(c.heap or c.due or c.jobs or c.endless or c.weight for c in share._order)


def test_heaps_do_not_fill_with_what_is_out_of_date() -> None:
    share = FairShare(10.0, 0.0)
    share.add(flow(6.0, 1.0), 1e9)
    for _ in range(1000):  # the long job's class changes sides each time
        other = flow(5.0, 1.0)
        share.add(other, 1e8)
        share.balance()
        share.remove(other)
        share.balance()
    assert len(share._capped_due) + len(share._shared_due) < 100
    same = [flow(6.0, 1.0) for _ in range(1000)]
    for i, f in enumerate(same):  # removed jobs behind one that is present
        share.add(f, 2e9 + i)
        share.balance()
        share.remove(f)
        share.balance()
    assert sum(len(c.heap) for c in share._order) < 100
