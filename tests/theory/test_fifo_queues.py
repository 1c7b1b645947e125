"""FIFO stations under Poisson arrivals: M/M/c and M/G/1."""

import pytest

from tests.theory.formulas import erlang_c, mg1_wait, mmc_wait
from tests.theory.queues import (
    Sampler,
    after_warm_up,
    constant,
    erlang,
    exponential,
    lognormal,
    open_fifo,
    two_values,
)
from tests.theory.replications import assert_mean, replicate

CUSTOMERS = 60_000


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (1, 0.8), (2, 0.8), (8, 0.85)])
def test_mmc(servers: int, load: float) -> None:
    rate = load * servers
    runs = replicate(
        lambda rng: open_fifo(rng, exponential(1 / rate), exponential(1.0), servers, CUSTOMERS)
    )
    means = [after_warm_up(waits) for waits in runs]
    assert_mean(means, mmc_wait(rate, 1.0, servers), precision=0.15)
    waited = [after_warm_up(waits > 0.0) for waits in runs]
    assert_mean(waited, erlang_c(servers, rate), precision=0.04)


@pytest.mark.parametrize(
    ("services", "second_moment"),
    [
        (constant(1.0), 1.0),
        (erlang(1.0, 4), 1.25),
        (two_values(1.0, 0.9, 0.5), 0.9 * 0.25 + 0.1 * 5.5**2),
        (lognormal(1.0, 1.0), 2.718281828459045),
    ],
    ids=["constant", "Erlang", "two values", "lognormal"],
)
def test_mg1(services: Sampler, second_moment: float) -> None:
    rate = 0.7
    means = [
        after_warm_up(waits)
        for waits in replicate(
            lambda rng: open_fifo(rng, exponential(1 / rate), services, 1, CUSTOMERS)
        )
    ]
    assert_mean(means, mg1_wait(rate, 1.0, second_moment), precision=0.1)
