"""A mermaid sequence diagram, drawn like the tables of the system's description.

Calls are solid arrows, replies dashed ones, work inside one component an arrow to itself; layers
that are pulled side by side stand in a `par` block. Each label ends with the hop's duration. Time
that no message accounts for, as when another command's pull is joined, has a note.
Syntax: https://mermaid.js.org/syntax/sequenceDiagram.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from docksim.report.quantity import duration
from docksim.report.traces.hops import Hop, Trace

ARROWS = {"call": "->>", "reply": "-->>", "work": "->>"}
INDENT = "    "

GAP = 0.01
"""Share of the command's duration from which on time without a message is told."""


def mermaid(trace: Trace) -> str:
    """The diagram's text."""
    lines = [
        "sequenceDiagram",
        *(f"{INDENT}participant {name}" for name in trace.components),
        *(INDENT + line for line in _body(trace)),
        INDENT + _closing_note(trace),
    ]
    return "\n".join(lines) + "\n"


def _body(trace: Trace) -> Iterator[str]:
    layers = [hop for hop in trace.hops if hop.is_of_a_layer]
    block_is_due = bool(layers)
    busy_until = trace.arrived
    for hop in trace.hops:
        if hop.start - busy_until > GAP * trace.duration:
            gap = duration(hop.start - busy_until)
            yield f"Note over {hop.source}: {gap} without a message of this command"
        busy_until = max(busy_until, hop.end)
        if not hop.is_of_a_layer:
            yield _arrow(hop)
        elif block_is_due:
            yield from _parallel(layers)
            block_is_due = False


def _parallel(hops: list[Hop]) -> Iterator[str]:
    by_branch = groupby(sorted(hops, key=lambda hop: hop.branch), key=lambda hop: hop.branch)
    for position, (branch, own) in enumerate(by_branch):
        yield f"{'and' if position else 'par'} layer {branch}"
        yield from (INDENT + _arrow(hop) for hop in own)
    yield "end"


def _arrow(hop: Hop) -> str:
    label = f"{_escaped(hop.message)} ({_timing(hop)})"
    return f"{hop.source}{ARROWS[hop.kind]}{hop.target}: {label}"


def _timing(hop: Hop) -> str:
    timing = duration(hop.duration)
    return f"{timing}, {duration(hop.waited)} waiting" if hop.has_waited else timing


def _closing_note(trace: Trace) -> str:
    ends = dict.fromkeys((trace.components[0], trace.components[-1]))
    result = f"docker {trace.command}: {duration(trace.duration)}, {trace.outcome}"
    return f"Note over {','.join(ends)}: {_escaped(result)}"


def _escaped(text: str) -> str:
    # Either would end the statement or begin an entity; both become entities themselves.
    return re.sub("[#;]", lambda found: f"#{ord(found[0])};", text)
