"""A bulk station under Poisson arrivals."""

from collections.abc import Callable
from math import exp

import pytest

from tests.theory.formulas import bulk_wait
from tests.theory.queues import Sampler, constant, exponential, open_bulk
from tests.theory.replications import assert_mean, replicate

CUSTOMERS = 60_000


@pytest.mark.parametrize("rate", [0.2, 1.0, 3.0])
@pytest.mark.parametrize(
    ("services", "second_moment", "transform"),
    [
        (constant(1.0), 1.0, lambda rate: exp(-rate)),
        (exponential(1.0), 2.0, lambda rate: 1.0 / (1.0 + rate)),
    ],
    ids=["constant", "exponential"],
)
def test_mean_wait(
    services: Sampler, second_moment: float, transform: Callable[[float], float], rate: float
) -> None:
    means = replicate(lambda rng: open_bulk(rng, exponential(1 / rate), services, CUSTOMERS))
    assert_mean(means, bulk_wait(rate, 1.0, second_moment, transform(rate)), precision=0.05)
