"""What groups get of cores that have a queue each."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from docksim.des.core_queues import queue_shares

CAPS = st.lists(st.sampled_from([0.0, 0.4, 1.0, 1.3, 2.0, 9.0]), min_size=1, max_size=6)


def test_one_thread_beside_a_crowd_gets_two_thirds_of_a_core_of_two():
    """By hand: on its core it has all of its group's weight, the crowd half of its own."""
    assert queue_shares(2.0, (1.0, 99.0), (1.0, 1.0)) == pytest.approx([2 / 3, 4 / 3], rel=0.002)


def test_two_threads_have_a_core_each_nearly_however_little_one_of_them_takes_more():
    """Who has more threads is not given all that is left."""
    shares = [queue_shares(1.9, (1.0, more), (1.0, 1.0))[0] for more in (1.0, 1.001, 1.1)]
    assert shares == pytest.approx([0.95, 0.95, 0.9], rel=0.02)


@given(caps=CAPS, cores=st.sampled_from([1.0, 1.97, 4.0]), place=st.integers(0, 5))
def test_a_little_more_work_changes_shares_a_little(
    caps: list[float], cores: float, place: int
) -> None:
    assume(sum(caps) > cores)
    more = list(caps)
    more[place % len(caps)] *= 1.0 + 1e-6
    before, after = (queue_shares(cores, tuple(each), (1.0,) * len(caps)) for each in (caps, more))
    assert after == pytest.approx(before, abs=1e-4)


def test_one_thread_beside_two_crowds_gets_half_a_core():
    assert queue_shares(2.0, (1.0, 99.0, 99.0), (1.0,) * 3)[0] == pytest.approx(0.5, rel=0.002)


def test_crowds_share_evenly():
    assert queue_shares(4.0, (20.0, 5.0), (1.0, 1.0)) == pytest.approx([2.0, 2.0])


def test_three_threads_of_their_own_share_two_cores_evenly():
    assert queue_shares(2.0, (1.0,) * 3, (1.0,) * 3) == pytest.approx([2 / 3] * 3)


def test_who_has_no_group_weighs_as_much_as_it_is():
    """Four threads of one core each, as one entry, beside a crowd: each counts as a group."""
    together = queue_shares(2.0, (4.0, 9.0), (4.0, 1.0))
    apart = queue_shares(2.0, (1.0, 1.0, 1.0, 1.0, 9.0), (1.0,) * 5)
    assert together == pytest.approx([sum(apart[:4]), apart[4]])


@given(caps=CAPS, cores=st.sampled_from([1.0, 1.97, 4.0]))
def test_cores_are_used_up_and_nobody_gets_more_than_its_cap(
    caps: list[float], cores: float
) -> None:
    assume(sum(caps) > cores)
    rates = queue_shares(cores, tuple(caps), (1.0,) * len(caps))
    assert sum(rates) == pytest.approx(cores)
    assert all(-1e-12 <= rate <= cap + 1e-12 for rate, cap in zip(rates, caps, strict=True))
    assert all(rate > 0.0 for rate, cap in zip(rates, caps, strict=True) if cap)
