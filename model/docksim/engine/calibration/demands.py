"""What an operation demands when it is alone: its latency, and what the scheduler saw of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from docksim.engine.calibration.collector import Collections, collector
from docksim.engine.calibration.laws import USUAL, spread
from docksim.engine.calibration.reference import ENGINE, slowness_of
from docksim.engine.calibration.store import Access
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples


class Key(NamedTuple):
    """An operation and its conditions: network, behaviour on SIGTERM, containers and images lying
    about, containers that run besides, bytes of the log that is read."""

    operation: str
    network: str = "host"
    behaviour: str = "ignores"
    containers: int = 0
    images: int = 0
    running: int = 0
    log_size: float = 0.0


CONDITIONS = list(Key._fields[1:])

SERIALISED = ("cgroup", "rcu_barrier")
"""Reasons of kernel sleeps that are told apart from other waiting."""

Cpu = Mapping[str, float]
"""Core-seconds by component."""


@dataclass(frozen=True)
class Demand:
    """Of one operation; means but for the latency.

    latency   s, one value an operation
    cpu, after   core-seconds by component until the reply, and after it
    opening   core-seconds by component before the first program is executed; none where none is
    opened    s until then
    busy      s until the reply with at least one core busy
    client    core-seconds of the client
    asleep, asleep_after   uninterruptible sleep by reason (s, count), until the reply and after it
    flushing   s that the engine's processes sleep in flushes until the reply
    committing   s of it that containerd's do, whose only file that is flushed is its database
    accesses   dockerd's to files that it locks, in their order
    allocated  bytes that dockerd allocates
    paused    median latency (s) with pauses before it, which make an engine slower; `latency` is
              without any where that was measured
    """

    latency: npt.NDArray[np.float64]
    cpu: Cpu
    after: Cpu
    busy: float
    client: float
    opening: Cpu = field(default_factory=dict)
    opened: float = 0.0
    asleep: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    asleep_after: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    flushing: float = 0.0
    committing: float = 0.0
    accesses: Sequence[Access] = ()
    allocated: float = 0.0
    paused: float = 0.0

    @property
    def total(self) -> float:
        """Core-seconds until the reply."""
        return sum(self.cpu.values())

    @property
    def mean(self) -> float:
        """Winsorised mean latency (s)."""
        return _mean(self.latency)

    @property
    def median(self) -> float:
        """Of the latency (s)."""
        return float(np.median(self.latency))

    @property
    def brisker(self) -> float:
        """Of the median with pauses, the part that it takes without; 1 where that is not known."""
        return self.median / self.paused if self.paused else 1.0

    @property
    def engine_time(self) -> float:
        """Mean latency without the client's own part (s)."""
        return max(self.mean - self.client, 0.0)

    @property
    def spread(self) -> float:
        """Standard deviation of the latency (s), without its outliers."""
        return spread(self.latency)

    @property
    def threads(self) -> float:
        """Cores that it uses at once while it uses any."""
        return max(1.0, self.total / self.busy) if self.busy else 1.0

    @property
    def wait(self) -> float:
        """Seconds that it neither computes nor is with the client."""
        return max(0.0, self.engine_time - self.total / self.threads)

    @property
    def held(self) -> float:
        """Seconds that dockerd holds locks of files."""
        return sum(access.seconds for access in self.accesses)

    @property
    def held_at_first(self) -> float:
        """Seconds of it before the first program is executed."""
        return sum(access.seconds for access in self.accesses if access.began < self.opened)

    def locked(self, reason: str) -> float:
        """Seconds of its waiting that are sleeps for that reason."""
        return min(self.wait, self.asleep.get(reason, (0.0, 0.0))[0])

    def sleeps(self, reason: str) -> float:
        """How many sleeps for that reason there are until the reply."""
        return self.asleep.get(reason, (0.0, 0.0))[1]

    @property
    def grace_periods(self) -> float:
        """How many of RCU it waits for, where that is not part of something else."""
        return self.sleeps("grace period")


def demands(dataset: Dataset) -> dict[Key, Demand]:
    """Of all operations that were accounted one by one. Raises EngineError when there are none.

    An engine that was idle before is slower than one at work. Where the same cycle was also traced
    without pauses, latencies are taken from there, and each component's CPU time is brought to
    what it took for a cycle there; what the latencies have no room for goes on after the reply. All
    CPU time is brought to the reference's speed, without that of collections.
    """
    blocks = dataset.table("blocks")
    blocks["cycle"] = blocks["operations"].map("+".join)
    if "running" not in blocks:
        blocks["running"] = 0
    accounted = blocks[blocks["accounting"]]
    if accounted.empty:
        raise EngineError(f"{dataset.folder}: no point of it has accounting = true")
    samples = measured_samples(dataset)
    seen = _Seen(dataset, slowness_of(dataset), collector(dataset))
    found: dict[Key, Demand] = {}
    good = samples[samples["error"] == ""]
    for condition, group in accounted.groupby(["cycle", *CONDITIONS]):
        values = cast(tuple[Any, ...], condition)
        for operation in group["operations"].iloc[0]:
            key = Key(str(operation), *values[1:])
            if key in found:
                continue
            alike = _alike(blocks, operation, values)
            own = good[good["operation"] == operation]
            paused, brisk = (
                own[own["block"].isin(each["block"])]
                for each in (alike[alike["accounting"]], alike[alike["traced"]])
            )
            found[key] = seen.demand(str(operation), alike, brisk if len(brisk) else paused, paused)
    return found


def _alike(blocks: pd.DataFrame, operation: str, values: tuple[Any, ...]) -> pd.DataFrame:
    """Blocks of a cycle under conditions that an operation depends on: what has ended is removed in
    one way, however it came to its end."""
    conditions = dict(zip(["cycle", *CONDITIONS], values, strict=True))
    if operation == "rm":
        del conditions["behaviour"]
    same = (blocks[list(conditions)] == list(conditions.values())).all(axis=1)
    return blocks[same & (blocks["accounting"] | blocks["traced"])]


def _mean(latency: npt.NDArray[np.float64]) -> float:
    """Winsorised: outliers count as the quantiles that they are beyond."""
    return float(np.clip(latency, *np.quantile(latency, USUAL)).mean())


class _Seen:
    """The tables of what the scheduler saw."""

    def __init__(
        self, dataset: Dataset, slowness: pd.Series[float], collections: Collections | None
    ) -> None:
        names = ("cpu", "occupancy", "sleeps", "held", "traced_cpu", "allocated")
        tables = map(dataset.table, names)
        self._cpu, self._occupancy, self._sleeps, self._held, self._traced, self._memory = tables
        self._slowness = slowness
        self._collections = collections
        for table in (self._cpu, self._traced):
            if len(table):
                table["cpu"] /= table["block"].map(slowness)

    def _scale(self, accounted: pd.Series[str], pace: pd.DataFrame) -> dict[str, float]:
        """By component, CPU time a cycle without pauses over that of its operations one by one."""
        if pace.empty:
            return {}
        cycles = (pace["cycles"] + pace["warm_up"]).sum()
        whole = self._traced[self._traced["block"].isin(pace["block"])]
        taken = whole.groupby("component")["cpu"].sum() / cycles
        single = self._cpu[
            self._cpu["block"].isin(accounted) & self._cpu["phase"].isin(("reply", "after"))
        ]
        means = single.groupby(["operation", "phase", "component"])["cpu"].mean()
        one_by_one = means.groupby("component").sum()
        ratio = taken / one_by_one
        known = ratio[(taken > 0.0) & (one_by_one > 0.0)]
        return {str(component): float(factor) for component, factor in known.items()}

    def demand(
        self, operation: str, alike: pd.DataFrame, timed: pd.DataFrame, paused: pd.DataFrame
    ) -> Demand:
        """Of blocks of one cycle, and the operation's samples in them: those to be timed, and those
        with pauses."""
        blocks = alike.loc[alike["accounting"], "block"]
        scale = self._scale(blocks, alike[alike["traced"]])

        def of(table: pd.DataFrame) -> pd.DataFrame:
            return table[table["block"].isin(blocks) & (table["operation"] == operation)]

        cpu, occupancy, sleeps = of(self._cpu), of(self._occupancy), of(self._sleeps)
        count = len(cpu[["block", "number"]].drop_duplicates())
        taken = cpu.groupby(["phase", "component"])["cpu"].sum() / count
        at_work = occupancy[occupancy["cores"] > 0]
        slowness = at_work["block"].map(self._slowness)
        worked = (at_work["seconds"] / slowness).groupby(at_work["phase"]).sum() / count
        spent = at_work.groupby("phase")["seconds"].sum() / count
        total = occupancy.groupby("phase")["seconds"].sum() / count

        def scaled(phase: str) -> dict[str, float]:
            return {
                component: float(taken.get((phase, component), 0.0)) * scale.get(component, 1.0)
                for component in ENGINE
            }

        def asleep(phase: str) -> dict[str, tuple[float, float]]:
            by_reason = sleeps[sleeps["phase"] == phase].groupby("reason")
            own = by_reason[["seconds", "count"]].sum() / count
            return {str(reason): (row["seconds"], row["count"]) for reason, row in own.iterrows()}

        reply, after = scaled("reply"), scaled("after")
        allocated = self._allocated(blocks, operation)
        if self._collections:
            collecting = self._collections.part_of(allocated)
            reply["dockerd"] = max(0.0, reply["dockerd"] - collecting)
        unscaled = sum(float(taken.get(("reply", component), 0.0)) for component in ENGINE)
        faster = sum(reply.values()) / unscaled if unscaled else 1.0
        busy = float(worked.get("reply", 0.0)) * faster
        client = float(taken.get(("reply", "client"), 0.0)) * scale.get("client", 1.0)
        at_work_for = float(spent.get("reply", 0.0) / total["reply"])
        latency = self._at_reference(timed, at_work_for)
        accesses, slept = self._accesses(blocks, operation), asleep("reply")
        committing = self._flushes(sleeps, "containerd") / count
        apart = sum(access.seconds for access in accesses) + committing
        apart += sum(slept[reason][0] for reason in SERIALISED if reason in slept)
        room = max(0.0, _mean(latency) - min(apart, total["reply"] - spent.get("reply", 0.0)))
        before = min(1.0, room / (busy + client)) if busy + client else 1.0
        return Demand(
            latency=latency,
            cpu={component: before * each for component, each in reply.items()},
            after={
                component: each + (1.0 - before) * reply[component]
                for component, each in after.items()
            },
            busy=before * busy,
            client=before * client,
            opening=scaled("opening") if "opening" in total else {},
            opened=float(total.get("opening", 0.0)),
            asleep=slept,
            asleep_after=asleep("after"),
            flushing=self._flushing(sleeps) / count,
            committing=committing,
            accesses=accesses,
            allocated=allocated,
            paused=float(np.median(self._at_reference(paused, at_work_for))),
        )

    def _flushing(self, sleeps: pd.DataFrame) -> float:
        """Those of the kernel's own threads are within these."""
        return sum(self._flushes(sleeps, each) for each in ENGINE if each != "kernel")

    def _flushes(self, sleeps: pd.DataFrame, component: str) -> float:
        """Seconds that a component's processes sleep in flushes until the reply."""
        if sleeps.empty:
            return 0.0
        own = sleeps[(sleeps["phase"] == "reply") & (sleeps["reason"] == "flush")]
        return float(own.loc[own["component"] == component, "seconds"].sum())

    def _allocated(self, blocks: pd.Series[str], operation: str) -> float:
        """In the median: now and then something else allocates at the same time."""
        if self._memory.empty:
            return 0.0
        own = self._memory[self._memory["block"].isin(blocks)]
        return float(own.loc[own["operation"] == operation, "bytes"].median())

    def _accesses(self, blocks: pd.Series[str], operation: str) -> list[Access]:
        """Locks of files, each as it is on average where there are as many as mostly."""
        if self._held.empty:
            return []
        own = self._held[self._held["block"].isin(blocks) & (self._held["operation"] == operation)]
        if own.empty:
            return []
        own = own.sort_values(["block", "number", "began"])
        executions = own.groupby(["block", "number"])
        count = executions["began"].transform("size")
        usual = own[count == count.mode()[0]]
        place = usual.groupby(["block", "number"]).cumcount()
        means = usual.assign(seconds=usual["ended"] - usual["began"]).groupby(place).mean(True)
        return [Access(row["began"], row["seconds"]) for _, row in means.iterrows()]

    def _at_reference(self, timed: pd.DataFrame, busy: float) -> npt.NDArray[np.float64]:
        """Latencies (s) as they were at the reference's speed; `busy` is the share that scales."""
        slowness = timed["block"].map(self._slowness).to_numpy()
        return np.asarray(timed["latency"].to_numpy() * (1.0 - busy + busy / slowness))
