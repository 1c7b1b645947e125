"""MSER-5 on series whose transient is known."""

from contextlib import suppress

import numpy as np
import pytest

import docksim as ds
from docksim.scenario import ScenarioError
from docksim.study.warm_up import NotSteadyError, mser5
from tests.theory.hosts import mmc_host


def autoregressive(rng, count, phi=0.5):
    """AR(1) with mean 0 and innovations of variance 1, in its steady state from the start."""
    values = np.empty(count)
    values[0] = rng.normal() / np.sqrt(1 - phi**2)
    for i in range(1, count):
        values[i] = phi * values[i - 1] + rng.normal()
    return values


def test_a_transient_is_cut_off_and_little_more():
    rng = np.random.default_rng(8)
    decay = 20.0 * 0.95 ** np.arange(1000)  # below a tenth of the noise from about 103 on
    cuts = [mser5(autoregressive(rng, 1000) + decay) for _ in range(100)]
    assert 40 <= np.median(cuts) <= 160
    rests = [(autoregressive(rng, 1000) + decay)[cut:].mean() for cut in cuts]
    assert abs(np.mean(rests)) < 0.05  # the transient's own mean is 0.4


def test_nothing_is_cut_off_where_there_is_no_transient():
    rng = np.random.default_rng(9)
    cuts = []
    for _ in range(100):
        with suppress(NotSteadyError):  # by chance, now and then
            cuts.append(mser5(autoregressive(rng, 1000)))
    assert len(cuts) >= 90
    assert np.median(cuts) <= 50


def test_a_series_that_goes_on_falling_is_refused():
    with pytest.raises(NotSteadyError):
        mser5(np.concatenate([np.linspace(10.0, 0.0, 180), np.zeros(20)]))


def test_too_short_a_series_is_refused():
    with pytest.raises(ValueError, match="50"):
        mser5(np.zeros(49))


def test_a_queue_that_starts_empty_has_a_warm_up():
    host = mmc_host(rate=9.5, service=0.1, servers=1, duration=400)
    found = ds.warm_up(host, replications=8, jobs=1)
    assert 0.0 < found.end < 200.0
    assert found.latency[found.times > found.end].mean() > found.latency[:10].mean()
    assert found.plot.latency().get_ylabel() == "mean latency (s)"


def test_what_has_no_steady_state_is_told():
    over = mmc_host(rate=30, service=0.1, servers=1, duration=60)
    with pytest.raises(ScenarioError, match="steady state"):
        ds.warm_up(over, replications=2, jobs=1)
