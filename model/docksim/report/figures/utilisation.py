"""How busy each component is, busiest first."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from docksim.report.figures.canvas import height_of_rows, name_rows, new_axes
from docksim.report.quantity import digits
from docksim.report.style import BLUE, INK, QUIET, VERMILION, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.measures import ComponentMeasures
    from docksim.study.results import Results

MOST = 14
"""So many components are shown: those after them are idle in practice."""


def shown_components(results: Results) -> list[ComponentMeasures]:
    """The busiest resources that have a limit, and that were used at all."""
    limited = [
        one
        for one in results.component_measures.values()
        if one.is_resource and one.utilisation.value > 0 and math.isfinite(one.capacity)
    ]
    return limited[:MOST]


def utilisation_height(results: Results) -> float:
    """Inches that the figure needs."""
    return height_of_rows(len(shown_components(results)))


def utilisation(results: Results, ax: Axes | None = None) -> Axes:
    """One bar a component in per cent of its capacity, with the 95 % interval."""
    shown = shown_components(results)
    with styled():
        ax = ax or new_axes(utilisation_height(results))
        name_rows(ax, [f"{one.name}  ({one.kind})" for one in shown])
        for row, one in enumerate(shown):
            _draw_bar(ax, row, one, BLUE if one.name != results.bottleneck else VERMILION)
        ax.axvline(100, color=QUIET, linewidth=0.8, linestyle=":")
        ax.set_xlim(0, 112)
        ax.set_xticks(range(0, 101, 20))
        ax.grid(axis="x")
        ax.set_xlabel("utilisation (% of capacity)" + _legend_of(results))
        ax.set_title(f"Utilisation of components · {results.scenario.name}")
    return ax


def _draw_bar(ax: Axes, row: int, one: ComponentMeasures, colour: str) -> None:
    share = one.utilisation
    ax.barh(row, 100 * share.value, height=0.62, color=colour)
    end = 100 * share.value
    if share.low is not None and share.high is not None:
        limits = [100 * max(share.low, 0.0), 100 * share.high]
        ax.plot(limits, [row, row], color=INK, linewidth=1.0, marker="|", ms=8)
        end = max(end, limits[1])
    ax.annotate(
        f"{digits(100 * share.value, 2, decimals=1)} %",
        (end, row),
        xytext=(5, 0),
        textcoords="offset points",
        va="center",
        fontsize=8,
    )


def _legend_of(results: Results) -> str:
    parts = []
    if results.bottleneck is not None:
        parts.append("orange: the bottleneck")
    if len(results.records) > 1:
        parts.append("whiskers: 95 % interval")
    return " · ".join(["", *parts])
