"""One replication: a scenario and a seed become records."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from math import inf

import numpy as np
import pandas as pd
import simpy
from simpy.core import StopSimulation

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.des.sampler import Sampler
from docksim.des.statistics import Totals, between
from docksim.des.streams import Streams
from docksim.scenario.errors import Problem, ScenarioError
from docksim.scenario.scenario import Scenario
from docksim.scenario.workload import Open
from docksim.system.site import Site
from docksim.system.traced import HOP_COLUMNS
from docksim.workload.choices import Chooser
from docksim.workload.issuer import Issuer
from docksim.workload.log import CommandLog
from docksim.workload.sources import sources

Progress = Callable[[float], None]

STEPS_OF_PROGRESS = 100
INSTANTS_OF_BACKLOG = 101


@dataclass(frozen=True)
class Records:
    """All that one replication has to tell.

    commands    a row a command: number, workload, command, image, container, arrived,
                first_byte, ended (s;
                nan while in progress), outcome; of a fleet: host, from 0
    hops        when traced, a row a message: number, branch, source, target, message, kind,
                start, end,
                waited (s)
    components  a row a component over the window: kind, capacity, utilisation, mean_queue,
                mean_wait (s),
                visits, throughput (1/s); of a fleet what is shared and the first host's own
    backlog     commands in the system at instants of the window: time (s), in_system
    queues      when traced, how many wait at each component over time: time (s), component, queue
                (mean number since the instant before)
    window      (start, end) in s, from the warm-up's end to the run's
    offered     rate (1/s) of the stationary open workloads together; None when there is none
    in_progress commands under way at the end
    """

    scenario: str
    seed: int
    replication: int
    commands: pd.DataFrame
    hops: pd.DataFrame
    components: pd.DataFrame
    backlog: pd.DataFrame
    window: tuple[float, float]
    offered: float | None
    in_progress: int
    queues: pd.DataFrame = field(default_factory=pd.DataFrame)


def simulate_once(
    scenario: Scenario,
    *,
    seed: int | None = None,
    replication: int = 0,
    trace: bool = False,
    progress: Progress | None = None,
) -> Records:
    """Run one replication; `progress` hears the share (0 to 1) that is done.

    Raises ScenarioError when all commands end within the warm-up, CommandError when what the
    scenario puts on the host at the start does not fit.
    """
    seed = scenario.run.seed if seed is None else seed
    env = Environment()
    streams = Streams(seed, replication)
    hops = Recorder(HOP_COLUMNS) if trace else None
    site = Site(env, scenario, streams, hops)
    log = CommandLog(
        env,
        scenario.run.commands or inf,
        _by_commands(scenario, progress),
        of_fleet=scenario.fleet is not None,
    )
    _load(env, scenario, streams, site, log)
    sampler = Sampler(env, lambda: _totals(site)) if trace else None
    before = _snapshots(env, site, scenario.run.warm_up)
    if progress and scenario.run.duration:
        env.process(_by_time(env, scenario.run.duration, progress))
    _run(env, scenario.run.duration, log.idle)
    if env.now <= scenario.run.warm_up:
        raise _warm_up_outlasts(env.now, scenario.run.warm_up)
    log.record_in_progress()
    commands = _in_order(log.records.frame())
    window = (min(scenario.run.warm_up, env.now), env.now)
    return Records(
        scenario=scenario.name,
        seed=seed,
        replication=replication,
        commands=commands,
        hops=_hops(hops),
        components=_components(site, before),
        backlog=_backlog(commands, window),
        window=window,
        offered=_offered(scenario),
        in_progress=log.in_progress,
        queues=sampler.frame() if sampler else pd.DataFrame(),
    )


def _load(
    env: Environment, scenario: Scenario, streams: Streams, site: Site, log: CommandLog
) -> None:
    """Put the workloads on every host, each in its own time."""
    for host, (system, delay) in enumerate(zip(site.hosts, site.delays, strict=True)):
        issuer = Issuer(env, system, log, host)
        chooser = Chooser(scenario, streams, system.table)
        own = streams.apart(f"host {host}") if host else streams
        for workload in scenario.workload:
            later = workload.model_copy(update={"start": workload.start + delay})
            for source in sources(env, later if delay else workload, own, chooser, issuer):
                issuer.run(source)


def _warm_up_outlasts(end: float, warm_up: float) -> ScenarioError:
    """Only a run tells when its last command ends."""
    found = f"a warm-up of {warm_up:g} s, and all commands ended at {end:g} s"
    return ScenarioError(
        Problem(found, "a shorter warm-up, or more commands", at=("run", "warm_up"))
    )


def _run(env: Environment, duration: float | None, idle: simpy.Event) -> None:
    """For the duration; without one, until all is done, or what is under way can never end."""
    if duration is None:
        assert idle.callbacks is not None
        idle.callbacks.append(StopSimulation.callback)
    env.run(until=duration)


def _snapshots(env: Environment, site: Site, warm_up: float) -> dict[str, Totals]:
    """What the stations have counted when the warm-up ends; filled in then."""
    totals: dict[str, Totals] = {}

    def take(_: simpy.Event | None) -> None:
        totals.update(_totals(site))

    take(None)
    if warm_up:
        timer = env.timeout(warm_up)
        assert timer.callbacks is not None
        timer.callbacks.append(take)
    return totals


def _totals(site: Site) -> dict[str, Totals]:
    return {name: station.totals() for name, (_, station) in site.stations().items()}


def _components(site: Site, before: dict[str, Totals]) -> pd.DataFrame:
    rows = []
    for name, (kind, station) in site.stations().items():
        after = station.totals()
        if after.time <= before[name].time:
            continue
        seen = between(before[name], after)
        rows.append(
            {
                "component": name,
                "kind": kind,
                "capacity": after.capacity,
                "utilisation": seen.utilisation,
                "mean_queue": seen.mean_queue,
                "mean_wait": seen.mean_wait,
                "visits": seen.visits,
                "throughput": seen.throughput,
            }
        )
    return pd.DataFrame(rows)


def _in_order(commands: pd.DataFrame) -> pd.DataFrame:
    """By number, that is in the order of arrival; they were recorded as they ended."""
    return commands.sort_values("number", ignore_index=True)


def _hops(trace: Recorder | None) -> pd.DataFrame:
    """By start; a message was recorded when it was over."""
    frame = (trace or Recorder(HOP_COLUMNS)).frame()
    return frame.sort_values("start", kind="stable", ignore_index=True)


def _backlog(commands: pd.DataFrame, window: tuple[float, float]) -> pd.DataFrame:
    instants = np.linspace(*window, INSTANTS_OF_BACKLOG)
    arrived = np.sort(commands["arrived"].to_numpy())
    ended = np.sort(commands["ended"].to_numpy())  # nan last: those never end
    in_system = np.searchsorted(arrived, instants, side="right") - np.searchsorted(
        ended, instants, side="right"
    )
    return pd.DataFrame({"time": instants, "in_system": in_system})


def _offered(scenario: Scenario) -> float | None:
    rates = [
        workload.rate
        for workload in scenario.workload
        if isinstance(workload, Open) and workload.rate is not None
    ]
    return sum(rates) if rates else None


def _by_time(
    env: Environment, duration: float, progress: Progress
) -> Generator[simpy.Event, object, None]:
    for step in range(1, STEPS_OF_PROGRESS):
        yield env.timeout(duration / STEPS_OF_PROGRESS)
        progress(step / STEPS_OF_PROGRESS)


def _by_commands(scenario: Scenario, progress: Progress | None) -> Callable[[int], None] | None:
    total = scenario.run.commands
    if progress is None or total is None:
        return None
    stride = max(1, total // STEPS_OF_PROGRESS)

    def report(ended: int) -> None:
        if ended % stride == 0:
            progress(ended / total)

    return report
