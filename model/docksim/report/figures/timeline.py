"""One command on a time axis: when each component was at work on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docksim.report.figures.canvas import height_of_rows, name_rows, new_axes
from docksim.report.quantity import duration
from docksim.report.style import BLUE, ORANGE, QUIET, styled
from docksim.report.traces.hops import in_lanes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.report.traces.hops import Hop, Trace

BAR = 0.7
"""Share of a row that its bars fill."""

LETTER = 0.011
"""Share of the axis that a letter of a label takes; a bar too short for its label has none."""


def timeline(trace: Trace, ax: Axes | None = None) -> Axes:
    """A row a component, in the order of the layers; a bar a hop, its waiting drawn first."""
    names = list(trace.components)
    size, unit = (1e-3, "ms") if trace.duration < 2 else (1.0, "s")
    with styled():
        ax = ax or new_axes(height_of_rows(len(names)))
        name_rows(ax, names)
        _draw_messages(ax, trace, size)
        for row, name in enumerate(names):
            _draw_row(ax, row, trace, [hop for hop in trace.hops if hop.worker == name], size)
        ax.barh(0, 0, color=BLUE, label="working")
        ax.barh(0, 0, color=ORANGE, label="waiting (drawn first)")
        ax.legend(
            loc="lower left", bbox_to_anchor=(0, 1), ncols=2, handlelength=1.2, borderaxespad=0.2
        )
        ax.set_xlim(-0.01 * trace.duration / size, 1.01 * trace.duration / size)
        ax.grid(axis="x")
        ax.set_xlabel(f"time since the command ({unit})")
        ax.set_title(f"docker {trace.command}: {duration(trace.duration)}, {trace.outcome}", pad=26)
    return ax


def _draw_messages(ax: Axes, trace: Trace, size: float) -> None:
    """A thin line from sender to receiver: before the work for a call, after it for a reply."""
    rows = {name: row for row, name in enumerate(trace.components)}
    for hop in trace.hops:
        when = hop.end if hop.kind == "reply" else hop.start
        x = (when - trace.arrived) / size
        line = "--" if hop.kind == "reply" else "-"
        ends = [rows[hop.source], rows[hop.target]]
        ax.plot([x, x], ends, line, color=QUIET, linewidth=0.7, zorder=1)


def _draw_row(ax: Axes, row: int, trace: Trace, hops: list[Hop], size: float) -> None:
    """Hops that overlap, as those of parallel layers do, share the height of the row."""
    lanes = in_lanes(hops)
    height = BAR / (max(lanes, default=0) + 1)
    for hop, lane in zip(hops, lanes, strict=True):
        y = row - BAR / 2 + (lane + 0.5) * height
        start = (hop.start - trace.arrived) / size
        waited, length = hop.waited / size, hop.duration / size
        for left, width, colour in (
            (start, waited, ORANGE),
            (start + waited, length - waited, BLUE),
        ):
            # An edge of its own colour keeps the shortest hop visible.
            edge = "white" if width * size > 0.02 * trace.duration else colour
            if width > 0:
                ax.barh(y, width, height, left, color=colour, edgecolor=edge, linewidth=0.6)
        fits = hop.duration >= LETTER * len(hop.message) * trace.duration
        if fits and max(lanes) == 0:
            text = ax.text(start + length / 2, y, hop.message, ha="center", va="center")
            text.set(color="white", fontsize=7, clip_on=True)
