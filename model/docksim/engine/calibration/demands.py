"""What an operation demands when it is alone: its latency, and CPU time by component."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples

Key = tuple[str, str, str, int]
"""Operation, network, behaviour on SIGTERM, containers lying about."""

CONDITIONS = ("network", "behaviour", "containers")

DAEMON, RUNTIME, CONTAINERS, KERNEL = "dockerd", "runtime", "containers", "rest"
ENGINE = (DAEMON, RUNTIME, CONTAINERS, KERNEL)


@dataclass(frozen=True)
class Demand:
    """Of one operation.

    latency   s, one value an operation
    cpu       mean core-seconds until the reply, by component; the client's own is not in it
    after     mean core-seconds in all after the reply
    client    mean core-seconds of the client
    """

    latency: npt.NDArray[np.float64]
    cpu: Mapping[str, float]
    after: float
    client: float

    @property
    def total(self) -> float:
        """Core-seconds until the reply."""
        return sum(self.cpu.values())

    @property
    def engine_time(self) -> float:
        """Mean latency without the client's own part (s)."""
        return max(float(self.latency.mean()) - self.client, 0.0)

    @property
    def threads(self) -> float:
        """Cores that it uses at once, at least one: more CPU time than time says so."""
        return max(1.0, self.total / self.engine_time)

    @property
    def wait(self) -> float:
        """Seconds that it neither computes nor is with the client."""
        return max(0.0, self.engine_time - self.total)


def demands(dataset: Dataset) -> dict[Key, Demand]:
    """Of all operations that were accounted one by one. Raises EngineError when there are none.

    An engine that was idle before is slower than one at work. Where the same cycle was also
    measured by one client without pauses, latencies are taken from there, and each component's CPU
    time is brought to what it took for a cycle there.
    """
    blocks = dataset.table("blocks")
    blocks["cycle"] = blocks["operations"].map("+".join)
    accounted = blocks[blocks["accounting"]]
    if accounted.empty:
        raise EngineError(f"{dataset.folder}: no point of it has accounting = true")
    paced = blocks[_is_paced(blocks)]
    samples = measured_samples(dataset)
    cpu = dataset.table("cpu")
    found: dict[Key, Demand] = {}
    for condition, group in accounted.groupby(["cycle", *CONDITIONS]):
        values = cast(tuple[Any, ...], condition)
        _, network, behaviour, containers = values
        single = _by_operation(cpu[cpu["block"].isin(group["block"])])
        alike = (paced[["cycle", *CONDITIONS]] == list(values)).all(axis=1)
        pace = paced[alike]
        scale = _scale(single, pace, cpu) if len(pace) else {}
        timed = pace if len(pace) else group
        latencies = _latencies(samples[samples["block"].isin(timed["block"])])
        for operation, rows in single.groupby("operation"):
            key = (str(operation), str(network), str(behaviour), int(containers))
            if operation in latencies and key not in found:
                found[key] = _demand(latencies[operation], rows, scale)
    return found


def _is_paced(blocks: pd.DataFrame) -> pd.Series:
    """Which blocks are of one client that never pauses."""
    alone = (blocks["load"] == "closed") & (blocks["clients"] == 1)
    return alone & ~blocks["accounting"] & (blocks["pause"] == 0.0)


def _latencies(samples: pd.DataFrame) -> dict[Any, npt.NDArray[np.float64]]:
    good = samples[samples["error"] == ""]
    return {operation: each["latency"].to_numpy() for operation, each in good.groupby("operation")}


def _scale(single: pd.DataFrame, pace: pd.DataFrame, cpu: pd.DataFrame) -> dict[str, float]:
    """By component, CPU time a cycle without pauses over that of its operations one by one."""
    cycles = (pace["cycles"] + pace["warm_up"]).sum()
    whole = cpu[(cpu["phase"] == "block") & cpu["block"].isin(pace["block"])]
    means = single.groupby("operation").mean(numeric_only=True).sum()
    scale = {}
    for component in ENGINE:
        one_by_one = means[f"reply {component}"] + means[f"after {component}"]
        taken = whole.loc[whole["component"] == component, "cpu"].sum() / cycles
        if one_by_one > 0.0 and taken > 0.0:
            scale[component] = float(taken / one_by_one)
    return scale


def _by_operation(cpu: pd.DataFrame) -> pd.DataFrame:
    """A row an operation, a column a phase and component (core-seconds)."""
    single = cpu[cpu["phase"] != "block"]
    wide = single.pivot_table(
        index=["block", "number", "operation"], columns=["phase", "component"], values="cpu"
    )
    wide.columns = pd.Index([" ".join(column) for column in wide.columns.to_flat_index()])
    return wide.reset_index()


def _demand(
    latency: npt.NDArray[np.float64], cpu: pd.DataFrame, scale: Mapping[str, float]
) -> Demand:
    def mean(phase: str, component: str) -> float:
        return max(0.0, float(cpu[f"{phase} {component}"].mean())) * scale.get(component, 1.0)

    return Demand(
        latency=latency,
        cpu={component: mean("reply", component) for component in ENGINE},
        after=sum(mean("after", component) for component in ENGINE),
        client=mean("reply", "client"),
    )
