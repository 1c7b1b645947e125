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
from docksim.engine.calibration.allocation import DAEMON
from docksim.engine.calibration.demands import ENGINE, slowness_of
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples

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
    pulls = _without_pauses(pulls, dataset, "pull")
    cpu = _line(*(pulls.loc[pulls["phase"] == "download", c] for c in ("compressed", "cpu")))
    download = _work(pulls, "download", "compressed") | {"payload": "write"}
    extract = _work(pulls, "extract", "unpacked") | {"payload": "write"}
    # The image's configuration is asked for at the same time as the layer: two requests.
    request = {"cpu": _seconds(cpu.fixed / 2), "wait": download.pop("wait"), "group": DAEMON}
    download.pop("cpu")
    question = _whole(pulls, "manifest")
    request |= _round_trips(everywhere, "download")
    question |= _round_trips(everywhere, "manifest")
    said = {"source": f"{source}: pulls of one layer"}
    operations: Operations = {
        "registry": {"manifest": [question | said], "blob": [request | said]},
        "dockerd": {
            "receive_layer": [download | said],
            "register_image": [_whole(pulls, "finish") | said],
            **_removal(dataset, source),
        },
        "storage.overlay2": {
            "store_layer": [extract | said],
            "remove_layers": [{"source": f"{source}: measured within the request"}],
        },
    }
    free = [{"source": f"{source}: measured within the pull's other steps"}]
    for component, names in FREE.items():
        operations[component] |= dict.fromkeys(names, free)
    return operations


def _without_pauses(rows: pd.DataFrame, dataset: Dataset, operation: str) -> pd.DataFrame:
    """Times as they are without pauses between the operations, where that was measured too.

    An engine that was idle before is slower. What each part is slower by is not told apart: all
    are brought to the latency that the same operation has on the same images without pauses.
    """
    blocks, samples = dataset.table("blocks").set_index("block"), measured_samples(dataset)
    own = samples[samples["operation"] == operation]
    slow = own["block"].map(slowness_of(dataset))
    image, rtt = own["block"].map(blocks["image"]), own["block"].map(blocks["rtt"])
    latency = own["latency"] / slow
    near = rtt == 0.0
    paused = latency[near & own["block"].map(blocks["accounting"])].groupby(image).median()
    brisk = latency[near & own["block"].map(blocks["traced"])].groupby(image).median()
    ratios = (brisk / paused).dropna()
    if ratios.empty:
        return rows
    columns = ["cpu", "time", "busy"]
    return rows.assign(**{column: rows[column] * float(ratios.mean()) for column in columns})


def _removal(dataset: Dataset, source: str) -> dict[str, list[dict[str, Any]]]:
    """What removing an image costs: fixed, and for each layer where images of several layers were
    removed; sizes of up to tens of megabytes make no difference that could be told."""
    blocks = dataset.table("blocks").set_index("block")
    cpu, samples = dataset.table("cpu"), measured_samples(dataset)
    cpu = cpu[(cpu["operation"] == "rmi") & (cpu["phase"] == "reply")]
    accounted = blocks[blocks["accounting"] & blocks["operations"].map(lambda o: "rmi" in list(o))]
    layers = {name: len(sizes) for name, sizes in dataset.manifest.get("layers", {}).items()}
    rows = []
    for block in accounted.itertuples():
        taken = cpu[cpu["block"] == block.Index]
        own = samples[(samples["block"] == block.Index) & (samples["operation"] == "rmi")]
        client = taken.loc[taken["component"] == "client", "cpu"].sum() / len(own)
        rows.append((layers[block.image], float(own["latency"].mean()) - float(client)))
    times = pd.DataFrame(rows, columns=["layers", "time"]).assign(cpu=0.0, busy=0.0)
    times = _without_pauses(times, dataset, "rmi")
    line = Line(float(times["time"].mean()), 0.0)
    if times["layers"].nunique() > 1:
        line = _line(times["layers"], times["time"])
    step = {
        "cpu": _seconds(line.fixed),
        "cpu_per_item": _seconds(line.per_byte),
        "group": DAEMON,
        "source": f"{source}: removals of images, one by one",
    }
    return {"images_delete": [step]}


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
        "group": DAEMON,
    }


def _whole(pulls: pd.DataFrame, phase: str) -> dict[str, Any]:
    """CPU time and waiting of a phase that does not depend on the size."""
    own = pulls[pulls["phase"] == phase]
    wait = (own["time"] - own["busy"]).mean()
    return {"cpu": _seconds(own["cpu"].mean()), "wait": _seconds(wait), "group": DAEMON}


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
