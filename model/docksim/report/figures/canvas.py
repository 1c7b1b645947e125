"""Where figures are drawn: new axes of a fitting size, axes in seconds, and files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter, LogLocator, NullFormatter

from docksim.report.style import GRID, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH = 7.2
"""Inches: a text column of A4 or letter."""


def new_axes(height: float) -> Axes:
    """Axes in a pyplot figure of this height in inches, which a notebook shows by itself."""
    from matplotlib import pyplot

    _, axes = pyplot.subplots(figsize=(WIDTH, height), layout="constrained")
    return axes


def height_of_rows(count: int, each: float = 0.36) -> float:
    """Inches for so many rows of this height, with title and axis."""
    return 1.3 + each * max(count, 1)


def name_rows(ax: Axes, names: list[str]) -> None:
    """Make the vertical axis a list of names, from the top down."""
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(max(len(names), 1) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def log_seconds(ax: Axes) -> None:
    """Make the horizontal axis a logarithmic one in seconds: 1 ms, 10 ms, 100 ms, 1 s."""
    ax.set_xscale("log")
    ax.xaxis.set_major_locator(LogLocator(10.0, numticks=12))
    ax.xaxis.set_minor_locator(LogLocator(10.0, subs=range(2, 10), numticks=12))
    ax.xaxis.set_major_formatter(EngFormatter(unit="s"))
    ax.xaxis.set_minor_formatter(NullFormatter())
    ax.grid(axis="x", which="major", color=GRID)
    ax.set_xlabel("latency (s, logarithmic)")


def save(draw: Callable[[Axes], Axes], path: Path, height: float) -> None:
    """Draw on a canvas of its own, without a window, and write it at print resolution."""
    with styled():
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        draw(figure.add_subplot())
        figure.savefig(path)
