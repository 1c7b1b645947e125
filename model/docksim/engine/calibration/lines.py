"""Straight lines through what was measured: a fixed part, and one for each byte."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class Line:
    """Seconds: a fixed part, and one for each byte."""

    fixed: float
    per_byte: float

    def at(self, size: float) -> float:
        """Of so many bytes (s)."""
        return self.fixed + self.per_byte * size


def line(sizes: pd.Series[Any], seconds: pd.Series[Any]) -> Line:
    """By least squares; neither part is negative."""
    slope, fixed = np.polyfit(sizes, seconds, 1)
    return Line(max(0.0, float(fixed)), max(0.0, float(slope)))
