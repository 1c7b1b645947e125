"""A traced pull by layer: what each waited for and what was done with it, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docksim.report.traces.hops import TraceError
from docksim.system.command import ATTEMPT_STRIDE

if TYPE_CHECKING:
    from docksim.report.traces.hops import Hop, Trace

DESCRIBED = "layer descriptors"
REQUESTED = "download layer"
DOWNLOADING = frozenset({REQUESTED, "layer data", "commit download"})
"""Messages of the pull's flow."""

Span = tuple[float, float]


@dataclass(frozen=True)
class PulledLayer:
    """Spans of simulated time (s), one after the other; an empty one begins where it ends."""

    queued: Span
    downloading: Span
    waiting: Span
    extracting: Span


def layers_of(trace: Trace) -> list[PulledLayer]:
    """Those that the command downloaded or extracted, base first.

    Raises TraceError when there are none.
    """
    branches: dict[int, list[Hop]] = {}
    for hop in trace.hops:
        if hop.is_of_a_layer:
            branches.setdefault(hop.branch % ATTEMPT_STRIDE, []).append(hop)
    described = _end(hop for hop in trace.hops if hop.message == DESCRIBED)
    layers = [_layer(branches[branch], described) for branch in sorted(branches)]
    if not layers:
        raise TraceError(f'"{trace.command}" pulled no layer')
    return layers


def _layer(hops: list[Hop], described: float) -> PulledLayer:
    download = [hop for hop in hops if hop.message in DOWNLOADING]
    requested = min((hop.start for hop in download), default=described)
    there = max(_end(download), requested)
    extract = [hop for hop in hops if hop.message not in DOWNLOADING]
    begun = min((hop.start for hop in extract), default=there)
    return PulledLayer(
        queued=(described, requested),
        downloading=(requested, there),
        waiting=(there, begun),
        extracting=(begun, max(_end(extract), begun)),
    )


def _end(hops: Iterable[Hop]) -> float:
    return max((hop.end for hop in hops), default=0.0)
