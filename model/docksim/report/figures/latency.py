"""How long commands take: quantiles with their intervals, and whole distributions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from docksim.report.figures.canvas import height_of_rows, log_seconds, name_rows, new_axes
from docksim.report.quantity import duration
from docksim.report.style import BLUE, COLOURS, INK, LINES, QUIET, styled
from docksim.study.estimates import estimate
from docksim.study.measures import latencies

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from docksim.study.estimates import Estimate
    from docksim.study.measures import CommandMeasures
    from docksim.study.results import Results

    Array = NDArray[np.float64]

MARKS = {"p50": ("o", 5.0), "p90": ("s", 4.2), "p95": ("D", 4.0), "p99": ("^", 5.0)}
"""Marker and size in points of each quantile."""

CLOSE = 3.0
"""Below this ratio of p99 to p50 their labels, if centred, might overlap."""

STEP = 0.13
"""Rows between a quantile's mark and the next one's."""

BOTTOM = 0.002
"""Share of commands below which a distribution is not drawn: its left tail would fill the plot."""


def latency_height(results: Results) -> float:
    """Inches that the figure needs."""
    return height_of_rows(len(results.command_measures), each=0.48)


def latency(results: Results, ax: Axes | None = None) -> Axes:
    """One row a command, p50 to p99, each with its 95 % interval; seconds on a log axis."""
    measures = sorted(results.command_measures.values(), key=_median)
    with styled():
        ax = ax or new_axes(latency_height(results))
        name_rows(ax, [one.name for one in measures])
        log_seconds(ax)
        for row, one in enumerate(measures):
            if one.latency_s["p50"].known:
                _draw_row(ax, row, one)
            else:
                why = "none ended ok" if one.stable else "unstable: its backlog grows without bound"
                note = ax.text(0.01, row, why, transform=ax.get_yaxis_transform(), va="center")
                note.set(color=QUIET, style="italic", backgroundcolor="white")
        _explain_marks(ax, measures, with_intervals=len(results.records) > 1)
        ax.set_title(f"Latency of commands · {results.scenario.name}", pad=26)
    return ax


def _median(one: CommandMeasures) -> float:
    median = one.latency_s["p50"]
    return median.value if median.known else float("inf")


def _draw_row(ax: Axes, row: int, one: CommandMeasures) -> None:
    median, tail = one.latency_s["p50"].value, one.latency_s["p99"].value
    ax.hlines(row, median, tail, color=BLUE, alpha=0.18, linewidth=13)
    for step, (name, (marker, size)) in enumerate(MARKS.items()):
        measured = one.latency_s[name]
        # One below the other, so that intervals which overlap are still told apart.
        y = row + STEP * (step - (len(MARKS) - 1) / 2)
        _draw_interval(ax, y, measured)
        face = "white" if name in one.flagged else BLUE
        ax.plot(measured.value, y, marker, ms=size, mfc=face, mec=BLUE, mew=1.0, zorder=3)
    close = tail < CLOSE * median
    for value, side in ((median, "right"), (tail, "left")):
        text = ax.annotate(duration(value), (value, row - 2 * STEP), va="center")
        text.set(position=(0, 7), fontsize=7.5, ha=side if close else "center")
        text.set_anncoords("offset points")


def _draw_interval(ax: Axes, y: float, measured: Estimate) -> None:
    if measured.low is None or measured.high is None:
        return
    # A log axis cannot show an interval that reaches zero: it is cut a decade below the value.
    low = max(measured.low, measured.value / 10)
    ax.plot([low, measured.high], [y, y], color=INK, linewidth=0.9, marker="|", ms=5, mew=0.9)


def _explain_marks(ax: Axes, measures: Sequence[CommandMeasures], *, with_intervals: bool) -> None:
    for name, (marker, size) in MARKS.items():
        ax.plot([], [], marker, ms=size, mfc=BLUE, mec=BLUE, label=name)
    if with_intervals:
        ax.plot([], [], color=INK, linewidth=0.9, marker="|", ms=5, label="95 % interval")
    if any(one.flagged for one in measures):
        ax.plot([], [], "o", ms=6, mfc="white", mec=BLUE, label="hollow: too few observations")
    ax.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=6,
        handlelength=1.4,
        handletextpad=0.3,
        columnspacing=1.2,
        borderaxespad=0.2,
    )


def latency_distribution(results: Results, ax: Axes | None = None) -> Axes:
    """The share of commands done within a time: mean and 95 % band over the replications."""
    measures = [one for one in results.command_measures.values() if one.latency_s["p50"].known]
    with styled():
        ax = ax or new_axes(3.6)
        for number, one in enumerate(sorted(measures, key=_median)):
            found = [latencies(records, one.name) for records in results.records]
            samples = [np.sort(sample) for sample in found if len(sample)]
            colour = COLOURS[number % len(COLOURS)]
            line = LINES[number % len(LINES)]
            _draw_distribution(ax, samples, label=one.name, colour=colour, line=line)
        log_seconds(ax)
        ax.set_ylim(0, 1.02)
        ax.yaxis.set_major_formatter("{x:.0%}")
        ax.grid(axis="y")
        ax.set_ylabel("commands done (share)")
        ax.set_title(f"Latency of commands · {results.scenario.name}")
        if measures:
            ax.legend(loc="center left", bbox_to_anchor=(1.0, 0.5))
    return ax


def _draw_distribution(
    ax: Axes, samples: Sequence[Array], *, label: str, colour: str, line: str
) -> None:
    low = min(float(np.quantile(sample, BOTTOM)) for sample in samples)
    high = max(float(sample[-1]) for sample in samples)
    times = np.geomspace(max(low, high / 1e9) / 1.05, high * 1.05, 200)
    shares = np.array([np.searchsorted(sample, times, "right") / len(sample) for sample in samples])
    band = [estimate(column) for column in shares.T]
    ax.plot(times, [point.value for point in band], line, color=colour, label=label)
    if len(samples) > 1:
        floor = [max(point.low or 0.0, 0.0) for point in band]
        ceiling = [min(point.high or 0.0, 1.0) for point in band]
        ax.fill_between(times, floor, ceiling, color=colour, alpha=0.2, linewidth=0)
