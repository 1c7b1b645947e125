"""Queues over time, at instants that thin out as a run goes on."""

import numpy as np
import pytest

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.sampler import MOST, Sampler


def sampled(services, until=None):
    env = Environment()
    station = FifoStation(env, "station", 1)
    sampler = Sampler(env, lambda: {"station": station.totals()})

    def customer(service):
        yield env.timeout(station.visit(service))

    for service in services:
        env.process(customer(service))
    env.run(until=until)
    return env, station, sampler.frame()


def test_the_area_under_the_samples_is_the_queue_s():
    _env, station, frame = sampled([0.3, 0.5, 0.2, 1.0])
    spans = np.diff([0.0, *frame["time"]])
    assert (frame["queue"] * spans).sum() == pytest.approx(station.totals().queue_area)
    assert frame["queue"].iloc[0] == pytest.approx(3.0)
    assert frame["queue"].iloc[-1] == pytest.approx(0.0)


def test_a_run_of_any_length_has_a_bounded_number_of_samples():
    _, _, short = sampled([0.1])
    _, _, long = sampled([1000.0, 1000.0])
    assert len(short) <= MOST
    assert len(long) <= MOST
    assert len(long) > MOST / 4


def test_a_run_with_nothing_left_to_happen_ends():
    env, _, frame = sampled([2.0])
    assert env.now < 10.0
    assert frame["time"].max() >= 2.0
