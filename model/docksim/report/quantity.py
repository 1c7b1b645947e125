"""Quantities as text, with units and no more digits than they carry."""

from __future__ import annotations

import math

from docksim.study.estimates import Estimate

NOTHING = "–"
"""Stands for what was not observed."""

NEGLIGIBLE = 1e-9
"""Seconds: differences of times are not exact, and less than this is none."""

MOST_DECIMALS = 4


def duration(seconds: float) -> str:
    """Three digits in the unit that suits: 12.3 ms."""
    return duration_pair(Estimate(seconds))[0]


def duration_pair(estimate: Estimate) -> tuple[str, str]:
    """A duration and its half-width in the same unit: ("12.3 ms", "±0.4"); "" when unknown."""
    if not estimate.known:
        return NOTHING, ""
    size, unit = _time_unit(estimate.value)
    value = 0.0 if abs(estimate.value) < NEGLIGIBLE else estimate.value
    text = digits(value / size)
    return f"{text} {unit}", _plus_minus(estimate, size, text)


def number_pair(
    estimate: Estimate, unit: str = "", size: float = 1.0, decimals: int = MOST_DECIMALS
) -> tuple[str, str]:
    """A number in units of `size` and its half-width; "" when unknown."""
    if not estimate.known:
        return NOTHING, ""
    text = digits(estimate.value / size, decimals=decimals)
    return f"{text}{unit}", _plus_minus(estimate, size, text)


def percent_pair(estimate: Estimate) -> tuple[str, str]:
    """A share in per cent and its half-width: ("17.8 %", "±2.0"); "" when unknown."""
    return number_pair(estimate, " %", size=0.01, decimals=2)


def _plus_minus(estimate: Estimate, size: float, value: str) -> str:
    """The half-width in units of `size`: two digits, but no more decimals than the value shows.

    One digit when that would be none: "12.3" "±0.4", "12.3" "±0.04".
    """
    if estimate.half_width is None:
        return ""
    half_width = estimate.half_width / size
    text = digits(half_width, 2, len(value.partition(".")[2]))
    if text.startswith("<"):
        text = digits(half_width, 1)
    return "±0" if text.startswith("<") else f"±{text}"


def digits(value: float, count: int = 3, decimals: int = MOST_DECIMALS) -> str:
    """So many significant digits, but not more decimals, and no exponent: 1,234, 12.3, <0.0001."""
    if value == 0:
        return "0"
    if abs(value) < 10.0**-decimals:
        return f"<{10.0**-decimals:.{decimals}f}"
    # Rounded first: 9.996 has its leading digit one place further left than it seems.
    rounded = float(f"{value:.{count - 1}e}")
    needed = count - 1 - math.floor(math.log10(abs(rounded)))
    return f"{rounded if needed >= 0 else value:,.{min(max(needed, 0), decimals)}f}"


def _time_unit(seconds: float) -> tuple[float, str]:
    if abs(seconds) >= 600:
        return 60.0, "min"
    if abs(seconds) < NEGLIGIBLE or abs(seconds) >= 0.9995:
        return 1.0, "s"
    return (1e-3, "ms") if abs(seconds) >= 0.9995e-3 else (1e-6, "µs")
