"""The tables of a study: one row a command, one row a component, and the words around them."""

from __future__ import annotations

import math
from collections.abc import Iterable

from docksim.report.quantity import NOTHING, digits, duration_pair, number_pair, percent_pair
from docksim.report.sheet import Cell, Sheet
from docksim.study.estimates import OBSERVATIONS_BEYOND
from docksim.study.measures import LATENCY_MEASURES, CommandMeasures, ComponentMeasures
from docksim.study.results import Results

SATURATED = 0.9
"""A component this busy is called saturated: its queue grows by every per cent that is added."""


def sheets(results: Results) -> tuple[Sheet, Sheet]:
    """The table of commands and the table of components."""
    return command_sheet(results), component_sheet(results)


def command_sheet(results: Results) -> Sheet:
    """Counts, errors, throughput and latency of every command."""
    rows = []
    for one in results.command_measures.values():
        rows.append(_command_row(one))
        if one.first_byte_s:
            rows.append(_first_byte_row(one))
    return Sheet(
        title=f"Commands of {results.scenario.name}",
        columns=("<command", "count", "done per s", *LATENCY_MEASURES, "<errors"),
        rows=tuple(rows),
        notes=tuple(_command_notes(results)),
    )


def _command_row(one: CommandMeasures) -> tuple[Cell, ...]:
    errors = "\n".join(f"{count:,} {kind}" for kind, count in one.errors.items()) or "0"
    if one.stable:
        latency = [_latency(one, name) for name in LATENCY_MEASURES]
    else:
        latency = [Cell("unstable", emphasis=True), *[Cell(NOTHING)] * (len(LATENCY_MEASURES) - 1)]
    return (
        Cell(one.name, emphasis=True),
        Cell(f"{one.count:,}"),
        Cell(*number_pair(one.throughput_per_s)),
        *latency,
        Cell(errors),
    )


def _latency(one: CommandMeasures, name: str) -> Cell:
    text, below = duration_pair(one.latency_s[name])
    return Cell(f"{text}*" if name in one.flagged else text, below)


def _first_byte_row(one: CommandMeasures) -> tuple[Cell, ...]:
    measured = [Cell(*duration_pair(one.first_byte_s[name])) for name in LATENCY_MEASURES]
    return (Cell(" first byte"), Cell(""), Cell(""), *measured, Cell(""))


def _command_notes(results: Results) -> Iterable[str]:
    start, end = results.window
    count = len(results.records)
    span = f"from {start:,.6g} s to {end:,.6g} s of simulated time"
    in_all = f", {count} replications together" if count > 1 else ""
    yield (
        f"Counted: commands that arrived {span}{in_all}; {results.in_progress:,} still in progress "
        "at the end. Latency: of those that ended ok, from the user's command to its end."
    )
    yield interval_note(count)
    if any(one.flagged for one in results.command_measures.values()):
        yield (
            f"* too few observations: fewer than {OBSERVATIONS_BEYOND} lie beyond this quantile, "
            "or a replication is too short to show it. Simulate longer or more often."
        )
    yield results.stability.statement


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
