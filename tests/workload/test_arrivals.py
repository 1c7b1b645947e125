"""When commands of an open workload arrive."""

from __future__ import annotations

from itertools import takewhile
from typing import Any

import numpy as np
import pytest
from scipy import stats

from docksim.des.streams import Streams
from docksim.scenario.workload import Open
from docksim.workload.arrivals import arrival_times
from tests.helpers import scenario

SURE = 1e-3  # of tests with fixed seeds


def arrivals(until: float, seed: int = 1, **keys: Any) -> np.ndarray:
    """The instants (s) up to `until`, one for each command."""
    workload = {"kind": "open", "mix": [{"command": "ps"}], **keys}
    (declared,) = scenario(workload=[workload], run={"duration": "1 s"}).workload
    assert isinstance(declared, Open)
    times = takewhile(lambda arrival: arrival[0] <= until, arrival_times(declared, Streams(seed)))
    return np.array([instant for instant, size in times for _ in range(size)])


def test_deterministic_arrivals_come_at_equal_distances() -> None:
    times = arrivals(10.05, rate="4 /s", arrivals="deterministic")
    assert times == pytest.approx(np.arange(1, 41) / 4)


def test_poisson_arrivals_have_exponential_gaps_of_the_rate() -> None:
    times = arrivals(2000.0, rate="3 /s")
    gaps = np.diff(times, prepend=0.0)
    assert stats.kstest(gaps, "expon", args=(0, 1 / 3)).pvalue > SURE


def test_poisson_counts_are_as_variable_as_they_should_be() -> None:
    counts = np.array([len(arrivals(100.0, seed=seed, rate="1 /s")) for seed in range(300)])
    z = (counts.mean() - 100) / np.sqrt(100 / len(counts))
    assert abs(z) < 3.5
    dispersion = counts.var(ddof=1) / counts.mean() * (len(counts) - 1)
    low, high = stats.chi2.ppf([SURE / 2, 1 - SURE / 2], len(counts) - 1)
    assert low < dispersion < high


def test_bursts_come_as_a_whole_and_their_commands_at_the_rate() -> None:
    times = arrivals(5000.0, rate="5 /s", arrivals="bursts", burst_size=10)
    instants, sizes = np.unique(times, return_counts=True)
    assert set(sizes) == {10}
    gaps = np.diff(instants, prepend=0.0)
    assert stats.kstest(gaps, "expon", args=(0, 2.0)).pvalue > SURE


def test_listed_arrivals_come_when_they_are_listed_and_no_more_do() -> None:
    assert list(arrivals(9.0, arrivals="listed", times=["1 s", "1 s", "2500 ms"])) == [1, 1, 2.5]


RATES = [
    {"from": "0 s", "rate": "1 /s"},
    {"from": "100 s", "rate": "0 /s"},
    {"from": "200 s", "rate": "4 /s"},
]


def expect(count: int, mean: float) -> None:
    assert abs(count - mean) < 3.5 * np.sqrt(mean)


def test_piecewise_rates_hold_in_their_pieces() -> None:
    times = np.concatenate(
        [arrivals(400.0, seed=seed, arrivals="piecewise", rates=RATES) for seed in range(30)]
    )
    expect(int((times < 100).sum()), 30 * 100)
    assert not ((times > 100) & (times < 200)).any()
    expect(int((times > 200).sum()), 30 * 800)
    late = times[times > 200]
    assert stats.kstest(late, "uniform", args=(200, 200)).pvalue > SURE


def test_piecewise_rates_begin_again_after_the_period() -> None:
    keys = {"arrivals": "piecewise", "rates": RATES, "period": "250 s"}
    times = arrivals(2500.0, **keys)
    phase = times % 250
    expect(int((phase < 100).sum()), 10 * 100)
    assert not ((phase > 100) & (phase < 200)).any()
    expect(int((phase > 200).sum()), 10 * 50 * 4)


def test_a_last_rate_of_zero_ends_the_arrivals() -> None:
    rates = [{"from": "0 s", "rate": "2 /s"}, {"from": "50 s", "rate": "0 /s"}]
    times = arrivals(1e12, arrivals="piecewise", rates=rates)
    assert 60 < len(times) < 140
    assert times.max() < 50


def test_a_rate_of_one_piece_is_a_poisson_process_of_that_rate() -> None:
    one = [{"from": "0 s", "rate": "3 /s"}]
    piecewise = arrivals(300.0, arrivals="piecewise", rates=one)
    assert piecewise == pytest.approx(arrivals(300.0, rate="3 /s"))
