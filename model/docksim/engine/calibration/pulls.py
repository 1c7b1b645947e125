"""What pulls cost, from images of one layer and several sizes: what is fixed, and what a byte adds.

A pull of one layer does one thing after the other, and says when: it asks for the manifest,
downloads, extracts, finishes. So CPU time and time of each phase are known apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from docksim.des.distributions.notation import written
from docksim.engine.calibration.demands import ENGINE, slowness_of
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset

Operations = dict[str, dict[str, list[dict[str, Any]]]]

FREE = {
    "dockerd": ("images_create", "commit_download"),
    "registry": ("descriptors", "service"),
}
"""Operations that were measured together with others, which stand for them."""


@dataclass(frozen=True)
class Line:
    """Seconds: a fixed part, and one for each byte."""

    fixed: float
    per_byte: float


def pull_operations(dataset: Dataset, source: str) -> Operations:
    """Steps by component and operation; none when no pull was accounted.

    Raises EngineError when all pulls were of one size.
    """
    everywhere = _pulls(dataset)
    if everywhere.empty:
        return {}
    pulls = everywhere[everywhere["rtt"] == 0.0]
    if pulls["compressed"].nunique() < 2:
        raise EngineError(f"{dataset.folder}: pulls of one size do not tell what a byte costs")
    download = _work(pulls, "download", "compressed") | {"payload": "write"}
    extract = _work(pulls, "extract", "unpacked") | {"payload": "write"}
    request = {key: download.pop(key) for key in ("cpu", "wait")}
    question = _whole(pulls, "manifest")
    request |= _round_trips(everywhere, "download")
    question |= _round_trips(everywhere, "manifest")
    said = {"source": f"{source}: pulls of one layer"}
    operations: Operations = {
        "registry": {"manifest": [question | said], "blob": [request | said]},
        "dockerd": {
            "receive_layer": [download | said],
            "register_image": [_whole(pulls, "finish") | said],
        },
        "storage.overlay2": {"store_layer": [extract | said]},
    }
    free = [{"source": f"{source}: measured within the pull's other steps"}]
    for component, names in FREE.items():
        operations[component] |= dict.fromkeys(names, free)
    return operations


def _pulls(dataset: Dataset) -> pd.DataFrame:
    """A row a pull of one layer and phase: core-seconds, s, busy s, bytes."""
    blocks = dataset.table("blocks").set_index("block")
    blocks = blocks[blocks["accounting"]]
    cpu, occupancy = dataset.table("cpu"), dataset.table("occupancy")
    slowness = slowness_of(dataset)
    key = ["block", "number", "phase"]

    def of(table: pd.DataFrame) -> pd.DataFrame:
        own = table[(table["operation"] == "pull") & table["block"].isin(blocks.index)]
        return own[~own["phase"].isin(("reply", "after", "opening"))]

    taken, spent = of(cpu[cpu["component"].isin(ENGINE)]), of(occupancy)
    if taken.empty:
        return pd.DataFrame()
    slow = taken["block"].map(slowness)
    found = pd.DataFrame(
        {
            "cpu": (taken["cpu"] / slow).groupby([taken[k] for k in key]).sum(),
            "time": spent.groupby(key)["seconds"].sum(),
            "busy": spent[spent["cores"] > 0].groupby(key)["seconds"].sum(),
        }
    ).reset_index()
    layers = dataset.manifest.get("layers", {})
    single = {name: sizes[0] for name, sizes in layers.items() if len(sizes) == 1}
    found["image"] = found["block"].map(blocks["image"])
    found["rtt"] = found["block"].map(blocks["rtt"])
    found = found[found["image"].isin(single)].fillna({"busy": 0.0})
    for i, column in enumerate(("compressed", "unpacked")):
        found[column] = found["image"].map(lambda name, i=i: single[name][i]).astype(float)
    return found


def _work(pulls: pd.DataFrame, phase: str, size: str) -> dict[str, Any]:
    """Fixed CPU time and waiting, the rate at which bytes are worked off, and on how many cores."""
    own = pulls[pulls["phase"] == phase]
    cpu, busy, time = (_line(own[size], own[column]) for column in ("cpu", "busy", "time"))
    threads = max(1.0, cpu.per_byte / busy.per_byte) if busy.per_byte else 1.0
    return {
        "cpu": _seconds(cpu.fixed),
        "wait": _seconds(time.fixed - busy.fixed),
        "throughput": written(float(f"{1.0 / cpu.per_byte:.4g}"), "B/s"),
        "threads": round(threads, 3),
    }


def _whole(pulls: pd.DataFrame, phase: str) -> dict[str, Any]:
    """CPU time and waiting of a phase that does not depend on the size."""
    own = pulls[pulls["phase"] == phase]
    wait = (own["time"] - own["busy"]).mean()
    return {"cpu": _seconds(own["cpu"].mean()), "wait": _seconds(wait)}


def _round_trips(pulls: pd.DataFrame, phase: str) -> dict[str, int]:
    """How many there are, from how much longer a phase takes where each is longer."""
    own = pulls[pulls["phase"] == phase]
    far = own[own["rtt"] > 0.0]
    near = own[(own["rtt"] == 0.0) & own["image"].isin(far["image"])]
    if far.empty or near.empty:
        return {}
    longer = far["time"].median() - near["time"].median()
    return {"round_trips": max(0, round(longer / far["rtt"].median()))}


def _line(sizes: pd.Series[Any], seconds: pd.Series[Any]) -> Line:
    slope, fixed = np.polyfit(sizes, seconds, 1)
    return Line(max(0.0, float(fixed)), max(0.0, float(slope)))


def _seconds(value: float) -> str:
    return written(float(f"{max(0.0, value):.4g}"), "s")
