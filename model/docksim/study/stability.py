"""Is an open load more than the host can carry? Decided by the drift of the backlog.

An open stationary load of rate λ above the capacity μ leaves λ-μ commands a second behind: the
number in the system grows without bound, and a mean latency would only tell how long the run was.
Below capacity the number has no drift, however high it is.

The test. The second half of the window up to the last arrival (after it a backlog only drains) is
cut into `BATCHES` equal parts, in each replication. The growth of the number in the system over one
part, divided by its length, is one observation of the drift. Above capacity, and at the
boundary, the number is a random walk whose increments are all but independent, so that Student's t
over the parts of all replications gives an interval for the drift at `LEVEL`; below capacity the
increments are negatively correlated (what rises must fall), which only makes the test more
cautious. This keeps its power with one replication, where an interval over
replications would not exist.

A load is unstable when all of this holds:
1. the whole interval of the drift lies above zero;
2. the drift is more than `NEGLIGIBLE` of the offered rate: less is not told apart from stable;
3. the growth goes on in the last quarter of the window, at no less than half that drift. A host
   that starts empty fills up at first, and long commands make this take long; but it ends.

The first half is left out for the same reason as 3. A single test errs in one case of a hundred at
worst, at the boundary, since only the upper side of a two-sided 98 % interval counts.

The test is made on all commands together and on each command by itself (its arrivals minus its
ends), because a rare command may drown while the many others do well: whose backlog grows, has no
latency to report. When only the whole is seen to grow, every command counts as unstable.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from docksim.study.estimates import UNKNOWN, Estimate, estimate

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docksim.simulation import Records

    Array = NDArray[np.float64]

BATCHES = 10
LEVEL = 0.98
NEGLIGIBLE = 0.01


@dataclass(frozen=True, slots=True)
class Drift:
    """How fast a backlog grows, in commands per second."""

    growth: Estimate
    last_quarter: float
    offered: float

    @property
    def is_unstable(self) -> bool:
        """The three conditions of the module's text."""
        low = self.growth.low
        return (
            low is not None
            and low > 0
            and self.growth.value > NEGLIGIBLE * self.offered
            and self.last_quarter >= self.growth.value / 2
        )


@dataclass(frozen=True, slots=True)
class Stability:
    """The verdict on a load; `drift` is None when there is no open stationary load to judge."""

    drift: Drift | None = None
    unstable_commands: frozenset[str] = frozenset()

    @property
    def stable(self) -> bool:
        """False only when a backlog was found to grow."""
        return not self.unstable_commands

    @property
    def verdict(self) -> str:
        """One of stable, unstable, and not applicable (there is no open stationary load)."""
        if self.drift is None:
            return "not applicable"
        return "stable" if self.stable else "unstable"

    @property
    def statement(self) -> str:
        """The verdict in a sentence, with its evidence."""
        if self.drift is None:
            return "No open stationary load: whether it is stable is not asked."
        growth, offered = self.drift.growth, self.drift.offered
        evidence = f"the backlog drifts by {round(growth.value, 6):+.3g} commands/s"
        if growth.half_width is not None:
            evidence += f" ± {growth.half_width:.2g} ({LEVEL:.0%} confidence)"
        evidence += f", at {offered:.3g} commands/s offered"
        if self.stable:
            return f"Stable: no lasting growth seen; {evidence}."
        names = ", ".join(sorted(self.unstable_commands))
        return (
            f"UNSTABLE: the open load is above capacity; {evidence}. Growing without bound: "
            f"{names}. Their latency depends on how long the run is, and is not reported."
        )


@dataclass(frozen=True, slots=True)
class Growth:
    """How a backlog grew in one replication: in parts of its window's second half, in its last
    quarter (commands/s), and at which rate commands arrived (nan: not asked)."""

    parts: tuple[float, ...]
    last_quarter: float
    arrival_rate: float


@dataclass(frozen=True, slots=True)
class Backlog:
    """What one replication tells of its backlog: of all commands, and of each. `offered` is the
    rate of the open loads (commands/s); None when there is none to judge."""

    offered: float | None
    whole: Growth | None
    commands: dict[str, Growth | None]


def observe(records: Records) -> Backlog:
    """The backlog of one replication."""
    offered = records.offered
    if offered is None or offered <= 0:
        return Backlog(None, None, {})
    names = sorted(records.commands["command"].unique())
    commands = {str(name): _growth(_one_command(records, name)) for name in names}
    return Backlog(offered, _growth(_everything(records)), commands)


def judge(replications: Sequence[Records]) -> Stability:
    """The verdict over all replications of one scenario."""
    return verdict([observe(records) for records in replications])


def verdict(backlogs: Sequence[Backlog]) -> Stability:
    """The verdict over the backlogs of all replications of one scenario."""
    offered = backlogs[0].offered
    if offered is None:
        return Stability()
    whole = _drift([backlog.whole for backlog in backlogs], offered)
    names = sorted({name for backlog in backlogs for name in backlog.commands})
    unstable = {
        name
        for name in names
        if _drift([each.commands.get(name) for each in backlogs], offered=None).is_unstable
    }
    if whole.is_unstable and not unstable:
        unstable = set(names)
    return Stability(whole, frozenset(unstable))


@dataclass(frozen=True, slots=True)
class _Path:
    """The number in the system at some instants of one replication's window."""

    times: Array
    numbers: Array
    arrival_rate: float


def _everything(records: Records) -> _Path:
    times = records.backlog["time"].to_numpy(dtype=np.float64)
    numbers = records.backlog["in_system"].to_numpy(dtype=np.float64)
    arrived = records.commands["arrived"].to_numpy(dtype=np.float64)
    # Before the last arrival, not at it: the one that arrives would always add one.
    kept = times < arrived.max(initial=-math.inf)
    return _Path(times[kept], numbers[kept], math.nan)


def _one_command(records: Records, name: str) -> _Path:
    start, end = records.window
    own = records.commands[records.commands["command"] == name]
    arrived = np.sort(own["arrived"].to_numpy(dtype=np.float64))
    ended = np.sort(own["ended"].dropna().to_numpy(dtype=np.float64))
    end = min(end, arrived[-1]) if len(arrived) else start
    if end <= start:
        return _Path(np.empty(0), np.empty(0), math.nan)
    times = np.linspace(start, end, 4 * BATCHES + 1)
    # Just before each instant, for the same reason.
    numbers = np.searchsorted(arrived, times, "left") - np.searchsorted(ended, times, "left")
    inside = len(arrived) - np.searchsorted(arrived, start)
    return _Path(times, numbers.astype(np.float64), float(inside / (end - start)))


def _drift(growths: Sequence[Growth | None], offered: float | None) -> Drift:
    """`offered` is the rate to compare with; None: the rate of the arrivals themselves."""
    used = [growth for growth in growths if growth is not None]
    if not used:
        return Drift(UNKNOWN, math.nan, offered or math.nan)
    if offered is None:
        offered = float(np.mean([growth.arrival_rate for growth in used]))
    parts = np.concatenate([growth.parts for growth in used])
    last_quarter = float(np.mean([growth.last_quarter for growth in used]))
    return Drift(estimate(parts, LEVEL), last_quarter, offered)


def _growth(path: _Path) -> Growth | None:
    """None when the path has no length."""
    if len(path.times) < 2 or path.times[-1] <= path.times[0]:
        return None
    parts = tuple(float(part) for part in _increments(path, 0.5, BATCHES))
    return Growth(parts, float(_increments(path, 0.75, 1)[0]), path.arrival_rate)


def _increments(path: _Path, begin: float, parts: int) -> Array:
    """Growth per second in each of the equal parts of the window from its share `begin` on."""
    first, last = path.times[0], path.times[-1]
    edges = np.linspace(first + begin * (last - first), last, parts + 1)
    # The number that stood at the last instant before an edge, not a mix of two.
    at_edges = path.numbers[np.searchsorted(path.times, edges + 1e-9 * (last - first), "right") - 1]
    growth: Array = np.diff(at_edges) / np.diff(edges)
    return growth
