"""Measures as text, each in its unit."""

from __future__ import annotations

from docksim.report.quantity import duration_pair, number_pair, percent_pair
from docksim.study.estimates import Estimate
from docksim.study.scales import DURATION, RATE, Scale


def pair(scale: Scale, measured: Estimate) -> tuple[str, str]:
    """A measure and its half-width as text, in its unit."""
    if scale is DURATION:
        return duration_pair(measured)
    if scale.is_share:
        return percent_pair(measured)
    return number_pair(measured, " /s" if scale is RATE else "")
