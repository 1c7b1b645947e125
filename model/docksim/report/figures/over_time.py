"""What changes in the course of a run: latency quantiles, and the queues of the components."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from docksim.report.figures.canvas import new_axes
from docksim.report.style import COLOURS, LINES, QUIET, styled
from docksim.report.traces.hops import TraceError
from docksim.study.estimates import estimate
from docksim.system.outcomes import OK

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from docksim.study.results import Results

HEIGHT = 3.2
SPANS = 30
"""Parts of a run, of each of which the quantiles are taken."""

QUANTILES = {"p50": 0.5, "p95": 0.95}

LONGEST = 5
"""Components whose queues are shown."""


def latency_over_time(results: Results, ax: Axes | None = None, command: str | None = None) -> Axes:
    """p50 and p95 of the commands that arrived in each part of the run: the mean over replications
    with its 95 % interval, the warm-up shaded."""
    end = max(records.window[1] for records in results.records)
    edges = np.linspace(0.0, end, SPANS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    warm_up = max(records.window[0] for records in results.records)
    with styled():
        ax = ax or new_axes(HEIGHT)
        for (name, share), colour, line in zip(QUANTILES.items(), COLOURS, LINES, strict=False):
            table = np.array(
                [_quantiles(each.commands, command, edges, share) for each in results.records]
            )
            _band(ax, middles, table, name, colour, line)
        if warm_up:
            ax.axvspan(0.0, warm_up, color=QUIET, alpha=0.25, lw=0, label="warm-up")
        ax.set_xlim(0.0, end)
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel("arrival (s of simulated time)")
        ax.set_ylabel("latency (s)")
        ax.grid(axis="y")
        ax.set_title(f"Latency over time · {results.scenario.name} · {command or 'all commands'}",
                     pad=26)  # fmt: skip
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def queues(results: Results, ax: Axes | None = None) -> Axes:
    """How many wait at the components with the longest queues, in the first replication.

    Raises TraceError when it was not traced.
    """
    table = results.records[0].queues
    if table.empty:
        raise TraceError("the records hold no queues: simulate with trace=True")
    means = table.groupby("component")["queue"].mean()
    longest = means[means > 0.0].nlargest(LONGEST)
    with styled():
        ax = ax or new_axes(HEIGHT)
        for number, name in enumerate(longest.index):
            own = table[table["component"] == name]
            ax.plot(own["time"], own["queue"], LINES[number % len(LINES)], drawstyle="steps-pre",
                    color=COLOURS[number % len(COLOURS)], linewidth=1.2, label=name)  # fmt: skip
        ax.margins(x=0.01)
        ax.set_ylim(bottom=0.0)
        ax.set_xlabel("simulated time (s)")
        ax.set_ylabel("waiting (mean number)")
        ax.grid(axis="y")
        ax.set_title(f"Queues · {results.scenario.name}", pad=26 if len(longest) <= 3 else 40)
        if len(longest):
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2)
    return ax


def _quantiles(
    commands: pd.DataFrame, command: str | None, edges: np.ndarray[Any, Any], share: float
) -> list[float]:
    """One for each part of the run; nan where none arrived that ended ok."""
    own = commands[commands["outcome"] == OK]
    if command is not None:
        own = own[own["command"] == command]
    place = np.digitize(own["arrived"], edges) - 1
    by_place = (own["ended"] - own["arrived"]).groupby(place).quantile(share)
    return [float(by_place.get(number, np.nan)) for number in range(len(edges) - 1)]


def _band(
    ax: Axes,
    middles: np.ndarray[Any, Any],
    table: np.ndarray[Any, Any],
    name: str,
    colour: str,
    line: str,
) -> None:
    seen = [column[~np.isnan(column)] for column in table.T]
    found = [estimate(column) if len(column) else None for column in seen]
    known = [place for place, each in enumerate(found) if each is not None]
    values = [found[place] for place in known]
    middle = [each.value for each in values if each]
    ax.plot(middles[known], middle, line, color=colour, label=name)
    low = [each.value if each.low is None else max(each.low, 0.0) for each in values if each]
    high = [each.value if each.high is None else each.high for each in values if each]
    ax.fill_between(middles[known], low, high, color=colour, alpha=0.2, linewidth=0)
