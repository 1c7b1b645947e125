"""What the scheduler saw of single operations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from docksim.engine.calibration.collector import Collections
from docksim.engine.calibration.demand import SERIALISED, Demand
from docksim.engine.calibration.laws import usual_mean
from docksim.engine.calibration.reference import ENGINE
from docksim.engine.calibration.store import Access
from docksim.engine.measurement.dataset import Dataset

ACCOUNTS = (
    (("dockerd",), ("dockerd", "reexec")),
    (("runtime", "containers"), ("containerd", "shim", "runc", "hook", "init")),
    (("registry",), ("registry",)),
    (("client",), ("client",)),
)
"""Accounts of the control groups, and the components that are in them."""

ENGINE_ACCOUNT = (
    tuple(account for accounts, _ in ACCOUNTS[:2] for account in accounts),
    tuple(component for _, components in ACCOUNTS[:2] for component in components),
)
"""The daemons' and the containers' together."""


@dataclass(frozen=True)
class Trace:
    """An operation with pauses, one by one: means of `count` executions.

    cpu      core-seconds by phase and component, at the reference's speed
    total    s until the reply
    opened   s until the first program is executed; 0 where none is
    at_work  of the total, the part with at least one core busy
    worked   s until the reply with at least one core busy, at the reference's speed
    apart    s until the reply with none busy, in locks of files, flushes of containerd's database
             and serialised sleeps
    committing, accesses   see Demand
    sleeps   all of them
    """

    count: int
    cpu: Mapping[tuple[str, str], float]
    total: float
    opened: float
    at_work: float
    worked: float
    apart: float
    committing: float
    accesses: Sequence[Access]
    sleeps: pd.DataFrame

    def of(self, phase: str, component: str) -> float:
        """Core-seconds."""
        return float(self.cpu.get((phase, component), 0.0))


class Seen:
    """The tables of what the scheduler saw."""

    def __init__(
        self,
        dataset: Dataset,
        samples: pd.DataFrame,
        slowness: pd.Series[float],
        collections: Collections | None,
    ) -> None:
        """`samples`: those that did not fail."""
        self._samples = samples
        names = ("cpu", "occupancy", "sleeps", "flushes", "held", "allocated", "block_cpu")
        tables = map(dataset.table, names)
        self._cpu, self._occupancy, self._sleeps, self._fsyncs, *others = tables
        self._held, self._memory, self._accounts = others
        self._slowness = slowness
        self._collections = collections
        for table in (self._cpu, self._accounts):
            if len(table):
                table["cpu"] /= table["block"].map(slowness)

    def demand(self, operation: str, alike: pd.DataFrame) -> Demand | None:
        """Of blocks of one cycle, some of them with pauses and accounted one by one; none where it
        failed each time."""
        blocks = alike.loc[alike["accounting"], "block"]
        paused = self._samples_of(operation, blocks)
        if paused.empty:
            return None
        trace = self._traced(operation, blocks)
        scale = self._scale(operation, alike)
        sleeps = trace.sleeps

        def scaled(phase: str) -> dict[str, float]:
            return {each: trace.of(phase, each) * scale.get(each, 1.0) for each in ENGINE}

        def asleep(phase: str) -> dict[str, tuple[float, float]]:
            by_reason = sleeps[sleeps["phase"] == phase].groupby("reason")
            own = by_reason[["seconds", "count"]].sum() / trace.count
            return {str(reason): (row["seconds"], row["count"]) for reason, row in own.iterrows()}

        reply, after = scaled("reply"), scaled("after")
        allocated = self._allocated(blocks, operation)
        if self._collections:
            collecting = self._collections.part_of(allocated)
            # The daemon does little else after a reply.
            later = min(collecting, after["dockerd"])
            after["dockerd"] -= later
            reply["dockerd"] = max(0.0, reply["dockerd"] - (collecting - later))
        unscaled = sum(trace.of("reply", each) for each in ENGINE)
        busy = trace.worked * (sum(reply.values()) / unscaled if unscaled else 1.0)
        client = trace.of("reply", "client") * scale.get("client", 1.0)
        latency = self._latency(operation, alike, trace)
        room = max(0.0, usual_mean(latency) - trace.apart)
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
            opening=scaled("opening") if trace.opened else {},
            opened=trace.opened,
            asleep=asleep("reply"),
            asleep_after=asleep("after"),
            flushing=self._flushing(sleeps) / trace.count,
            flushes=self._calls(blocks, operation) / trace.count,
            committing=trace.committing,
            accesses=trace.accesses,
            allocated=allocated,
            paused=float(np.median(self._at_reference(paused, trace.at_work))),
        )

    def _scale(self, operation: str, alike: pd.DataFrame) -> dict[str, float]:
        """By component, an operation's CPU time without pauses over that with them. The control
        groups account for that of a whole cycle, of which each operation has as much more or less
        as its latency tells; the kernel's threads, which are in none, as all others."""
        pace, blocks = alike[alike["brisk"]], alike.loc[alike["accounting"], "block"]
        if pace.empty:
            return {}
        cycles = (pace["cycles"] + pace["warm_up"]).sum()
        whole = self._accounts[self._accounts["block"].isin(pace["block"])]
        taken = whole.groupby("component")["cpu"].sum() / cycles
        single = self._cpu[
            self._cpu["block"].isin(blocks) & self._cpu["phase"].isin(("reply", "after"))
        ]
        means = single.groupby(["operation", "phase", "component"])["cpu"].mean().reset_index()

        def ratio(accounts: Iterable[str], components: Iterable[str]) -> float:
            alone = means.loc[means["component"].isin(components), "cpu"].sum()
            return float(taken.reindex(list(accounts)).sum() / alone) if alone else 0.0

        client = ratio(("client",), ("client",))
        quicker = {each: self._quicker(each, alike, client) for each in means["operation"].unique()}
        means["cpu"] *= means["operation"].map(quicker)
        scale = {each: ratio(*account) for account in ACCOUNTS for each in account[1]}
        scale["kernel"] = ratio(*ENGINE_ACCOUNT)
        return {
            component: factor * quicker[operation]
            for component, factor in scale.items()
            if factor > 0.0
        }

    def _quicker(self, operation: str, alike: pd.DataFrame, client: float) -> float:
        """What an operation takes without pauses over what it takes with them, but for what it
        waits for apart, and for the client, who takes that much of its time with them."""
        trace = self._traced(operation, alike.loc[alike["accounting"], "block"])
        idle = trace.total * (1.0 - trace.at_work)
        asking = min(idle - trace.apart, trace.of("reply", "client"))
        paused = trace.total - trace.apart - asking
        latency = self._latency(operation, alike, trace)
        if not latency.size or paused <= 0.0:
            return 1.0
        return max(0.0, usual_mean(latency) - trace.apart - asking * client) / paused

    def _samples_of(self, operation: str, blocks: pd.Series[str]) -> pd.DataFrame:
        own = self._samples[self._samples["operation"] == operation]
        return own[own["block"].isin(blocks)]

    def _latency(
        self, operation: str, alike: pd.DataFrame, trace: Trace
    ) -> npt.NDArray[np.float64]:
        """Latencies (s) at the reference's speed, without pauses where that was measured."""
        brisk = self._samples_of(operation, alike.loc[alike["brisk"], "block"])
        paused = self._samples_of(operation, alike.loc[alike["accounting"], "block"])
        return self._at_reference(paused if brisk.empty else brisk, trace.at_work)

    def _traced(self, operation: str, blocks: pd.Series[str]) -> Trace:
        def of(table: pd.DataFrame) -> pd.DataFrame:
            return table[table["block"].isin(blocks) & (table["operation"] == operation)]

        cpu, occupancy, sleeps = of(self._cpu), of(self._occupancy), of(self._sleeps)
        count = len(cpu[["block", "number"]].drop_duplicates())
        taken = cpu.groupby(["phase", "component"])["cpu"].sum() / count
        seconds = occupancy.groupby("phase")["seconds"].sum() / count
        replying = occupancy[occupancy["phase"] == "reply"]
        busy = replying[replying["cores"] > 0]
        accesses = self._accesses(blocks, operation)
        committing = self._flushes(sleeps, "containerd") / count
        serialised = sleeps[(sleeps["phase"] == "reply") & sleeps["reason"].isin(SERIALISED)]
        apart = sum(access.seconds for access in accesses) + committing
        apart += serialised["seconds"].sum() / count
        spent = busy["seconds"].sum() / count
        return Trace(
            count=count,
            cpu=cast("Mapping[tuple[str, str], float]", taken.to_dict()),
            total=float(seconds["reply"]),
            opened=float(seconds.get("opening", 0.0)),
            at_work=float(spent / seconds["reply"]),
            worked=float((busy["seconds"] / busy["block"].map(self._slowness)).sum() / count),
            apart=float(min(apart, seconds["reply"] - spent)),
            committing=committing,
            accesses=accesses,
            sleeps=sleeps,
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

    def _calls(self, blocks: pd.Series[str], operation: str) -> float:
        """Of fsync until the reply, in all."""
        if self._fsyncs.empty:
            return 0.0
        own = self._fsyncs[self._fsyncs["block"].isin(blocks)]
        own = own[(own["operation"] == operation) & (own["phase"] == "reply")]
        return float(own["count"].sum())

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
