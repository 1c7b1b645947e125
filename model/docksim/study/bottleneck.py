"""Which component saturates as the load grows, next to the bounds of operational analysis.

The service demand of a command at a component follows from the utilisation law, D = U · c / X. It
is measured under a light load, at which commands hardly meet: with one client, or at a rate that
takes up 5 % of the bottleneck. What other workloads take of a component is measured without the
one that is varied, and is no longer there for it.

Of the cores only what docker's own processes use is demanded. Containers burn cores for as long as
they live, and live no longer when they get less of them: what they burn gives way under load, and
bounds nothing.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TYPE_CHECKING, Any

import pandas as pd

from docksim.scenario.errors import Problem, ScenarioError
from docksim.study.estimates import UNKNOWN, Estimate, estimate
from docksim.study.load import Load, find_load, parse_levels
from docksim.study.measures import SATURATED
from docksim.study.operational import Bounds
from docksim.study.replicate import Progress, replicate
from docksim.study.shown import Shown

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.study.results import Results

PROCESS, CORES = "process", "cpu"
"""Kinds of components: what uses the cores, and the cores."""


@dataclass(frozen=True, slots=True)
class Demand:
    """What a command takes of a component.

    capacity  servers, or bytes a second
    demand    server-seconds or bytes, of a command under light load
    taken     share of the component that other workloads take
    """

    component: str
    kind: str
    capacity: float
    demand: Estimate
    taken: float = 0.0

    @property
    def seconds(self) -> float:
        """How long a command takes up all that others leave of the component."""
        return self.demand.value / self.capacity / (1.0 - self.taken)


@dataclass(frozen=True, slots=True)
class Level:
    """The varied workload at one level of load.

    latency  mean of what ended ok, in seconds; failed is the share that did not
    """

    value: float
    throughput: Estimate
    latency: Estimate
    failed: Estimate
    stable: bool
    bottleneck: str | None
    utilisation: dict[str, Estimate]
    throughput_bound: float
    latency_bound: float


@dataclass(frozen=True, eq=False, repr=False)
class Bottleneck(Shown):
    """The curve over the load, the demands (largest first), and the bounds that follow."""

    load: Load
    levels: tuple[Level, ...]
    demands: tuple[Demand, ...]
    alone: Estimate
    bounds: Bounds
    seed: int
    replications: int

    @property
    def scenario(self) -> Scenario:
        """The scenario that was varied."""
        return self.load.key.scenario

    @property
    def demanded_most(self) -> str:
        """The component from whose demand the bounds follow."""
        return self.demands[0].component

    @property
    def saturating(self) -> Level | None:
        """The first level at which a component is saturated."""
        for level in self.levels:
            busiest = level.bottleneck
            if busiest is not None and level.utilisation[busiest].value >= SATURATED:
                return level
        return None

    def table(self) -> pd.DataFrame:
        """One row a level: throughput (1/s), mean latency (s), their bounds, the busiest."""
        rows = [
            {
                self.load.key.path: level.value,
                **_columns("throughput_per_s", level.throughput),
                "throughput_bound_per_s": level.throughput_bound,
                **_columns("latency_s", level.latency),
                "latency_bound_s": level.latency_bound,
                "failed": level.failed.value,
                "stable": level.stable,
                "bottleneck": level.bottleneck or "",
                "utilisation": level.utilisation[level.bottleneck].value
                if level.bottleneck
                else 0.0,
            }
            for level in self.levels
        ]
        return pd.DataFrame(rows)

    def demand_table(self) -> pd.DataFrame:
        """One row a component: its demand (server-seconds or bytes), and the rate it can do."""
        rows = [
            {
                "component": one.component,
                "kind": one.kind,
                "capacity": one.capacity,
                **_columns("demand", one.demand),
                "taken_by_others": one.taken,
                "saturation_per_s": 1.0 / one.seconds,
            }
            for one in self.demands
        ]
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """Plain values, null for what is not known."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "replications": self.replications,
            "key": self.load.key.path,
            "bottleneck": self.saturating.bottleneck if self.saturating else None,
            "demanded_most": self.demanded_most,
            "alone_s": self.alone.as_dict(),
            "think_s": self.bounds.think,
            "largest_demand_s": self.bounds.largest,
            "saturation_per_s": self.bounds.saturation,
            "knee": self.bounds.knee if self.load.is_closed else None,
            "levels": [_level_json(level) for level in self.levels],
            "demands": [
                {
                    "component": one.component,
                    "kind": one.kind,
                    "capacity": one.capacity,
                    "demand": one.demand.as_dict(),
                    "taken_by_others": one.taken,
                    "saturation_per_s": 1.0 / one.seconds,
                }
                for one in self.demands
            ],
        }

    def __repr__(self) -> str:
        first = self.saturating.bottleneck if self.saturating else None
        return f"Bottleneck({first!r}, saturation={self.bounds.saturation:.4g} /s)"


def bottleneck(
    scenario: Scenario,
    *,
    vary: str | None = None,
    levels: Sequence[str | float] = (),
    seed: int | None = None,
    replications: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> Bottleneck:
    """Measure a load from light to saturated, and hold it against its asymptotic bounds.

    vary    the rate of an open or the clients of a closed workload; the first one by default
    levels  of that load; by default from 20 to 110 % of the saturation rate, or clients up to
            four times the knee

    Raises ScenarioError, before anything runs, for a key or levels that make no sense; and when no
    command of the workload ends ok.
    """
    load = find_load(scenario, vary)
    chosen = parse_levels(load, levels)
    count = scenario.run.replications if replications is None else replications
    seed = scenario.run.seed if seed is None else seed

    def run(at: Scenario, times: int = count) -> Results:
        return replicate(at, replications=times, seed=seed, jobs=jobs)

    others = load.absent()
    taken = _mean_use(run(others)) if others else {}
    # A first guess, from the load as it is, tells which rate is a light one.
    guess = _demands(load, run(scenario, 1), taken, CORES)[0].seconds
    light = run(load.key.at(load.light(guess)))
    demands = _demands(load, light, taken)
    alone = estimate(load.latency(records) for records in light.records)
    bounds = Bounds(alone.value, demands[0].seconds, load.think)
    chosen = chosen or load.levels(bounds, _demands(load, light, taken, CORES)[0].seconds)
    curve = []
    for done, value in enumerate(chosen, start=1):
        curve.append(_level(load, value, run(load.key.at(value)), bounds))
        if progress is not None:
            progress(done / len(chosen))
    return Bottleneck(load, tuple(curve), demands, alone, bounds, seed, count)


def _demands(
    load: Load, results: Results, taken: dict[str, float], of_cores: str = PROCESS
) -> tuple[Demand, ...]:
    """By the utilisation law, D = U · c / X in each replication; the largest first.

    `of_cores` is the kind of component whose use of the cores counts: processes, or all.
    """
    done = [load.throughput(records) for records in results.records]
    if not any(rate > 0 for rate in done):
        found = f'no command of "{load.workload.name}" ended ok under light load'
        raise ScenarioError(Problem(found, "a longer run", at=("run",)))
    demands = []
    for name, used in _use(results, of_cores).items():
        one, others = results.component_measures[name], taken.get(name, 0.0)
        per_command = estimate(
            (u - others) * one.capacity / x for u, x in zip(used, done, strict=True) if x > 0
        )
        if per_command.value > 0 and others < 1:
            demands.append(Demand(name, one.kind, one.capacity, per_command, others))
    if not demands:
        found = f'the commands of "{load.workload.name}" use no component'
        raise ScenarioError(Problem(found, "a host on which they cost something", at=("profile",)))
    return tuple(sorted(demands, key=lambda one: one.seconds, reverse=True))


def _use(results: Results, of_cores: str = PROCESS) -> dict[str, list[float]]:
    """What commands use of every component that has a limit: a share in each replication."""
    table = results.components
    on_cores = table[table["kind"] == of_cores].groupby("replication")["utilisation"].sum()
    use = {}
    for name, rows in table.groupby("component", sort=False):
        kind, capacity = rows["kind"].iloc[0], rows["capacity"].iloc[0]
        if kind != PROCESS and math.isfinite(capacity):
            own = on_cores if kind == CORES else rows["utilisation"]
            use[str(name)] = [float(share) for share in own]
    return use


def _mean_use(results: Results) -> dict[str, float]:
    return {name: fmean(shares) for name, shares in _use(results).items()}


def _level(load: Load, value: float, results: Results, bounds: Bounds) -> Level:
    stable = results.stability.stable
    return Level(
        value=value,
        throughput=estimate(load.throughput(records) for records in results.records),
        latency=estimate(map(load.latency, results.records)) if stable else UNKNOWN,
        failed=estimate(map(load.failed, results.records)),
        stable=stable,
        bottleneck=results.bottleneck,
        utilisation={n: one.utilisation for n, one in results.component_measures.items()},
        throughput_bound=load.throughput_bound(value, bounds),
        latency_bound=load.latency_bound(value, bounds),
    )


def _columns(name: str, measured: Estimate) -> dict[str, float]:
    low = math.nan if measured.low is None else measured.low
    high = math.nan if measured.high is None else measured.high
    return {name: measured.value, f"{name}_low": low, f"{name}_high": high}


def _level_json(level: Level) -> dict[str, Any]:
    bound = level.latency_bound
    return {
        "value": level.value,
        "throughput_per_s": level.throughput.as_dict(),
        "throughput_bound_per_s": level.throughput_bound,
        "latency_s": level.latency.as_dict(),
        "latency_bound_s": bound if math.isfinite(bound) else None,
        "failed": level.failed.as_dict(),
        "stable": level.stable,
        "bottleneck": level.bottleneck,
        "utilisation": {name: one.as_dict() for name, one in level.utilisation.items()},
    }
