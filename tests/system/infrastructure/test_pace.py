"""How long payloads take, against the law of a mean of independent parts."""

from math import sqrt

import numpy as np
import pytest

from docksim.des.distributions import Constant, Lognormal
from docksim.des.streams import Streams
from docksim.system.command import Command
from docksim.system.infrastructure.pace import Pace

COMMANDS = 20_000
CV = 0.5
PER_BYTE = 4e-8  # s
TIME = Lognormal.from_mean_cv(PER_BYTE, CV)
THROUGHPUT = Lognormal(1.0 / TIME.median, TIME.p95 / TIME.median**2)
"""Its reciprocal is the time that a byte takes."""


def seconds(size, grain, law=THROUGHPUT):
    pace = Pace(Streams(7).draws("pace", law), grain)
    return np.array([pace.seconds(Command(number, None), size) for number in range(COMMANDS)])


@pytest.mark.parametrize("size", [1e3, 2e5, 2e7])
def test_a_byte_takes_as_long_on_average_whatever_the_size(size):
    assert seconds(size, 2e5).mean() == pytest.approx(size * PER_BYTE, rel=0.02)


@pytest.mark.parametrize("grains", [0.01, 1.0, 3.0, 99.0])
def test_the_longer_the_payload_the_less_its_time_varies(grains):
    taken = seconds(grains * 2e5, 2e5)
    assert taken.std() / taken.mean() == pytest.approx(CV / sqrt(1.0 + grains), rel=0.05)


@pytest.mark.parametrize("size", [1e3, 2e7])
def test_without_grains_a_payload_comes_at_one_throughput(size):
    taken = seconds(size, 0.0)
    assert taken.std() / taken.mean() == pytest.approx(CV, rel=0.05)


@pytest.mark.parametrize("grain", [0.0, 2e5])
def test_a_constant_throughput_stays_one(grain):
    assert seconds(1e6, grain, Constant(2.5e7)) == pytest.approx(np.full(COMMANDS, 0.04))
