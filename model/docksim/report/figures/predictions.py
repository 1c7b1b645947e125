"""Predictions over measurements: what lies in the band is within a fifth."""

from __future__ import annotations

from typing import TYPE_CHECKING

from docksim.report.figures.canvas import new_axes
from docksim.report.style import GRID, QUIET, styled

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

HEIGHT = 4.6
BAND = 0.2
MARKERS = "osD^vP*Xh"

MOST_SPREAD = 0.9
"""A wider spread is drawn as this: there is no zero on a logarithmic axis."""


def predicted_against_measured(
    errors: pd.DataFrame, measure: str = "p50", ax: Axes | None = None
) -> Axes:
    """A measure of every operation, by set. Bars: the spread of the engine's repeated blocks, and
    the prediction's 95 % interval."""
    own = errors[errors["measure"] == measure]
    unit = "cycles/s" if measure == "throughput" else "s"
    with styled():
        ax = ax or new_axes(HEIGHT)
        ends = own[["measured", "predicted"]].to_numpy()
        limits = [ends.min(), ends.max()] if len(own) else [1.0, 1.0]
        ax.plot(limits, limits, color=QUIET, linewidth=0.8)
        low, high = ([(1.0 + side) * each for each in limits] for side in (-BAND, BAND))
        ax.fill_between(limits, low, high, color=GRID, label=f"within {BAND:.0%}")
        # A set looks alike for all measures, of which it may lack some.
        for place, (name, marker) in enumerate(
            zip(sorted(set(errors["set"])), MARKERS, strict=False)
        ):
            each = own[own["set"] == name]
            if each.empty:
                continue
            ax.errorbar(
                each["measured"],
                each["predicted"],
                xerr=each["spread"].clip(upper=MOST_SPREAD) * each["measured"],
                yerr=(each["high"] - each["low"]).fillna(0.0) / 2,
                fmt=marker,
                color=f"C{place}",
                markersize=4,
                linewidth=0.8,
                label=name,
            )
        ax.set(xscale="log", yscale="log", xlabel=f"measured ({unit})",
               ylabel=f"predicted ({unit})", title=measure)  # fmt: skip
        ax.legend()
    return ax
