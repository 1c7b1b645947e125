"""The hops of one command: choosing it, their order, who works on them, and what runs side by side.

A hop is one arrow of the sequence diagrams. A call is worked on by its receiver, a reply by its
sender; both take the whole time from `start` to `end`, of which `waited` was spent in queues.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
from difflib import get_close_matches
from typing import TYPE_CHECKING

from docksim.report.quantity import NEGLIGIBLE
from docksim.system.command import EXIT_BRANCH
from docksim.system.components import LAYER_ORDER
from docksim.system.outcomes import IN_PROGRESS, OK

if TYPE_CHECKING:
    import pandas as pd

    from docksim.simulation import Records


class TraceError(ValueError):
    """There is no such command to show."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One arrow; times in seconds."""

    branch: int
    source: str
    target: str
    message: str
    kind: str
    start: float
    end: float
    waited: float

    @property
    def duration(self) -> float:
        """Seconds from start to end."""
        return self.end - self.start

    @property
    def has_waited(self) -> bool:
        """True when a queue took more of it than the error of adding up times."""
        return self.waited >= NEGLIGIBLE

    @property
    def worker(self) -> str:
        """The component whose work takes the time."""
        return self.source if self.kind == "reply" else self.target

    @property
    def is_of_a_layer(self) -> bool:
        """True for the branches on which an image's layers are pulled."""
        return 0 < self.branch < EXIT_BRANCH


_COLUMNS = tuple(field.name for field in fields(Hop))


@dataclass(frozen=True, slots=True)
class Trace:
    """One command and its hops, in the order in which they began."""

    command: str
    number: int
    outcome: str
    arrived: float
    ended: float
    hops: tuple[Hop, ...]

    @property
    def duration(self) -> float:
        """Seconds from the user's command to its end."""
        return self.ended - self.arrived

    @property
    def components(self) -> tuple[str, ...]:
        """Those that take part, from the user down to the infrastructure."""
        present = {name for hop in self.hops for name in (hop.source, hop.target)}
        return (
            *(name for name in LAYER_ORDER if name in present),
            *sorted(present.difference(LAYER_ORDER)),
        )


def trace_of(records: Records, command: str, number: int | None = None) -> Trace:
    """The first command of this name that ended ok or, with a number, the number-th that ended.

    The number counts from 1 in the order of arrival, however they ended. Raises TraceError when
    there is none, or when the records were made without tracing.
    """
    ended = _ended(records.commands, command)
    if number is None:
        ended = ended[ended["outcome"] == OK]
        if ended.empty:
            raise TraceError(f'no "{command}" ended ok; --number shows one that ended otherwise')
        number = 1
    if not 1 <= number <= len(ended):
        raise TraceError(f'"{command}" number {number}: found 1 to {len(ended)} of them that ended')
    row = ended.iloc[number - 1]
    own = records.hops[records.hops["number"] == row["number"]]
    if own.empty:
        raise TraceError("the records hold no hops: simulate with trace=True")
    return Trace(
        command=command,
        number=int(row["number"]),
        outcome=str(row["outcome"]),
        arrived=float(row["arrived"]),
        ended=float(row["ended"]),
        hops=tuple(_hops(own)),
    )


def _ended(commands: pd.DataFrame, command: str) -> pd.DataFrame:
    names = sorted(str(name) for name in commands["command"].unique())
    if command not in names:
        close = get_close_matches(command, names, n=1)
        hint = f'; did you mean "{close[0]}"?' if close else ""
        allowed = ", ".join(names) or "none"
        raise TraceError(f'no "{command}" was issued; commands that were: {allowed}{hint}')
    own = commands[(commands["command"] == command) & (commands["outcome"] != IN_PROGRESS)]
    if own.empty:
        raise TraceError(f'no "{command}" had ended when the run ended: simulate for longer')
    return own.sort_values(["arrived", "number"])


def _hops(table: pd.DataFrame) -> Iterator[Hop]:
    # Rows are written as hops end; the sort is stable, so that hops that take no time keep their
    # order.
    ordered = table.sort_values("start", kind="stable")
    for values in zip(*(ordered[name].tolist() for name in _COLUMNS), strict=True):
        yield Hop(*values)


def in_lanes(hops: Iterable[Hop]) -> list[int]:
    """A lane for each hop, such that no two hops of a lane overlap; a branch keeps to its lane.

    The hops must be in the order in which they begin.
    """
    free_at: list[float] = []
    last_lane: dict[int, int] = {}
    lanes = []
    for hop in hops:
        candidates = [last_lane.get(hop.branch, 0), *range(len(free_at))]
        lane = next((n for n in candidates if n < len(free_at) and free_at[n] <= hop.start), None)
        if lane is None:
            lane = len(free_at)
            free_at.append(hop.end)
        free_at[lane] = hop.end
        last_lane[hop.branch] = lane
        lanes.append(lane)
    return lanes
