"""Kim & Nelson's procedure on systems whose best is known."""

import numpy as np
import pytest

from docksim.study.selection import survivors

MEANS = (1.0, 1.2, 1.2, 1.5)


def draws(rng, count):
    common = rng.normal(0.0, 0.3, count)  # common random numbers: part of the noise is shared
    return [mean + common + rng.normal(0.0, 0.3, count) for mean in MEANS]


def test_the_best_survives_with_the_promised_probability():
    rng = np.random.default_rng(2)
    kept = [survivors(draws(rng, 400), 0.2, 10) for _ in range(200)]
    assert np.mean([0 in found for found in kept]) >= 0.95
    assert np.mean([found == [0] for found in kept]) >= 0.9


def test_too_few_replications_leave_several():
    assert len(survivors(draws(np.random.default_rng(2), 10), 0.05, 10)) > 1


def test_the_highest_is_the_lowest_of_the_opposite():
    values = draws(np.random.default_rng(4), 300)
    assert survivors([-v for v in values], 0.2, 10, lowest=False) == survivors(values, 0.2, 10)


def test_fewer_than_a_first_stage_are_refused():
    with pytest.raises(ValueError, match="first stage"):
        survivors([[1.0, 2.0], [1.0, 2.0]], 0.1, 5)
