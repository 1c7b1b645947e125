"""Which component saturates: in words, as tables, and as a folder of files."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from docksim.report import figures, markdown
from docksim.report.folder import MANIFEST, write_json
from docksim.report.manifest import provenance
from docksim.report.quantity import (
    NOTHING,
    digits,
    duration,
    duration_pair,
    number_pair,
    percent_pair,
)
from docksim.report.sheet import Cell, Sheet
from docksim.report.tables import UNITS, interval_note
from docksim.study.bottleneck import Bottleneck, Demand, Level

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

HEIGHT = 3.6
"""Inches of a figure."""

MEGA = 1e6

ERROR_OF_BOUNDS = 0.05
"""Bounds rest on demands that are measured, too: only what is further outside is called so."""


def answer(found: Bottleneck) -> str:
    """What saturates first, what is done at most, and what the bounds say of it."""
    bounds, key = found.bounds, found.load.key
    first = found.saturating
    most = max(found.levels, key=lambda level: level.throughput.value)
    if first is None:
        top = found.levels[-1]
        opening = f"Nothing saturates up to {key.path} = {key.text(top.value)}: {_busiest(top)}."
    else:
        opening = f"At {key.path} = {key.text(first.value)} a component is saturated: "
        opening += f"{_busiest(first)}."
    knee = f", the knee is at {digits(bounds.knee)} clients" if found.load.is_closed else ""
    return (
        f"{opening} The most that gets done is {digits(most.throughput.value)} commands/s, at "
        f"{key.text(most.value)}. Alone a command takes {duration(bounds.total)}{knee}; by its "
        f"demand {found.demanded_most} would saturate at {digits(bounds.saturation)} commands/s."
    )


def _busiest(level: Level) -> str:
    if level.bottleneck is None:
        return NOTHING
    use = percent_pair(level.utilisation[level.bottleneck])[0]
    return f"{level.bottleneck} ({use} in use)"


def sheets(found: Bottleneck) -> tuple[Sheet, ...]:
    """The curve, and the demands."""
    return level_sheet(found), demand_sheet(found)


def level_sheet(found: Bottleneck) -> Sheet:
    """One row a level: the simulated curve next to its bounds."""
    return Sheet(
        title=f"{found.load.workload.name} of {found.scenario.name} over its load",
        columns=(
            "<" + found.load.key.path,
            "commands/s",
            "at most",
            "mean latency",
            "at least",
            "failed",
            "<busiest component",
        ),
        rows=tuple(_level_row(found, level) for level in found.levels),
        notes=tuple(_notes(found)),
    )


def _level_row(found: Bottleneck, level: Level) -> tuple[Cell, ...]:
    latency = Cell(*duration_pair(level.latency)) if level.stable else Cell("unstable")
    least = level.latency_bound
    return (
        Cell(found.load.key.text(level.value), emphasis=True),
        Cell(*number_pair(level.throughput)),
        Cell(digits(level.throughput_bound)),
        latency,
        Cell(duration(least) if math.isfinite(least) else "no bound"),
        Cell(percent_pair(level.failed)[0]),
        Cell(_busiest(level)),
    )


def _notes(found: Bottleneck) -> list[str]:
    notes = [
        "Commands/s: those of the workload that ended ok; mean latency: theirs. At most, at "
        "least: asymptotic bounds from the demands under light load.",
        interval_note(found.replications),
    ]
    outside = [level for level in found.levels if _is_outside(level)]
    if outside:
        where = ", ".join(found.load.key.text(level.value) for level in outside)
        notes.append(
            f"Outside of the bounds at {where}: commands there demand less than under light load, "
            "for instance since fewer of them pull an image."
        )
    return notes


def _is_outside(level: Level) -> bool:
    """Whether the whole interval lies clearly on the wrong side of a bound."""
    most = (1 + ERROR_OF_BOUNDS) * level.throughput_bound
    least = (1 - ERROR_OF_BOUNDS) * level.latency_bound
    more = level.throughput.low is not None and level.throughput.low > most
    less = level.latency.high is not None and level.latency.high < least
    return more or (less and math.isfinite(least))


def demand_sheet(found: Bottleneck) -> Sheet:
    """One row a component, the largest demand first."""
    return Sheet(
        title="Service demands of a command under light load",
        columns=("<component", "<kind", "demand", "capacity", "others take", "at most per s"),
        rows=tuple(_demand_row(found, one) for one in found.demands),
        notes=(
            "Demand: by the utilisation law, use × capacity / throughput; of the cores what "
            "docker's processes use, without what containers burn. At most: what is left by "
            "others / demand.",
            interval_note(found.replications),
        ),
    )


def _demand_row(found: Bottleneck, one: Demand) -> tuple[Cell, ...]:
    counted = one.kind in UNITS
    measured = duration_pair(one.demand) if counted else number_pair(one.demand, " MB", MEGA)
    capacity = f"{one.capacity:,.6g}" if counted else f"{digits(one.capacity / MEGA)} MB/s"
    return (
        Cell(one.component, emphasis=one.component == found.demanded_most),
        Cell(one.kind),
        Cell(*measured),
        Cell(capacity),
        Cell(f"{100 * one.taken:.2g} %"),
        Cell(digits(1 / one.seconds)),
    )


def write_files(found: Bottleneck, folder: Path) -> None:
    """report.md, levels.csv, demands.csv, summary.json, figures, scenario and manifest."""
    pictures: dict[str, tuple[str, Callable[[Bottleneck, Axes], Axes]]] = {
        "throughput.png": ("Throughput over load, with its bound", figures.throughput_bounds),
        "latency.png": ("Mean latency over load, with its bound", figures.latency_bounds),
        "utilisation.png": ("Use of components over load", figures.utilisation_over_load),
    }
    for name, (_, draw) in pictures.items():
        figures.save(lambda ax, draw=draw: draw(found, ax), folder / name, HEIGHT)  # type: ignore[misc]
    found.table().to_csv(folder / "levels.csv", index=False, float_format="%.10g")
    found.demand_table().to_csv(folder / "demands.csv", index=False, float_format="%.10g")
    write_json(folder / "summary.json", found.to_json())
    (folder / "scenario.toml").write_text(found.scenario.to_toml(), encoding="utf-8")
    parts = [f"# Bottleneck of {found.scenario.name}\n", f"{answer(found)}\n"]
    parts += [markdown.figure(name, words) for name, (words, _) in pictures.items()]
    parts += [markdown.table(sheet) for sheet in sheets(found)]
    (folder / "report.md").write_text("\n".join(parts), encoding="utf-8")
    settings = {"replications": found.replications}
    write_json(folder / MANIFEST, provenance(found.scenario.name, found.seed, **settings))
