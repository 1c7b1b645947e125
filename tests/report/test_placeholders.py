"""Changes in words."""

from math import nan

import pytest

from docksim.report.placeholders import change
from docksim.study.estimates import Estimate


@pytest.mark.parametrize(
    ("estimate", "words"),
    [
        (Estimate(-0.31, -0.35, -0.27, 5), "31 % ± 4.0 lower"),
        (Estimate(0.12, 0.11, 0.13, 5), "12 % ± 1.0 higher"),
        (Estimate(2.0, 1.9, 2.1, 5), "3.0 times as high"),
        (Estimate(0.004, -0.02, 0.028, 5), "not measurably different (+0.4 % ± 2.4)"),
        (Estimate(0.0004, 0.0003, 0.0005, 5), "the same"),
        (Estimate(nan), "different by nothing that can be measured"),
    ],
)
def test_a_change_is_told_as_people_would(estimate, words):
    assert change(estimate) == words
