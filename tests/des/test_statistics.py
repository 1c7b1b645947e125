from math import inf, isnan

import pytest

from docksim.des.statistics import Totals, between


def totals(time: float, **counts: float) -> Totals:
    zero = dict.fromkeys(["arrivals", "started", "departures", "busy", "queue_area", "wait_sum"], 0)
    return Totals(**{"time": time, "capacity": 2, **zero, **counts})  # type: ignore[arg-type]


def test_a_window_is_the_difference_of_two_snapshots() -> None:
    earlier = totals(
        10.0, arrivals=5, started=4, departures=3, busy=8.0, queue_area=6.0, wait_sum=4
    )
    later = totals(
        30.0, arrivals=25, started=14, departures=13, busy=38.0, queue_area=26, wait_sum=9
    )
    window = between(earlier, later)
    assert window.duration == 20.0
    assert window.utilisation == 30.0 / (2 * 20.0)
    assert window.mean_queue == 1.0
    assert window.mean_wait == 0.5
    assert window.throughput == 0.5
    assert window.visits == 20


def test_the_mean_wait_of_nobody_is_not_a_number() -> None:
    assert isnan(between(totals(0.0), totals(1.0)).mean_wait)


def test_an_infinite_capacity_is_not_used_up() -> None:
    later = totals(1.0, busy=5.0, capacity=inf)
    assert between(totals(0.0), later).utilisation == 0.0


def test_a_window_without_length_is_refused() -> None:
    with pytest.raises(ValueError, match="length"):
        between(totals(1.0), totals(1.0))
