"""Processor sharing under Poisson arrivals: M/M/1-PS, M/G/1-PS and its insensitivity, M/G/c-PS."""

import numpy as np
import pytest

from tests.theory.formulas import ps_conditional_sojourn, ps_sojourn
from tests.theory.queues import (
    Sampler,
    after_warm_up,
    constant,
    exponential,
    lognormal,
    open_sharing,
    two_values,
)
from tests.theory.replications import assert_mean, replicate

JOBS = 30_000
LOAD = 0.7


@pytest.mark.parametrize(
    "demands",
    [exponential(1.0), constant(1.0), lognormal(1.0, 1.0), two_values(1.0, 0.9, 0.1)],
    ids=["exponential", "constant", "lognormal", "two values"],
)
def test_mg1_ps_knows_only_the_mean(demands: Sampler) -> None:
    means = [
        after_warm_up(sojourns)
        for _, sojourns in replicate(
            lambda rng: open_sharing(rng, exponential(1 / LOAD), demands, 1, JOBS)
        )
    ]
    assert_mean(means, ps_sojourn(LOAD, 1.0), precision=0.13)


def test_a_job_is_slowed_in_proportion_to_its_own_demand() -> None:
    runs = replicate(
        lambda rng: open_sharing(rng, exponential(1 / LOAD), two_values(1.0, 0.8, 0.25), 1, JOBS)
    )
    for demand in np.unique(runs[0][0]):
        means = [after_warm_up(sojourns[works == demand]) for works, sojourns in runs]
        assert_mean(means, ps_conditional_sojourn(LOAD, 1.0, float(demand)), precision=0.1)


@pytest.mark.parametrize("demands", [exponential(1.0), lognormal(1.0, 1.0)], ids=["M", "G"])
def test_several_cores_are_insensitive_too(demands: Sampler) -> None:
    means = [
        after_warm_up(sojourns)
        for _, sojourns in replicate(
            lambda rng: open_sharing(rng, exponential(1 / 3.2), demands, 4, JOBS)
        )
    ]
    assert_mean(means, ps_sojourn(3.2, 1.0, cores=4), precision=0.06)
