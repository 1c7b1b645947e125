"""A study's measures over the levels of its factors: lines with intervals, and a heat map."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.ticker import LogLocator, NullFormatter, ScalarFormatter

from docksim.report.figures.canvas import new_axes
from docksim.report.quantity import duration
from docksim.report.style import COLOURS, INK, LINES, styled
from docksim.study.design.document import Factor, Levels, Picture
from docksim.study.scales import DURATION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.experiment.outcome import Series, StudyResults

HEIGHT = 3.6
MARKERS = "os^Dv<>"
LOST = "unstable or refused"
"""What a cross at the top stands for."""

WIDE = 8.0
"""Above this ratio of the largest to the smallest value an axis is logarithmic."""


def response(results: StudyResults, picture: Picture, ax: Axes | None = None) -> Axes:
    """The measure with its 95 % intervals at each level of one factor, a line for each of another.

    Points past their capacity have no latency, and are crosses at the top.
    """
    factor = _factor(results, picture.x)
    shared = _selected(results, picture)
    levels = {name: place for place, name in enumerate(_levels(factor, shared))}
    with styled():
        ax = ax or new_axes(HEIGHT)
        groups = _groups(results, picture, shared)
        for number, (name, series) in enumerate(groups.items()):
            shift = 0.0 if _is_numeric(factor, shared) else 0.12 * (number - (len(groups) - 1) / 2)
            _line(ax, results, picture, series, levels, name, number, shift)
        _x_axis(ax, factor, shared, levels)
        _y_axis(ax, results, picture.measure)
        labelled = bool(ax.get_legend_handles_labels()[1])
        ax.set_title(_title(results, picture), pad=26 if labelled else 10)
        if labelled:
            ax.legend(
                title=None, loc="lower left", bbox_to_anchor=(0, 1), ncols=5, borderaxespad=0.2
            )
    return ax


def heat_map(results: StudyResults, picture: Picture, ax: Axes | None = None) -> Axes:
    """The measure by two factors, as colours and figures; "–" where there is none."""
    assert picture.by is not None
    shared = _selected(results, picture)
    columns = _levels(_factor(results, picture.x), shared)
    rows = _levels(_factor(results, picture.by), shared)
    table = np.full((len(rows), len(columns)), math.nan)
    for each in shared:
        place = (
            rows.index(each.point.levels[picture.by]),
            columns.index(each.point.levels[picture.x]),
        )
        table[place] = results.estimate(each, picture.measure).value
    with styled():
        ax = ax or new_axes(1.6 + 0.38 * len(rows))
        shown = np.log10(table) if _is_wide(table) else table
        image = ax.imshow(shown, aspect="auto", cmap="cividis_r")
        middle = np.nanmean([np.nanmin(shown), np.nanmax(shown)])
        for row, column in np.ndindex(*table.shape):
            dark = shown[row, column] > middle
            text = _text(results, picture.measure, float(table[row, column]))
            ax.text(column, row, text, ha="center", va="center", fontsize=8,
                    color="white" if dark else INK)  # fmt: skip
        ax.set_xticks(range(len(columns)), columns)
        ax.set_yticks(range(len(rows)), rows)
        ax.set_xlabel(picture.x)
        ax.set_ylabel(picture.by)
        ax.spines[:].set_visible(False)
        ax.tick_params(length=0)
        ax.set_title(_title(results, picture))
        image.set_clim(np.nanmin(shown), np.nanmax(shown))
    return ax


def _selected(results: StudyResults, picture: Picture) -> list[Series]:
    """The points whose factors, but for those on the axes, are as the picture says or as in the
    baseline."""
    free = {picture.x, picture.by}
    fixed: Levels = {
        factor.name: factor.names[0] for factor in results.study.factor if factor.names
    }
    fixed |= results.study.baseline | picture.at
    wanted = {name: level for name, level in fixed.items() if name not in free}
    return [each for each in results.series if each.point.has(wanted)]


def _factor(results: StudyResults, name: str) -> Factor:
    return next(each for each in results.study.factor if each.name == name)


def _levels(factor: Factor, shared: list[Series]) -> list[str]:
    if factor.names:
        return list(factor.names)
    found = {each.point.numbers[factor.name]: each.point.levels[factor.name] for each in shared}
    return [found[number] for number in sorted(found)]


def _groups(
    results: StudyResults, picture: Picture, shared: list[Series]
) -> dict[str, list[Series]]:
    if picture.by is None:
        return {"": shared}
    names = _levels(_factor(results, picture.by), shared)
    by = picture.by
    return {
        f"{by} {name}" if name[:1].isdigit() else name: own
        for name in names
        if (own := [each for each in shared if each.point.levels[by] == name])
    }


def _line(
    ax: Axes,
    results: StudyResults,
    picture: Picture,
    series: list[Series],
    levels: dict[str, int],
    name: str,
    number: int,
    shift: float,
) -> None:
    known = [(each, results.estimate(each, picture.measure)) for each in series]
    known = [(each, found) for each, found in known if found.known]
    known.sort(key=lambda pair: levels[pair[0].point.levels[picture.x]])
    numeric = _is_numeric(_factor(results, picture.x), series)

    def place(each: Series) -> float:
        point = each.point
        return point.numbers[picture.x] if numeric else levels[point.levels[picture.x]] + shift

    colour = COLOURS[number % len(COLOURS)]
    ax.errorbar(
        [place(each) for each, _ in known],
        [found.value for _, found in known],
        [found.half_width or 0.0 for _, found in known],
        fmt=MARKERS[number % len(MARKERS)] + (LINES[number % len(LINES)] if numeric else ""),
        color=colour, ms=4.5, capsize=2.5, elinewidth=1.0, label=name or None,
    )  # fmt: skip
    lost = [place(each) for each in series if each.refusal or not each.is_stable]
    if lost:
        label = LOST if LOST not in ax.get_legend_handles_labels()[1] else None
        heights, axis = [0.97] * len(lost), ax.get_xaxis_transform()
        ax.plot(lost, heights, "x", color=colour, label=label, transform=axis)


def _is_numeric(factor: Factor, series: list[Series]) -> bool:
    return all(factor.name in each.point.numbers for each in series)


def _x_axis(ax: Axes, factor: Factor, shared: list[Series], levels: dict[str, int]) -> None:
    ax.set_xlabel(factor.name)
    if not _is_numeric(factor, shared):
        ax.set_xticks(range(len(levels)), list(levels))
        ax.set_xlim(-0.5, len(levels) - 0.5)
        return
    values = sorted({each.point.numbers[factor.name] for each in shared})
    if values and values[0] > 0 and values[-1] > WIDE * values[0]:
        ax.set_xscale("log", base=2)
        ax.xaxis.set_major_formatter(ScalarFormatter())
    if len(values) <= 12:
        ax.set_xticks(values, [f"{value:,.6g}" for value in values])
        ax.minorticks_off()


def _y_axis(ax: Axes, results: StudyResults, measure: str) -> None:
    scale = results.measures[results.place(measure)].scale
    low, high = ax.dataLim.y0, ax.dataLim.y1
    if 0 < low < math.inf and high > WIDE * low:
        ax.set_yscale("log")
        ax.yaxis.set_major_locator(LogLocator(10.0, subs=(1.0, 2.0, 5.0)))
        ax.yaxis.set_major_formatter(ScalarFormatter())
        ax.yaxis.set_minor_formatter(NullFormatter())
    else:
        ax.set_ylim(bottom=0)
    if scale.is_share:
        ax.yaxis.set_major_formatter("{x:.0%}")
    unit = "share" if scale.is_share else scale.quantity.unit if scale.quantity else "number"
    ax.set_ylabel(f"{measure} ({unit.replace('/s', '1/s')})")
    ax.grid(axis="y")


def _is_wide(table: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> bool:
    known = table[~np.isnan(table)]
    return bool(len(known) and known.min() > 0 and known.max() > WIDE * known.min())


def _text(results: StudyResults, measure: str, value: float) -> str:
    if math.isnan(value):
        return "–"
    scale = results.measures[results.place(measure)].scale
    if scale is DURATION:
        return duration(value)
    return f"{value:.0%}" if scale.is_share else f"{value:.3g}"


def _title(results: StudyResults, picture: Picture) -> str:
    fixed = {**results.study.baseline, **picture.at}
    kept = [
        f"{name} {level}" for name, level in fixed.items() if name not in (picture.x, picture.by)
    ]
    return " · ".join([results.study.name, *kept])
