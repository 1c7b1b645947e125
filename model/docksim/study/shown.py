"""Answers that draw and show themselves, in a notebook or at the Python prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar


class Shown:
    """What the report layer knows how to draw and to show.

    The study layer must not import it: docksim.report.interactive tells each class how.
    """

    plotter: ClassVar[Callable[[Any], Any] | None] = None
    html: ClassVar[Callable[[Any], str] | None] = None

    @property
    def plot(self) -> Any:
        """Plots that return matplotlib Axes, e.g. `results.plot.latency()`."""
        plotter = type(self).plotter
        if plotter is None:
            raise AttributeError("plot: import docksim.report.interactive first")
        return plotter(self)

    def _repr_html_(self) -> str | None:
        html = type(self).html
        return html(self) if html is not None else None
