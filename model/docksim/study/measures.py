"""What is measured of each command and each component, replication by replication.

Which commands count: those that arrived inside the window, that is after the warm-up. Latency is
taken over those of them that ended ok; an error that is quick (a 409) or slow (a timeout) would say
nothing about the work. Those still in progress at the end are counted, not dropped. Throughput
counts every command that ended ok inside the window, whenever it had arrived.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from docksim.study.estimates import UNKNOWN, Estimate, estimate, is_carried
from docksim.system.outcomes import IN_PROGRESS, OK

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docksim.simulation import Records

    Array = NDArray[np.float64]

QUANTILES = {"p50": 0.50, "p90": 0.90, "p95": 0.95, "p99": 0.99}
SATURATED = 0.9
"""A component this busy is called saturated: its queue grows by every per cent that is added."""

LATENCY_MEASURES = ("mean", *QUANTILES, "max")


@dataclass(frozen=True, slots=True)
class CommandMeasures:
    """One command over all replications. Counts are totals, times are in seconds."""

    name: str
    count: int
    ok: int
    errors: dict[str, int]
    in_progress: int
    throughput_per_s: Estimate
    latency_s: dict[str, Estimate]
    first_byte_s: dict[str, Estimate] = field(default_factory=dict)
    """Time to the first byte of the output; empty for commands that do not stream."""
    flagged: tuple[str, ...] = ()
    """The quantiles that the sample cannot carry."""
    stable: bool = True
    """False: its backlog grows, and its latency has no mean; the latencies are then unknown."""

    @property
    def failed(self) -> int:
        """How many ended in an error."""
        return sum(self.errors.values())


@dataclass(frozen=True, slots=True)
class ComponentMeasures:
    """One component over all replications."""

    name: str
    kind: str
    capacity: float
    utilisation: Estimate
    mean_queue: Estimate
    mean_wait_s: Estimate
    throughput_per_s: Estimate
    visits: int

    @property
    def is_resource(self) -> bool:
        """A thing that can be used up; a process of the diagram is only a place where work is."""
        return self.kind != "process"


def measure_commands(
    replications: Sequence[Records], unstable: frozenset[str] = frozenset()
) -> dict[str, CommandMeasures]:
    """Every command that arrived in some replication's window, in alphabetical order."""
    inside = [counted(records) for records in replications]
    names = sorted({name for frame in inside for name in frame["command"].unique()})
    return {
        name: _measure_command(name, replications, inside, stable=name not in unstable)
        for name in names
    }


def counted(records: Records) -> pd.DataFrame:
    """The commands of one replication that statistics are taken over."""
    start, end = records.window
    arrived = records.commands["arrived"]
    return records.commands.loc[(arrived >= start) & (arrived <= end)]


def latencies(records: Records, name: str) -> Array:
    """How long each command of this name took that is counted and ended ok, in seconds."""
    table = counted(records)
    done = table.loc[(table["command"] == name) & (table["outcome"] == OK)]
    return _seconds(done["ended"] - done["arrived"])


def latencies_over_time(records: Records, edges: Array) -> Array:
    """Mean latency (s) of the commands that arrived between each two instants and ended ok; nan
    where there is none. As long as the gaps between the edges."""
    table = records.commands[records.commands["outcome"] == OK]
    took = _seconds(table["ended"] - table["arrived"])
    place = np.digitize(table["arrived"].to_numpy(dtype=np.float64), edges) - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    sums = np.bincount(place[inside], weights=took[inside], minlength=len(edges) - 1)
    counts = np.bincount(place[inside], minlength=len(edges) - 1)
    means: Array = np.full(len(sums), np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return means


def _measure_command(
    name: str, replications: Sequence[Records], inside: Sequence[pd.DataFrame], *, stable: bool
) -> CommandMeasures:
    own = [frame[frame["command"] == name] for frame in inside]
    outcomes = pd.concat([frame["outcome"] for frame in own]).value_counts()
    totals = {str(outcome): int(count) for outcome, count in outcomes.items()}
    done = [frame[frame["outcome"] == OK] for frame in own]
    took = [_seconds(frame["ended"] - frame["arrived"]) for frame in done]
    first_bytes = [_seconds(frame["first_byte"] - frame["arrived"]) for frame in done]
    return CommandMeasures(
        name=name,
        count=sum(totals.values()),
        ok=totals.pop(OK, 0),
        in_progress=totals.pop(IN_PROGRESS, 0),
        errors=dict(sorted(totals.items())),
        throughput_per_s=estimate(_throughput(records, name) for records in replications),
        latency_s=_estimates(took) if stable else _nothing_known(),
        first_byte_s=_estimates(first_bytes) if stable and any(map(len, first_bytes)) else {},
        flagged=_flagged([len(sample) for sample in took]) if stable else (),
        stable=stable,
    )


def _seconds(times: pd.Series[float]) -> Array:
    return np.asarray(times.dropna(), dtype=np.float64)


def _throughput(records: Records, name: str) -> float:
    start, end = records.window
    if end <= start:
        return float("nan")
    commands = records.commands
    ended = commands["ended"]
    counted = (commands["command"] == name) & (commands["outcome"] == OK)
    return float((counted & (ended >= start) & (ended <= end)).sum() / (end - start))


def _estimates(samples: Sequence[Array]) -> dict[str, Estimate]:
    used = [sample for sample in samples if len(sample)]
    if not used:
        return _nothing_known()
    # NumPy's default, linear interpolation (type 7 of Hyndman & Fan 1996), as readers would
    # recompute it from commands.parquet.
    quantiles = np.array([np.quantile(sample, list(QUANTILES.values())) for sample in used])
    measured = {"mean": estimate(float(sample.mean()) for sample in used)}
    measured |= {name: estimate(quantiles[:, column]) for column, name in enumerate(QUANTILES)}
    measured["max"] = estimate(float(sample.max()) for sample in used)
    return measured


def _nothing_known() -> dict[str, Estimate]:
    return dict.fromkeys(LATENCY_MEASURES, UNKNOWN)


def _flagged(sizes: Sequence[int]) -> tuple[str, ...]:
    if not any(sizes):
        return ()
    return tuple(name for name, p in QUANTILES.items() if not is_carried(p, sizes))


def measure_components(replications: Sequence[Records]) -> dict[str, ComponentMeasures]:
    """Every component, busiest first; those without a utilisation come last."""
    table = pd.concat([records.components for records in replications], ignore_index=True)
    if table.empty:  # the windows are empty, and nothing was measured in them
        return {}
    measured = [
        _measure_component(str(name), rows) for name, rows in table.groupby("component", sort=False)
    ]
    measured.sort(key=lambda one: one.utilisation.value if one.utilisation.known else -1.0)
    return {one.name: one for one in reversed(measured)}


def _measure_component(name: str, rows: pd.DataFrame) -> ComponentMeasures:
    return ComponentMeasures(
        name=name,
        kind=str(rows["kind"].iloc[0]),
        capacity=float(rows["capacity"].iloc[0]),
        utilisation=estimate(rows["utilisation"]),
        mean_queue=estimate(rows["mean_queue"]),
        mean_wait_s=estimate(rows["mean_wait"]),
        throughput_per_s=estimate(rows["throughput"]),
        visits=int(rows["visits"].sum()),
    )


def bottleneck(components: dict[str, ComponentMeasures]) -> ComponentMeasures | None:
    """The busiest resource; None when no resource was used at all."""
    resources = [c for c in components.values() if c.is_resource and c.utilisation.value > 0]
    return max(resources, key=lambda one: one.utilisation.value, default=None)
