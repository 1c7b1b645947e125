"""What the scheduler saw of single operations."""

from __future__ import annotations

from collections.abc import Iterable

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


class Seen:
    """The tables of what the scheduler saw."""

    def __init__(
        self, dataset: Dataset, slowness: pd.Series[float], collections: Collections | None
    ) -> None:
        names = ("cpu", "occupancy", "sleeps", "flushes", "held", "allocated", "block_cpu")
        tables = map(dataset.table, names)
        self._cpu, self._occupancy, self._sleeps, self._fsyncs, *others = tables
        self._held, self._memory, self._accounts = others
        self._slowness = slowness
        self._collections = collections
        for table in (self._cpu, self._accounts):
            if len(table):
                table["cpu"] /= table["block"].map(slowness)

    def _scale(self, accounted: pd.Series[str], pace: pd.DataFrame) -> dict[str, float]:
        """By component, CPU time a cycle without pauses, as the control groups account for it, over
        that of its operations one by one; of the kernel's threads, which are in none, as of all."""
        if pace.empty:
            return {}
        cycles = (pace["cycles"] + pace["warm_up"]).sum()
        whole = self._accounts[self._accounts["block"].isin(pace["block"])]
        taken = whole.groupby("component")["cpu"].sum() / cycles
        single = self._cpu[
            self._cpu["block"].isin(accounted) & self._cpu["phase"].isin(("reply", "after"))
        ]
        means = single.groupby(["operation", "phase", "component"])["cpu"].mean()
        one_by_one = means.groupby("component").sum()

        def ratio(accounts: Iterable[str], components: Iterable[str]) -> float:
            alone = one_by_one.reindex(list(components)).sum()
            return float(taken.reindex(list(accounts)).sum() / alone) if alone else 0.0

        scale = {each: ratio(*account) for account in ACCOUNTS for each in account[1]}
        scale["kernel"] = ratio(*ENGINE_ACCOUNT)
        return {component: factor for component, factor in scale.items() if factor > 0.0}

    def demand(
        self, operation: str, alike: pd.DataFrame, timed: pd.DataFrame, paused: pd.DataFrame
    ) -> Demand:
        """Of blocks of one cycle, and the operation's samples in them: those to be timed, and those
        with pauses."""
        blocks = alike.loc[alike["accounting"], "block"]
        scale = self._scale(blocks, alike[alike["brisk"]])

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
        room = max(0.0, usual_mean(latency) - min(apart, total["reply"] - spent.get("reply", 0.0)))
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
            flushes=self._calls(blocks, operation) / count,
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
