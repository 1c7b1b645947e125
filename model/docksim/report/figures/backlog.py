"""How many commands are in the system over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from docksim.report.figures.canvas import new_axes
from docksim.report.style import BLUE, QUIET, VERMILION, styled
from docksim.study.estimates import estimate

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from docksim.study.results import Results

INSTANTS = 200


def in_system(results: Results, ax: Axes | None = None) -> Axes:
    """Each replication as a thin line, their mean, and its 95 % interval as a band."""
    paths = [records.backlog for records in results.records if len(records.backlog)]
    colour = BLUE if results.stability.stable else VERMILION
    with styled():
        ax = ax or new_axes(3.0)
        thin: dict[str, Any] = {"color": colour, "linewidth": 1.0}
        if len(paths) > 1:
            thin = {"color": QUIET, "linewidth": 0.7, "alpha": 0.55}
        for number, path in enumerate(paths):
            label = "replication" if number == 0 else None
            times, numbers = path["time"], path["in_system"]
            ax.plot(times, numbers, drawstyle="steps-post", label=label, **thin)
        if len(paths) > 1:
            _draw_mean(ax, paths, colour)
        ax.set_ylim(bottom=0)
        ax.margins(x=0.01)
        ax.grid(axis="y")
        ax.set_xlabel("simulated time (s)")
        ax.set_ylabel("commands in the system (number)")
        verdict = "" if results.stability.stable else " · unstable"
        ax.set_title(f"Work in the system · {results.scenario.name}{verdict}", pad=26)
        if paths:
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def _draw_mean(ax: Axes, paths: list[pd.DataFrame], colour: str) -> None:
    # Runs that end with their last command differ in length: the mean ends with the shortest.
    start = max(float(path["time"].min()) for path in paths)
    end = min(float(path["time"].max()) for path in paths)
    times = np.linspace(start, end, INSTANTS)
    rows = [
        path["in_system"].to_numpy()[np.searchsorted(path["time"], times, "right") - 1]
        for path in paths
    ]
    band = [estimate(column) for column in np.array(rows).T]
    floor = [max(point.low or 0.0, 0.0) for point in band]
    ceiling = [point.high or 0.0 for point in band]
    faint: dict[str, Any] = {"color": colour, "alpha": 0.2, "linewidth": 0}
    ax.fill_between(times, floor, ceiling, label="95 % interval", **faint)
    ax.plot(times, [point.value for point in band], color=colour, label="mean")
