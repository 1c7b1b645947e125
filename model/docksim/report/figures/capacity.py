"""The evidence of a capacity search, and the demand curve."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from matplotlib.ticker import EngFormatter, ScalarFormatter

from docksim.report.figures.canvas import new_axes
from docksim.report.style import BLUE, INK, ORANGE, QUIET, VERMILION, styled
from docksim.scenario.quantities import BYTES, BYTES_PER_SECOND
from docksim.study.slo import Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.capacity import Candidate, Capacity
    from docksim.study.demand import DemandCurve
    from docksim.study.key import Key

HEIGHT = 3.6

MARKS = {
    Verdict.MET: ("o", BLUE, BLUE),
    Verdict.NOT_MET: ("s", VERMILION, VERMILION),
    Verdict.UNDECIDED: ("D", ORANGE, "white"),
}
"""Marker, colour and filling of each verdict."""

WIDE = 8.0
"""Above this ratio of the largest to the smallest value an axis is logarithmic."""


def candidates(capacity: Capacity, objective: int = 0, ax: Axes | None = None) -> Axes:
    """The measure of one objective at every value tried, its interval, the bound, the bracket."""
    slo = capacity.slos[objective]
    with styled():
        ax = ax or new_axes(HEIGHT)
        for verdict in Verdict:
            chosen = [one for one in capacity.candidates if one.verdict is verdict]
            measured = [one for one in chosen if one.evidence[objective].measured.known]
            _draw_measured(ax, measured, objective, verdict)
            _draw_impossible(ax, [one for one in chosen if one not in measured])
        bound = slo.measure.scale.write(slo.bound)
        ax.axhline(slo.bound, color=INK, linewidth=1.0, linestyle="--", label=f"bound: {bound}")
        _shade(ax, capacity)
        values = [one.value for one in capacity.candidates]
        key_axis(ax, capacity.key, values)
        _measure_axis(ax, capacity, objective)
        ax.grid(axis="y")
        ax.set_title(f"Capacity · {capacity.scenario.name}", pad=26)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, borderaxespad=0.2)
    return ax


def _draw_measured(ax: Axes, chosen: list[Candidate], objective: int, verdict: Verdict) -> None:
    if not chosen:
        return
    found = [one.evidence[objective].measured for one in chosen]
    half_widths = [each.half_width or 0.0 for each in found]
    marker, colour, face = MARKS[verdict]
    look: dict[str, Any] = {"fmt": marker, "color": colour, "mfc": face, "ms": 5.5, "capsize": 3}
    values = [one.value for one in chosen]
    means = [each.value for each in found]
    ax.errorbar(values, means, half_widths, label=str(verdict), elinewidth=1.0, **look)


def _draw_impossible(ax: Axes, chosen: list[Candidate]) -> None:
    """At the upper edge, in words: there is no measure to draw."""
    for one in chosen:
        ax.plot(one.value, 0.97, "x", color=VERMILION, transform=ax.get_xaxis_transform())
        text = ax.text(one.value, 0.92, one.reason or "not observed", ha="center", va="top")
        text.set(transform=ax.get_xaxis_transform(), fontsize=7.5, color=VERMILION, rotation=90)


def _shade(ax: Axes, capacity: Capacity) -> None:
    holds, fails = capacity.bracket.holds, capacity.bracket.fails
    if holds is not None and fails is not None:
        ax.axvspan(*sorted((holds, fails)), color=QUIET, alpha=0.2, lw=0, label="bracket")


def _measure_axis(ax: Axes, capacity: Capacity, objective: int) -> None:
    scale, name = capacity.slos[objective].measure.scale, capacity.slos[objective].measure.name
    found = [one.evidence[objective].measured.value for one in capacity.candidates]
    positive = [value for value in found if value > 0]
    if positive and max(positive) > WIDE * min(positive):
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(ScalarFormatter())
    else:
        ax.set_ylim(bottom=0)
    if scale.is_share:
        ax.yaxis.set_major_formatter("{x:.0%}")
    unit = "share" if scale.is_share else scale.quantity.unit if scale.quantity else "number"
    ax.set_ylabel(f"{name} ({unit.replace('/s', '1/s')})")


def key_axis(ax: Axes, key: Key, values: list[float]) -> None:
    """Make the horizontal axis one of the values of a key, logarithmic when they are far apart."""
    if min(values) > 0 and max(values) > WIDE * min(values):
        ax.set_xscale("log", base=2)
        ax.xaxis.set_major_formatter(ScalarFormatter())
    if key.quantity in (BYTES, BYTES_PER_SECOND):
        ax.xaxis.set_major_formatter(EngFormatter(unit=key.quantity.unit))
    unit = key.quantity.unit.replace("/s", "1/s") if key.quantity else "number"
    ax.set_xlabel(f"{key.path} ({unit})")


def demand_curve(curve: DemandCurve, ax: Axes | None = None) -> Axes:
    """The bracket of the border at each level: what is met and what is not, joined by lines."""
    table = curve.table()
    levels = table[curve.per.path].to_numpy()
    with styled():
        ax = ax or new_axes(HEIGHT)
        ax.fill_between(levels, table["holds"], table["fails"], color=QUIET, alpha=0.2, lw=0)
        ax.plot(levels, table["holds"], "o-", color=BLUE, label="met")
        ax.plot(levels, table["fails"], "s--", color=VERMILION, label="not met")
        key_axis(ax, curve.per, list(curve.levels))
        ax.set_ylim(bottom=0)
        if curve.key.quantity in (BYTES, BYTES_PER_SECOND):
            ax.yaxis.set_major_formatter(EngFormatter(unit=curve.key.quantity.unit))
        unit = curve.key.quantity.unit.replace("/s", "1/s") if curve.key.quantity else "number"
        ax.set_ylabel(f"{curve.key.path} ({unit})")
        ax.grid(axis="y")
        objectives = " and ".join(str(slo) for slo in curve.answers[0].slos)
        ax.set_title(f"{objectives} · {curve.scenario.name}", pad=26)
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)
    return ax
