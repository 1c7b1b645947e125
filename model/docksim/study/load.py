"""The load that is varied: the rate of an open workload, or the clients of a closed one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docksim.scenario.errors import Problem, ScenarioError
from docksim.scenario.workload import Closed, Open
from docksim.study.key import Key, find_key
from docksim.study.measures import counted
from docksim.study.operational import Bounds
from docksim.system.outcomes import IN_PROGRESS, OK

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.simulation import Records

SHARES = (0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.4, 1.6)
"""Levels of a rate, relative to the one that would take up a component, where none are given."""

KNEES = 2
"""Where none are given, clients are doubled up to this many times the knee."""

LIGHT = 0.05
"""Utilisation of the bottleneck at which commands hardly meet."""


@dataclass(frozen=True, slots=True)
class Load:
    """A number that says how much load a workload is."""

    key: Key
    workload: Open | Closed

    @property
    def is_closed(self) -> bool:
        """Clients, not a rate."""
        return isinstance(self.workload, Closed)

    @property
    def think(self) -> float:
        """Mean time between a client's commands in seconds; 0 for open arrivals."""
        return self.workload.think.mean if isinstance(self.workload, Closed) else 0.0

    def light(self, largest: float) -> float:
        """A level at which commands hardly meet, when each takes the bottleneck for this time."""
        return 1.0 if self.is_closed else _rounded(LIGHT / largest)

    def levels(self, bounds: Bounds, largest: float) -> tuple[float, ...]:
        """From light load into saturation, when a command takes the bottleneck for `largest` s."""
        if not self.is_closed:
            return tuple(_rounded(share / largest) for share in SHARES)
        doublings = math.ceil(math.log2(KNEES * bounds.knee))
        return tuple(2.0**power for power in range(max(doublings, 0) + 1))

    def throughput_bound(self, level: float, bounds: Bounds) -> float:
        """Commands a second at most."""
        bound = bounds.closed_throughput if self.is_closed else bounds.open_throughput
        return bound(level)

    def latency_bound(self, level: float, bounds: Bounds) -> float:
        """Seconds at least, on average."""
        bound = bounds.closed_latency if self.is_closed else bounds.open_latency
        return bound(level)

    def throughput(self, records: Records) -> float:
        """Commands of this workload that ended ok within the window, a second."""
        start, end = records.window
        own = records.commands[records.commands["workload"] == self.workload.name]
        inside = (own["outcome"] == OK) & (own["ended"] >= start) & (own["ended"] <= end)
        return float(inside.sum() / (end - start)) if end > start else math.nan

    def latency(self, records: Records) -> float:
        """Mean over the counted commands of this workload that ended ok, in seconds."""
        table = counted(records)
        done = table[(table["workload"] == self.workload.name) & (table["outcome"] == OK)]
        return float((done["ended"] - done["arrived"]).mean())

    def failed(self, records: Records) -> float:
        """Share of the counted commands of this workload that ended, and not ok."""
        table = counted(records)
        own = table[(table["workload"] == self.workload.name) & (table["outcome"] != IN_PROGRESS)]
        return float((own["outcome"] != OK).mean())

    def absent(self) -> Scenario | None:
        """The scenario without this workload; None when there is no other."""
        scenario = self.key.scenario
        others = tuple(one for one in scenario.workload if one.name != self.workload.name)
        return scenario.model_copy(update={"workload": others}) if others else None


def find_load(scenario: Scenario, path: str | None) -> Load:
    """The load at this path, or the scenario's first. Raises ScenarioError when it is none."""
    loads = _loads(scenario)
    if not loads:
        found = "no workload of this scenario has a rate or clients"
        raise ScenarioError(Problem(found, "an open or a closed workload", at=("workload",)))
    key = find_key(scenario, path or next(iter(loads)))
    for own, workload in loads.items():
        if find_key(scenario, own).place == key.place:
            return Load(key, workload)
    raise ScenarioError(Problem("this is no load", ", ".join(loads), file=f"--vary {key.path}"))


def parse_levels(load: Load, levels: Sequence[str | float]) -> tuple[float, ...]:
    """The levels in ascending order, each once. Raises ScenarioError for what is none."""
    return tuple(sorted({load.key.parse(level) for level in levels}))


def _loads(scenario: Scenario) -> dict[str, Open | Closed]:
    loads: dict[str, Open | Closed] = {}
    for number, workload in enumerate(scenario.workload):
        if isinstance(workload, Closed):
            loads[f"workload[{number}].clients"] = workload
        elif isinstance(workload, Open) and workload.rate is not None:
            loads[f"workload[{number}].rate"] = workload
    return loads


def _rounded(value: float) -> float:
    return float(f"{value:.3g}")
