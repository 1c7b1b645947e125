"""What the replications of one scenario say: tidy tables, estimates, the bottleneck, stability."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from docksim.study.measures import (
    CommandMeasures,
    ComponentMeasures,
    bottleneck,
    measure_commands,
    measure_components,
)
from docksim.study.shown import Shown
from docksim.study.stability import Stability, judge

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.simulation import Records
    from docksim.study.estimates import Estimate


@dataclass(frozen=True, eq=False, repr=False)
class Results(Shown):
    """The records of all replications and what follows from them; times in seconds."""

    scenario: Scenario
    records: tuple[Records, ...]

    def __post_init__(self) -> None:
        if not self.records:
            raise ValueError("records: at least one replication is needed")

    @property
    def seed(self) -> int:
        """The root seed that all replications share."""
        return self.records[0].seed

    @property
    def in_progress(self) -> int:
        """Commands that had not ended when the run ended, over all replications."""
        return sum(records.in_progress for records in self.records)

    @property
    def window(self) -> tuple[float, float]:
        """Start and end of the window, in seconds; the mean over replications."""
        start, end = np.mean([records.window for records in self.records], axis=0)
        return float(start), float(end)

    @cached_property
    def commands(self) -> pd.DataFrame:
        """Every command of every replication, one a row, those of the warm-up too."""
        return self._together(lambda records: records.commands)

    @cached_property
    def components(self) -> pd.DataFrame:
        """Every component in every replication, one a row."""
        return self._together(lambda records: records.components)

    @cached_property
    def hops(self) -> pd.DataFrame:
        """Every hop of every command; empty unless traced."""
        return self._together(lambda records: records.hops)

    @cached_property
    def backlog(self) -> pd.DataFrame:
        """The number of commands in the system over time."""
        return self._together(lambda records: records.backlog)

    @cached_property
    def stability(self) -> Stability:
        """Whether the host can carry the open load."""
        return judge(self.records)

    @cached_property
    def command_measures(self) -> dict[str, CommandMeasures]:
        """Counts and estimates of each command."""
        return measure_commands(self.records, self.stability.unstable_commands)

    @cached_property
    def component_measures(self) -> dict[str, ComponentMeasures]:
        """Estimates of each component, busiest first."""
        return measure_components(self.records)

    @property
    def bottleneck(self) -> str | None:
        """The busiest resource; None when nothing was used."""
        found = bottleneck(self.component_measures)
        return found.name if found else None

    def summary(self) -> pd.DataFrame:
        """One row a command; `_low` and `_high` columns are the limits of the 95 % interval."""
        rows = []
        for one in self.command_measures.values():
            row: dict[str, object] = {
                "command": one.name,
                "count": one.count,
                "ok": one.ok,
                "failed": one.failed,
                "in_progress": one.in_progress,
                "stable": one.stable,
                **_columns("throughput_per_s", one.throughput_per_s),
            }
            for name, measured in one.latency_s.items():
                row |= _columns(f"{name}_s", measured)
            row["flagged"] = " ".join(one.flagged)
            rows.append(row)
        return _indexed(rows, "command")

    def component_summary(self) -> pd.DataFrame:
        """One row a component, busiest first; `_low` and `_high` as in `summary`."""
        rows = [
            {
                "component": one.name,
                "kind": one.kind,
                "capacity": one.capacity,
                "visits": one.visits,
                **_columns("utilisation", one.utilisation),
                **_columns("mean_queue", one.mean_queue),
                **_columns("mean_wait_s", one.mean_wait_s),
                **_columns("throughput_per_s", one.throughput_per_s),
            }
            for one in self.component_measures.values()
        ]
        return _indexed(rows, "component")

    def to_json(self) -> dict[str, Any]:
        """What `docksim simulate --json` prints: plain values, null for what is not known."""
        start, end = self.window
        drift = self.stability.drift
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "replications": len(self.records),
            "window": {"start_s": start, "end_s": end},
            "in_progress": self.in_progress,
            "stable": self.stability.stable,
            "stability": {
                "verdict": self.stability.verdict,
                "statement": self.stability.statement,
                "drift_per_s": drift.growth.as_dict() if drift else None,
                "offered_per_s": drift.offered if drift else None,
            },
            "bottleneck": self.bottleneck,
            "commands": {n: _command_json(one) for n, one in self.command_measures.items()},
            "components": {n: _component_json(one) for n, one in self.component_measures.items()},
        }

    def __repr__(self) -> str:
        return (
            f"Results({self.scenario.name!r}, seed={self.seed}, replications={len(self.records)})"
        )

    def _together(self, table: Callable[[Records], pd.DataFrame]) -> pd.DataFrame:
        frames = []
        for records in self.records:
            frame = table(records).copy(deep=False)
            frame.insert(0, "replication", records.replication)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)


def _indexed(rows: Iterable[dict[str, Any]], key: str) -> pd.DataFrame:
    table = pd.DataFrame(list(rows))
    return table.set_index(key) if len(table) else table


def _columns(name: str, measured: Estimate) -> dict[str, float]:
    low = math.nan if measured.low is None else measured.low
    high = math.nan if measured.high is None else measured.high
    return {name: measured.value, f"{name}_low": low, f"{name}_high": high}


def _command_json(one: CommandMeasures) -> dict[str, Any]:
    content: dict[str, Any] = {
        "count": one.count,
        "ok": one.ok,
        "errors": one.errors,
        "in_progress": one.in_progress,
        "stable": one.stable,
        "throughput_per_s": one.throughput_per_s.as_dict(),
        "latency_s": {name: measured.as_dict() for name, measured in one.latency_s.items()},
        "flagged": list(one.flagged),
    }
    if one.first_byte_s:
        content["first_byte_s"] = {
            n: measured.as_dict() for n, measured in one.first_byte_s.items()
        }
    return content


def _component_json(one: ComponentMeasures) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "capacity": one.capacity if math.isfinite(one.capacity) else None,
        "utilisation": one.utilisation.as_dict(),
        "mean_queue": one.mean_queue.as_dict(),
        "mean_wait_s": one.mean_wait_s.as_dict(),
    }
