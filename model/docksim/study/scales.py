"""Kinds of numbers that measures are: how a bound of each is read and written, and its range."""

from __future__ import annotations

import math
from dataclasses import dataclass

from docksim.scenario.quantities import PER_SECOND, SECONDS, Quantity


@dataclass(frozen=True, slots=True)
class Scale:
    """From 0 to `highest`, in the SI unit of `quantity`, or without unit."""

    quantity: Quantity | None = None
    highest: float = math.inf
    is_positive: bool = False
    """Never exactly 0: something always takes some time."""

    def parse(self, text: str) -> float:
        """The value of "2 s", "5 /s", "80 %" or "3". Raises ValueError, with what is allowed."""
        if self.quantity is not None:
            return self.quantity.parse(text)
        number, size = (text[:-1], 0.01) if self.is_share and text.endswith("%") else (text, 1.0)
        try:
            value = float(number) * size
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            wanted = 'a share: write "80 %" or "0.8"' if self.is_share else 'a number: write "3"'
            raise ValueError(f"'{text}' is not {wanted}")
        return value

    def write(self, value: float) -> str:
        """The text of a value, with its unit."""
        if self.quantity is not None:
            return self.quantity.write(value)
        return f"{100 * value:.10g} %" if self.is_share else f"{value:.10g}"

    @property
    def is_share(self) -> bool:
        """A part of a whole, written in per cent."""
        return self.highest == 1.0


DURATION = Scale(SECONDS, is_positive=True)
TIME = Scale(SECONDS)
"""A duration that may be none."""
RATE = Scale(PER_SECOND)
SHARE = Scale(highest=1.0)
NUMBER = Scale()
