"""The tables of a study: one row a command, one row a component, and the words around them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from docksim.report.quantity import NOTHING, digits, duration_pair, number_pair, percent_pair
from docksim.report.sheet import Cell, Sheet
from docksim.study.estimates import OBSERVATIONS_BEYOND
from docksim.study.measures import (
    LATENCY_MEASURES,
    SATURATED,
    CommandMeasures,
    ComponentMeasures,
)
from docksim.study.results import Results


def sheets(results: Results) -> tuple[Sheet, ...]:
    """Commands, their latency, components: each fits a terminal of 80 columns."""
    return command_sheet(results), latency_sheet(results), component_sheet(results)


def command_sheet(results: Results) -> Sheet:
    """Counts, errors by kind and throughput of every command."""
    return Sheet(
        title=f"Commands of {results.scenario.name}",
        columns=("<command", "count", "ok", "in progress", "ok per s", "<errors"),
        rows=tuple(_command_row(one) for one in results.command_measures.values()),
        notes=(
            _counted(results),
            interval_note(len(results.records)),
            results.stability.statement,
        ),
    )


def _command_row(one: CommandMeasures) -> tuple[Cell, ...]:
    errors = ", ".join(f"{count:,} {kind}" for kind, count in one.errors.items())
    return (
        Cell(one.name, emphasis=True),
        Cell(f"{one.count:,}"),
        Cell(f"{one.ok:,}"),
        Cell(f"{one.in_progress:,}"),
        Cell(*number_pair(one.throughput_per_s)),
        Cell(errors or "none"),
    )


def _counted(results: Results) -> str:
    start, end = results.window
    count = len(results.records)
    in_all = f", {count} replications together" if count > 1 else ""
    return (
        f"Counted: commands that arrived from {start:,.6g} s to {end:,.6g} s of simulated time"
        f"{in_all}. Ok per s: those that ended ok in this time, whenever they arrived."
    )


def latency_sheet(results: Results) -> Sheet:
    """Mean, quantiles and maximum of every command's latency."""
    rows = []
    for one in results.command_measures.values():
        rows.append(_latency_row(one))
        if one.first_byte_s:
            rows.append(_first_byte_row(one))
    return Sheet(
        title="Latency",
        columns=("<command", *LATENCY_MEASURES),
        rows=tuple(rows),
        notes=tuple(_latency_notes(results)),
    )


def _latency_row(one: CommandMeasures) -> tuple[Cell, ...]:
    name = Cell(one.name, emphasis=True)
    if not one.stable:
        nothing = [Cell(NOTHING)] * (len(LATENCY_MEASURES) - 1)
        return (name, Cell("unstable", emphasis=True), *nothing)
    return (name, *(_latency(one, measure) for measure in LATENCY_MEASURES))


def _latency(one: CommandMeasures, measure: str) -> Cell:
    text, below = duration_pair(one.latency_s[measure])
    return Cell(f"{text}*" if measure in one.flagged else text, below)


def _first_byte_row(one: CommandMeasures) -> tuple[Cell, ...]:
    measured = [Cell(*duration_pair(one.first_byte_s[name])) for name in LATENCY_MEASURES]
    return (Cell(" first byte"), *measured)


def _latency_notes(results: Results) -> Iterable[str]:
    yield (
        "Of the counted commands that ended ok: time from the user's command to its end, and for "
        "streams to the first byte of output."
    )
    yield interval_note(len(results.records))
    if any(one.flagged for one in results.command_measures.values()):
        yield (
            f"* too few observations: fewer than {OBSERVATIONS_BEYOND} lie beyond this quantile, "
            "or a replication is too short to show it. Simulate longer or more often."
        )


def interval_note(replications: int) -> str:
    """What the ± in a table means."""
    if replications == 1:
        return "One replication: no intervals."
    return f"±: half-width of the 95 % interval over {replications} replications (Student's t)."


def component_sheet(results: Results) -> Sheet:
    """Utilisation, queue and wait of every component, busiest first."""
    measured = results.component_measures.values()
    return Sheet(
        title="Components, busiest first",
        columns=("<component", "<kind", "capacity", "utilisation", "mean queue", "mean wait"),
        rows=tuple(_component_row(one, results.bottleneck) for one in measured),
        notes=(
            "Utilisation: share of the capacity in use; of a process: of the host's cores, which "
            "all processes share. Mean queue: number waiting, averaged over time. Mean wait: per "
            "visit, without the service.",
            interval_note(len(results.records)),
            bottleneck_words(results),
        ),
    )


def _component_row(one: ComponentMeasures, bottleneck: str | None) -> tuple[Cell, ...]:
    return (
        Cell(one.name, emphasis=one.name == bottleneck),
        Cell(one.kind),
        Cell(capacity_words(one)),
        Cell(*percent_pair(one.utilisation)),
        Cell(*number_pair(one.mean_queue)),
        Cell(*duration_pair(one.mean_wait_s)),
    )


UNITS = {"cpu": "core", "process": "core", "slots": "slot", "lock": "holder", "station": "server"}
"""What the capacity of each kind counts; that of the others is a rate in bytes per second."""


def capacity_words(one: ComponentMeasures) -> str:
    """The capacity with its unit."""
    if not math.isfinite(one.capacity):
        return "no limit"
    if one.kind in UNITS:
        return f"{one.capacity:,.6g} {UNITS[one.kind]}{'s' if one.capacity != 1 else ''}"
    return f"{digits(one.capacity / 1e6)} MB/s"


def bottleneck_words(results: Results) -> str:
    """The bottleneck in a sentence."""
    name = results.bottleneck
    if name is None:
        return "Bottleneck: none, no resource was used."
    one = results.component_measures[name]
    busy, interval = percent_pair(one.utilisation)
    state = "saturated" if one.utilisation.value >= SATURATED else "the busiest, not saturated"
    queue = number_pair(one.mean_queue)[0]
    interval = f" {interval}" if interval else ""
    return f"Bottleneck: {name}, {state}: {busy}{interval} in use, {queue} waiting on average."
