"""Scenarios next to each other: how every measure differs, and where the time went.

All scenarios meet the same random demands, replication by replication, and differences are paired.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

import pandas as pd

from docksim.scenario.errors import Problem, RefusedError, ScenarioError
from docksim.study.design.document import Precision
from docksim.study.estimates import LEVEL, UNKNOWN, Estimate, estimate, relative_change
from docksim.study.experiment.pool import pool
from docksim.study.experiment.precision import is_stable
from docksim.study.experiment.replication import Replication
from docksim.study.experiment.runner import Progress, Work, run
from docksim.study.experiment.store import Store, kept
from docksim.study.measure_names import (
    OF_COMPONENTS,
    Measure,
    commands_of,
    components_of,
    find_measure,
)
from docksim.study.shown import Shown

if TYPE_CHECKING:
    from docksim.scenario import Scenario

OF_COMMANDS = ("mean", "p50", "p95", "p99", "throughput", "failed")
REPLICATIONS = 10


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Shown):
    """The scenarios by name, the first of which is the one to compare with."""

    names: tuple[str, ...]
    measures: tuple[Measure, ...]
    replications: tuple[tuple[Replication, ...], ...]
    seed: int

    @property
    def level(self) -> float:
        """Level of each interval of a change, so that all of a measure hold together."""
        return 1.0 - (1.0 - LEVEL) / max(1, len(self.names) - 1)

    def is_stable(self, place: int) -> bool:
        """False when a backlog of that scenario grows without bound."""
        return is_stable(self.replications[place])

    def values(self, place: int, measure: str) -> list[float]:
        """A measure of one scenario, replication by replication."""
        at = [each.name for each in self.measures].index(measure)
        return [each.values[at] for each in self.replications[place]]

    def estimate(self, place: int, measure: str) -> Estimate:
        """A measure of one scenario."""
        return estimate(self.values(place, measure))

    def change(self, place: int, measure: str) -> Estimate:
        """Relative to the first scenario; unknown where one of the two has no latency."""
        scale = next(each.scale for each in self.measures if each.name == measure)
        if scale.is_positive and not (self.is_stable(place) and self.is_stable(0)):
            return UNKNOWN
        return relative_change(self.values(place, measure), self.values(0, measure), self.level)

    def table(self) -> pd.DataFrame:
        """A row a scenario and measure, in SI units; the change is relative to the first."""
        rows = []
        for place, name in enumerate(self.names):
            for measure in self.measures:
                found, change = self.estimate(place, measure.name), self.change(place, measure.name)
                rows.append(
                    {"scenario": name, "measure": measure.name, "value": found.value}
                    | {"low": found.low, "high": found.high}
                    | ({} if place == 0 else {
                        "change": change.value, "change_low": change.low,
                        "change_high": change.high,
                    })
                )  # fmt: skip
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"Comparison({', '.join(self.names)})"


def compare(
    *scenarios: Scenario,
    replications: int = REPLICATIONS,
    seed: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Comparison:
    """Simulate two or more scenarios alike, and compare all that they have in common.

    Raises ScenarioError when there are fewer than two, or nothing in common to measure.
    """
    if len(scenarios) < 2:
        raise ScenarioError(Problem(f"{len(scenarios)} scenario to compare", "two or more"))
    if replications < 2:
        found = f"{replications} found: a difference has no interval then"
        raise ScenarioError(Problem(found, "2 or more", file="--replications"))
    measures = _common(scenarios)
    root = scenarios[0].run.seed if seed is None else seed
    exactly = Precision.model_construct(half_width=0.5, least=replications, most=replications)
    work = Work(scenarios, measures, [], exactly, root, version("docksim"))
    with kept(None) as folder, pool(jobs, cluster) as workers:
        done = run(work, Store(folder), workers, progress)
    return Comparison(_named(scenarios), measures, tuple(map(tuple, done)), root)


def _named(scenarios: Sequence[Scenario]) -> tuple[str, ...]:
    """Their names, numbered where two have the same."""
    names = [each.name for each in scenarios]
    return tuple(
        f"{name} ({place + 1})" if names.count(name) > 1 else name
        for place, name in enumerate(names)
    )


def _common(scenarios: Sequence[Scenario]) -> tuple[Measure, ...]:
    """Of all commands and components that every scenario has."""
    shared = [set(commands_of(each)) for each in scenarios]
    commands = sorted(set.intersection(*shared))
    if not commands:
        raise ScenarioError(Problem("no command is in all of them", "one that all workloads have"))
    names = ["throughput", *(f"{command}.{what}" for command in commands for what in OF_COMMANDS)]
    found = [find_measure(name, scenarios[0]) for name in names]
    return (*found, *_of_components(scenarios))


def _of_components(scenarios: Sequence[Scenario]) -> list[Measure]:
    """Time a command spends at each component, and how busy the host's resources are."""
    first, *others = scenarios
    found = []
    for name in (f"{c}.{what}" for c in components_of(first) for what in OF_COMPONENTS):
        if not name.endswith((".time", ".utilisation")):
            continue
        try:
            for each in others:
                find_measure(name, each)
            found.append(find_measure(name, first))
        except RefusedError:
            continue
    return found
