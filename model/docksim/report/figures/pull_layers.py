"""A pull by layer: when each was queued, downloaded, waited for its parent and was extracted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docksim.report.figures.canvas import height_of_rows, name_rows, new_axes
from docksim.report.quantity import duration
from docksim.report.style import BLUE, GREEN, ORANGE, QUIET, styled
from docksim.report.traces.layers import layers_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.report.traces.hops import Trace

BAR = 0.62
"""Share of a row that its bar fills."""


def pull_layers(trace: Trace, ax: Axes | None = None) -> Axes:
    """A row a layer, base first.

    Raises TraceError when the command pulled no layer.
    """
    layers = layers_of(trace)
    size, unit = (1e-3, "ms") if trace.duration < 2 else (1.0, "s")
    with styled():
        ax = ax or new_axes(pull_layers_height(trace))
        name_rows(ax, [f"layer {number}" for number in range(1, len(layers) + 1)])
        for row, layer in enumerate(layers):
            for name, colour, (start, end) in (
                ("queued for a slot", QUIET, layer.queued),
                ("downloading", BLUE, layer.downloading),
                ("waiting for its parent", ORANGE, layer.waiting),
                ("extracting", GREEN, layer.extracting),
            ):
                left, width = (start - trace.arrived) / size, (end - start) / size
                ax.barh(row, width, BAR, left, color=colour, label=None if row else name)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderaxespad=0.2)
        ax.set_xlim(0.0, 1.01 * trace.duration / size)
        ax.grid(axis="x")
        ax.set_xlabel(f"time since the command ({unit})")
        ax.set_title(f"docker {trace.command} by layer: {duration(trace.duration)}", pad=26)
    return ax


def pull_layers_height(trace: Trace) -> float:
    """Inches that its rows need."""
    return height_of_rows(len(layers_of(trace)), 0.3)
