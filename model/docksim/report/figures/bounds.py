"""Throughput, latency and use of components over load, next to the asymptotic bounds."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from docksim.report.figures.canvas import new_axes
from docksim.report.figures.capacity import key_axis
from docksim.report.style import BLUE, COLOURS, INK, LINES, QUIET, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.bottleneck import Bottleneck
    from docksim.study.estimates import Estimate

HEIGHT = 3.6
POINTS = 400
MOST = 6
"""So many components are drawn: those that are used most at some level."""


def throughput_bounds(found: Bottleneck, ax: Axes | None = None) -> Axes:
    """Commands done a second over load, with 95 % intervals; the bound is dashed."""
    load, bounds = found.load, found.bounds
    with styled():
        ax = ax or new_axes(HEIGHT)
        _curve(ax, found, [level.throughput for level in found.levels])
        loads = _loads(found)
        bound = [load.throughput_bound(value, bounds) for value in loads]
        ax.plot(loads, bound, "--", color=INK, linewidth=1.1, label="at most")
        _finish(ax, found, "commands done (1/s)", "Throughput over load")
        ax.set_ylim(bottom=0)
    return ax


def latency_bounds(found: Bottleneck, ax: Axes | None = None) -> Axes:
    """Mean latency over load, with 95 % intervals, where it is stable; the bound is dashed."""
    load, bounds = found.load, found.bounds
    with styled():
        ax = ax or new_axes(HEIGHT)
        _curve(ax, found, [level.latency for level in found.levels])
        loads = _loads(found)
        bound = np.array([load.latency_bound(value, bounds) for value in loads])
        bound[np.isinf(bound)] = math.nan
        ax.plot(loads, bound, "--", color=INK, linewidth=1.1, label="at least")
        _finish(ax, found, "mean latency (s)", "Latency over load")
        ax.set_ylim(bottom=0)
    return ax


def utilisation_over_load(found: Bottleneck, ax: Axes | None = None) -> Axes:
    """How busy the components are at each level, with 95 % intervals."""
    names = {one.component for one in found.demands}
    most = {name: max(level.utilisation[name].value for level in found.levels) for name in names}
    with styled():
        ax = ax or new_axes(HEIGHT)
        for number, name in enumerate(sorted(names, key=lambda name: -most[name])[:MOST]):
            look = {"color": COLOURS[number], "linestyle": LINES[number % len(LINES)]}
            _curve(ax, found, [level.utilisation[name] for level in found.levels], name, look)
        _finish(ax, found, "utilisation (% of capacity)", "Use of components over load", columns=3)
        ax.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}")
        ax.set_ylim(0, 1.05)
    return ax


def _curve(
    ax: Axes,
    found: Bottleneck,
    measured: list[Estimate],
    label: str = "simulated",
    look: dict[str, Any] | None = None,
) -> None:
    values = [level.value for level in found.levels]
    half_widths = [each.half_width or 0.0 for each in measured]
    means = [each.value for each in measured]
    look = look or {"color": BLUE}
    ax.errorbar(values, means, half_widths, marker="o", ms=4, capsize=3, label=label, **look)


def _loads(found: Bottleneck) -> np.ndarray[Any, np.dtype[np.float64]]:
    values = [level.value for level in found.levels]
    return np.geomspace(min(values), max(values), POINTS)


def _finish(ax: Axes, found: Bottleneck, label: str, title: str, columns: int = 4) -> None:
    values = [level.value for level in found.levels]
    where = found.bounds.knee if found.load.is_closed else found.bounds.saturation
    if min(values) <= where <= max(values):
        name = "knee" if found.load.is_closed else "saturation"
        ax.axvline(where, color=QUIET, linewidth=0.9, linestyle=":", label=f"{name}: {where:.3g}")
    key_axis(ax, found.load.key, values)
    ax.grid(axis="y")
    ax.set_ylabel(label)
    rows = 1 if columns > 3 else 3
    ax.set_title(f"{title} · {found.scenario.name}", pad=14 + 12 * rows)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=columns, borderaxespad=0.2)
