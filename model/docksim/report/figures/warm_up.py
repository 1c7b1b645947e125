"""The mean latency over time, with the warm-up shaded."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docksim.report.figures.canvas import new_axes
from docksim.report.style import BLUE, QUIET, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.warm_up import WarmUp

HEIGHT = 3.2


def warm_up(found: WarmUp, ax: Axes | None = None) -> Axes:
    """Mean over replications of the latency of commands by when they arrived."""
    with styled():
        ax = ax or new_axes(HEIGHT)
        ax.plot(found.times, found.latency, color=BLUE, linewidth=1.0)
        ax.axvspan(0.0, found.end, color=QUIET, alpha=0.25, lw=0, label=f"warm-up: {found.end:g} s")
        ax.set_xlim(0.0, found.times[-1])
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel("arrival (s)")
        ax.set_ylabel("mean latency (s)")
        ax.grid(axis="y")
        ax.set_title(f"Warm-up by MSER-5 · {found.scenario.name}")
        ax.legend(loc="best")
    return ax
