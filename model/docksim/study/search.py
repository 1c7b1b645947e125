"""Where on an axis of values do the objectives stop to hold? By widening, then by bisection.

The values are doubled (or halved) until one was found at which the objectives are met and one at
which they are not; then the gap between the two is bisected. Each verdict comes from a sequential
test (docksim.study.sequential) and may be "undecided". An undecided value is neither believed nor
tried for ever: it stays in the bracket, and the gaps on its two sides are bisected instead. With
tests that all err together with a probability below α, the bracket misses the truth with less
than α.

Source: Waeber, Frazier & Henderson, "Bisection Search with Noisy Responses", SIAM Journal on
Control and Optimization 51(3), 2013, whose tests of power one are cut off here by a budget.

The search takes for granted that the verdict changes only once along the axis.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from docksim.study.slo import Verdict

MOST_DOUBLINGS = 10
"""The search widens to this many doublings from where it starts, on either side."""

MOST_CANDIDATES = 24
"""More values than this are never tried; the confidence is divided over so many."""


class MoreIs(StrEnum):
    """What a larger value does to the objectives."""

    BETTER = "better"
    """A resource: the smallest value that meets them is looked for."""
    WORSE = "worse"
    """A load: the largest value that meets them is looked for."""


@dataclass(frozen=True, slots=True)
class Axis:
    """What is searched: from `start`, within `low` and `high` where they are given.

    A gap that is narrower than `tolerance`, relative to its lower end, is closed; one between
    neighbouring integers always is. `allows` says which values are possible at all.
    """

    start: float
    low: float | None = None
    high: float | None = None
    is_whole: bool = False
    tolerance: float = 0.05
    more_is: MoreIs | None = None
    allows: Callable[[float], bool] = lambda value: True


@dataclass(frozen=True, slots=True)
class Bracket:
    """The answer: between a value that meets the objectives and one that does not.

    Either is None when no such value was found. What is undecided lies between the two.
    """

    holds: float | None
    fails: float | None
    undecided: tuple[float, ...] = ()

    @property
    def more_is(self) -> MoreIs | None:
        """What the two ends say of the axis."""
        if self.holds is None or self.fails is None:
            return None
        return MoreIs.WORSE if self.holds < self.fails else MoreIs.BETTER


def search(judge: Callable[[float], Verdict], axis: Axis) -> Bracket:
    """The bracket of the value at which the verdict of `judge` changes."""
    seen: dict[float, Verdict] = {}

    def tried(value: float) -> None:
        seen[value] = judge(value)

    for value in _first(axis):
        tried(value)
    while len(seen) < MOST_CANDIDATES and not _is_bracketed(seen):
        wider = _wider(axis, seen)
        if wider is None:
            break
        tried(wider)
    while len(seen) < MOST_CANDIDATES and (gap := _widest_gap(axis, bracket_of(seen, axis))):
        tried(_middle(*gap, is_whole=axis.is_whole))
    return bracket_of(seen, axis)


def bracket_of(seen: dict[float, Verdict], axis: Axis) -> Bracket:
    """The innermost pair of values that hold and fail, with what is undecided between them."""
    met = sorted(value for value, verdict in seen.items() if verdict is Verdict.MET)
    failed = sorted(value for value, verdict in seen.items() if verdict is Verdict.NOT_MET)
    rises = axis.more_is is MoreIs.BETTER or bool(met and failed and met[0] > failed[-1])
    holds = (met[0] if rises else met[-1]) if met else None
    fails = (failed[-1] if rises else failed[0]) if failed else None
    undecided = [value for value, verdict in seen.items() if verdict is Verdict.UNDECIDED]
    if holds is not None and fails is not None:
        low, high = sorted((holds, fails))
        undecided = [value for value in undecided if low < value < high]
    return Bracket(holds, fails, tuple(sorted(undecided)))


def _first(axis: Axis) -> tuple[float, ...]:
    if axis.low is not None and axis.high is not None:
        return (axis.low, axis.high)
    start = axis.start
    if axis.low is not None:
        start = max(start, axis.low)
    if axis.high is not None:
        start = min(start, axis.high)
    return (start,)


def _is_bracketed(seen: dict[float, Verdict]) -> bool:
    return {Verdict.MET, Verdict.NOT_MET} <= set(seen.values())


def _wider(axis: Axis, seen: dict[float, Verdict]) -> float | None:
    """The next value outside of those seen; None when there is none, or no reason to go there."""
    sides = {"up": _doubled(axis, max(seen)), "down": _halved(axis, min(seen))}
    for side in _order(axis, seen):
        value = sides[side]
        if value is not None and value not in seen:
            return value
    return None


def _order(axis: Axis, seen: dict[float, Verdict]) -> tuple[str, ...]:
    """Which sides to widen, the more promising first.

    When it is not known what more does, they take turns: first up from what is met and down from
    what is not, which is right for a load, and costs a resource one value.
    """
    verdicts = set(seen.values())
    if axis.more_is is not None:
        easier, harder = ("up", "down") if axis.more_is is MoreIs.BETTER else ("down", "up")
        wanted = {Verdict.NOT_MET: harder, Verdict.MET: easier}
        return tuple(side for verdict, side in wanted.items() if verdict not in verdicts)
    turns = ("down", "up") if Verdict.NOT_MET in verdicts else ("up", "down")
    return turns if len(seen) % 2 else turns[::-1]


def _doubled(axis: Axis, value: float) -> float | None:
    wider = 2 * value
    if axis.high is not None:
        wider = min(wider, axis.high)
    possible = 0 < wider <= axis.start * 2.0**MOST_DOUBLINGS and axis.allows(wider)
    return wider if possible else None


def _halved(axis: Axis, value: float) -> float | None:
    wider = float(value // 2) if axis.is_whole else value / 2
    if axis.low is not None:
        wider = max(wider, axis.low)
    possible = wider > 0 and wider >= axis.start / 2.0**MOST_DOUBLINGS and axis.allows(wider)
    return wider if possible else None


def _widest_gap(axis: Axis, bracket: Bracket) -> tuple[float, float] | None:
    """The widest gap that is still open beside a value that holds or fails, its lower end first."""
    if bracket.holds is None or bracket.fails is None:
        return None
    low, high = sorted((bracket.holds, bracket.fails))
    edges = [low, *bracket.undecided, high]
    gaps = [(edges[0], edges[1]), (edges[-2], edges[-1])]
    closed = 1.0 if axis.is_whole else 0.0
    still_open = [gap for gap in gaps if gap[1] - gap[0] > max(closed, axis.tolerance * gap[0])]
    return max(still_open, key=lambda gap: gap[1] - gap[0], default=None)


def _middle(low: float, high: float, *, is_whole: bool) -> float:
    """A value near the middle with as few digits as possible: 6.4, not 6.375."""
    middle = (low + high) / 2
    if is_whole:
        return float(middle // 1)
    for digits in range(17):
        rounded = float(f"{middle:.{digits}e}")
        if abs(rounded - middle) <= (high - low) / 10:
            return rounded
    return middle
