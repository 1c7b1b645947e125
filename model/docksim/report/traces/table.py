"""The hops of one command as a table."""

from __future__ import annotations

from docksim.report.quantity import duration
from docksim.report.sheet import Cell, Sheet
from docksim.report.traces.hops import Hop, Trace

ARROWS = {"call": "→", "reply": "⇢", "work": "↻"}


def sheet(trace: Trace) -> Sheet:
    """One row a hop, in the order in which they begin."""
    return Sheet(
        title=f"docker {trace.command}: {duration(trace.duration)}, {trace.outcome}",
        columns=("#", "<from → to", "begins", "takes", "waits", "<message"),
        rows=tuple(_row(trace, number, hop) for number, hop in enumerate(trace.hops, start=1)),
        notes=(
            "Begins: time since the user's command. Takes: whole duration of the message and of "
            "the work that it asks for. Waits: the part of it that was spent in queues.",
        ),
    )


def _row(trace: Trace, number: int, hop: Hop) -> tuple[Cell, ...]:
    where = f"{hop.source} {ARROWS[hop.kind]}"
    if hop.kind != "work":
        where += f" {hop.target}"
    message = f"[layer {hop.branch}] {hop.message}" if hop.is_of_a_layer else hop.message
    return (
        Cell(str(number)),
        Cell(where),
        Cell(duration(hop.start - trace.arrived)),
        Cell(duration(hop.duration)),
        Cell(duration(hop.waited) if hop.has_waited else ""),
        Cell(message),
    )
