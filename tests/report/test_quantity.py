import math

import pytest

from docksim.report.quantity import (
    digits,
    duration,
    duration_pair,
    number_pair,
    percent_pair,
)
from docksim.study.estimates import UNKNOWN, Estimate


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 s"),
        (1e-14, "0 s"),
        (-1e-15, "0 s"),
        (4.2e-6, "4.20 µs"),
        (0.0123, "12.3 ms"),
        (0.9999, "1.00 s"),
        (0.99949, "999 ms"),
        (9.996, "10.0 s"),
        (12.34, "12.3 s"),
        (599.0, "599 s"),
        (3600.0, "60.0 min"),
        (math.nan, "–"),
    ],
)
def test_durations_have_three_digits_and_a_unit(seconds, text):
    assert duration(seconds) == text


def test_the_half_width_is_in_the_unit_of_the_value():
    assert duration_pair(Estimate(0.0123, 0.0119, 0.0127, 5)) == ("12.3 ms", "±0.4")
    assert duration_pair(Estimate(0.0123)) == ("12.3 ms", "")
    assert duration_pair(UNKNOWN) == ("–", "")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (1234.5, "1,234"), (0.00123, "0.0012"), (3e-7, "<0.0001"), (99.96, "100")],
)
def test_numbers_have_no_exponent_and_few_decimals(value, text):
    assert digits(value) == text


def test_shares_are_in_per_cent():
    assert percent_pair(Estimate(0.178, 0.158, 0.198, 5)) == ("17.8 %", "±2.0")
    assert percent_pair(Estimate(1.0)) == ("100 %", "")
    assert percent_pair(Estimate(1e-6)) == ("<0.01 %", "")


def test_a_half_width_has_no_more_decimals_than_its_value_unless_it_would_vanish():
    assert number_pair(Estimate(0.158, 0.1521, 0.1639, 5)) == ("0.158", "±0.006")
    assert number_pair(Estimate(12.3, 12.26, 12.34, 5)) == ("12.3", "±0.04")
    assert number_pair(Estimate(1234.0, 1217.2, 1250.8, 5)) == ("1,234", "±17")


def test_a_half_width_too_small_to_show_is_zero():
    assert number_pair(Estimate(2.0, 2.0 - 1e-9, 2.0 + 1e-9, 5)) == ("2.00", "±0")
