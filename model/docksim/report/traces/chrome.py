"""Chrome trace events, which https://ui.perfetto.dev opens.

A component is a process, sorted as in the layers' diagram; its threads are the branches that pass
through it: the command itself, each layer of a pull, a container's exit. Every thread has one span
from its first to its last part in the command, in which the hops that it works on nest, and an
arrow leads along each message. Times are in microseconds from the command's arrival.
Format: "Trace Event Format" of the Chromium project (complete events X, metadata M, flows s and f).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from docksim.report.traces.hops import Hop, Trace
from docksim.system.command import EXIT_BRANCH

Event = dict[str, Any]

NANOSECOND = 1e-3
"""In microseconds. Spans last this much longer than their last hop, because a viewer drops an arrow
that leaves or reaches a span at the very instant of its end."""


def chrome(trace: Trace) -> str:
    """The trace as JSON text, one event a line."""
    lines = ",\n".join(json.dumps(event) for event in events(trace))
    about = json.dumps({"command": f"docker {trace.command}", "outcome": trace.outcome})
    return f'{{"displayTimeUnit": "ms", "otherData": {about}, "traceEvents": [\n{lines}\n]}}\n'


def events(trace: Trace) -> list[Event]:
    """Metadata first, then all events by time, an outer one before those inside it."""
    tracks = _Tracks(trace)
    timed = chain(
        tracks.spans(),
        (tracks.hop(hop) for hop in trace.hops),
        chain.from_iterable(tracks.arrow(id_, hop) for id_, hop in enumerate(trace.hops, start=1)),
    )
    return [*tracks.names(), *sorted(timed, key=lambda event: (event["ts"], -event.get("dur", 0)))]


class _Tracks:
    """Where each event of one trace belongs."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._pids = {name: number for number, name in enumerate(trace.components, start=1)}

    def names(self) -> Iterator[Event]:
        for name, pid in self._pids.items():
            yield {"ph": "M", "name": "process_name", "pid": pid, "args": {"name": name}}
            yield {"ph": "M", "name": "process_sort_index", "pid": pid, "args": {"sort_index": pid}}
        for component, branch in self._parts():
            where = {"pid": self._pids[component], "tid": branch}
            yield {"ph": "M", "name": "thread_name", **where, "args": {"name": _called(branch)}}

    def spans(self) -> Iterator[Event]:
        for (component, branch), hops in self._parts().items():
            start, end = self._us(hops[0].start), max(self._us(hop.end) for hop in hops)
            yield {
                "ph": "X",
                "name": f"docker {self._trace.command}",
                "cat": "command",
                "pid": self._pids[component],
                "tid": branch,
                "ts": start,
                "dur": end - start + NANOSECOND,
            }

    def hop(self, hop: Hop) -> Event:
        start = self._us(hop.start)
        return {
            "ph": "X",
            "name": hop.message,
            "cat": hop.kind,
            "pid": self._pids[hop.worker],
            "tid": hop.branch,
            "ts": start,
            "dur": self._us(hop.end) - start,
            "args": {"from": hop.source, "to": hop.target, "waited_us": round(hop.waited * 1e6, 3)},
        }

    def arrow(self, id_: int, hop: Hop) -> Iterable[Event]:
        """A call's arrow comes before the work, a reply's after it; own work has none."""
        if hop.kind == "work":
            return ()
        when = self._us(hop.end if hop.kind == "reply" else hop.start)
        common = {"name": hop.message, "cat": "message", "id": id_, "ts": when, "tid": hop.branch}
        return (
            {"ph": "s", "pid": self._pids[hop.source], **common},
            {"ph": "f", "bp": "e", "pid": self._pids[hop.target], **common},
        )

    def _parts(self) -> dict[tuple[str, int], list[Hop]]:
        """The hops that concern each component and branch, as sender or receiver."""
        parts: dict[tuple[str, int], list[Hop]] = {}
        for hop in self._trace.hops:
            for component in dict.fromkeys((hop.source, hop.target)):
                parts.setdefault((component, hop.branch), []).append(hop)
        return parts

    def _us(self, time: float) -> float:
        return round((time - self._trace.arrived) * 1e6, 3)


def _called(branch: int) -> str:
    if branch == 0:
        return "command"
    return "container exit" if branch == EXIT_BRANCH else f"layer {branch}"
