"""The kernel's time slice."""

import pytest

from docksim.engine.calibration.slices import time_slice


@pytest.mark.parametrize(("cores", "ms"), [(1, 0.7), (2, 1.4), (3, 1.4), (4, 2.1), (64, 2.8)])
def test_it_grows_with_the_logarithm_of_cores_up_to_eight(cores: int, ms: float) -> None:
    """By hand: 0.7 ms, and as much again at 2, 4 and 8 cores."""
    assert time_slice(cores) == pytest.approx(ms * 1e-3)
