"""What pulls cost: what is fixed, what a byte adds, and what a layer adds.

A pull of one layer does one thing after the other, and says when: it asks for the manifest,
downloads, extracts, finishes. So CPU time and time of each phase are known apart. A pull of many
layers does them at the same time; what it takes in all tells what each further layer costs.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from docksim.des.distributions import Distribution
from docksim.engine.calibration.fitting import Fit, fit
from docksim.engine.calibration.laws import part, rate, spread
from docksim.engine.calibration.layers import SIZES, Surplus, surplus_of
from docksim.engine.calibration.lines import Line, line
from docksim.engine.calibration.reference import ENGINE, slowness_of
from docksim.engine.calibration.shares import DAEMON
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples

Operations = dict[str, dict[str, list[dict[str, Any]]]]

FREE = {
    "dockerd": ("images_create", "commit_download"),
    "registry": ("descriptors", "service"),
}
"""Operations that were measured together with others, which stand for them."""

MEAN_OF_ALL = "each image's brought to the mean of all"


def pull_operations(
    dataset: Dataset, source: str, rng: np.random.Generator, client: float = 0.0
) -> Operations:
    """Steps by component and operation; none when no pull was accounted. `rng`: for the intervals
    of their laws. `client`: its own part of a removal (s).

    Raises EngineError when all pulls were of one size, or no removal was accounted.
    """
    everywhere = _pulls(dataset)
    if everywhere.empty:
        return {}
    single = everywhere["layers"] == 1
    near = _without_pauses(everywhere[everywhere["rtt"] == 0.0], dataset, "pull")
    everywhere, pulls = everywhere[single], near[near["layers"] == 1]
    if pulls["compressed"].nunique() < 2:
        raise EngineError(f"{dataset.folder}: pulls of one size do not tell what a byte costs")
    lines = {phase: _cpu_line(pulls, phase) for phase in SIZES}
    fits = {str(phase): _fit(own, "time", rng) for phase, own in pulls.groupby("phase")}
    laws = {phase: found.law for phase, found in fits.items()}
    download = _work(pulls, "download", laws) | {"payload": "write"}
    extract = _work(pulls, "extract", laws) | {"payload": "write"}
    surplus = surplus_of(dataset, near, lines)
    extract |= _further(pulls, laws["extract"], surplus)
    finish, first = _whole(pulls, "finish", laws), _first(laws["extract"], surplus)
    # The image's configuration is asked for at the same time as the layer: two requests.
    del download["cpu"]
    asked = part(laws["download"], lines["download"].fixed / 2)
    request: dict[str, Any] = {"cpu": asked, "group": DAEMON}
    request["wait"] = download.pop("wait")
    question = _whole(pulls, "manifest", laws)
    request |= _round_trips(everywhere, "download")
    question |= _round_trips(everywhere, "manifest")
    said = {
        phase: {
            "source": f"{source}: pulls of one layer",
            "varies_with": f"{phase} of a pull",
            "fit": found.document(f"{phase} phase of a pull of one layer, {MEAN_OF_ALL}"),
        }
        for phase, found in fits.items()
    }
    operations: Operations = {
        "registry": {
            "manifest": [question | said["manifest"]],
            "blob": [request | said["download"]],
        },
        "dockerd": {
            "receive_layer": [download | said["download"]],
            "register_image": [each | said["finish"] for each in (*first, finish)],
        },
        "storage.overlay2": {"store_layer": [extract | said["extract"]]},
    }
    for component, steps in _removal(dataset, source, rng, client).items():
        operations[component] |= steps
    free = [{"source": f"{source}: measured within the pull's other steps"}]
    for component, names in FREE.items():
        operations[component] |= dict.fromkeys(names, free)
    return operations


def _without_pauses(rows: pd.DataFrame, dataset: Dataset, operation: str) -> pd.DataFrame:
    """Times as they are without pauses between the operations, where that was measured too.

    An engine that was idle before is slower. What each part is slower by is not told apart: all
    are brought to the latency that the same operation has on the same image without pauses. Where
    some images were measured without pauses, the others are left out.
    """
    blocks, samples = dataset.table("blocks").set_index("block"), measured_samples(dataset)
    own = samples[samples["operation"] == operation]
    slow = own["block"].map(slowness_of(dataset))
    image, rtt = own["block"].map(blocks["image"]), own["block"].map(blocks["rtt"])
    latency = own["latency"] / slow
    near = rtt == 0.0
    paused = latency[near & own["block"].map(blocks["accounting"])].groupby(image).median()
    brisk = latency[near & own["block"].map(blocks["brisk"])].groupby(image).median()
    ratios = (brisk / paused).dropna()
    if ratios.empty:
        return rows
    rows = rows[rows["image"].isin(ratios.index)]
    ratio = rows["image"].map(ratios)
    return rows.assign(**{column: rows[column] * ratio for column in ("cpu", "time", "busy")})


def _fit(rows: pd.DataFrame, column: str, rng: np.random.Generator) -> Fit:
    """The law of what was measured of several images, each brought to the mean of all."""
    ratios = rows[column] / rows.groupby("image")[column].transform("mean")
    values = ratios[ratios > 0.0] * rows[column].mean()
    return fit(values.tolist(), rng)


def _removal(dataset: Dataset, source: str, rng: np.random.Generator, client: float) -> Operations:
    """What removing an image costs: what is fixed, and what its layers and their bytes add."""
    blocks = dataset.table("blocks").set_index("block")
    samples = measured_samples(dataset)
    accounted = blocks[blocks["accounting"] & blocks["operations"].map(lambda o: "rmi" in list(o))]
    if accounted.empty:
        raise EngineError(
            f"{dataset.folder}: pull is measured with accounting, and rmi is not: both are needed"
        )
    slowness = slowness_of(dataset).to_dict()
    rows = []
    for block in accounted.itertuples():
        own = samples[(samples["block"] == block.Index) & (samples["operation"] == "rmi")]
        rows.append((block.image, own["latency"].mean() / slowness[str(block.Index)]))
    times = pd.DataFrame(rows, columns=["image", "time"]).assign(cpu=0.0, busy=0.0)
    times = _without_pauses(times, dataset, "rmi").join(_shapes(dataset), on="image")
    times["time"] -= client
    fixed, per_layer, per_byte = _plane(times)
    removals = samples[(samples["operation"] == "rmi") & samples["block"].isin(accounted.index)]
    removals = removals.assign(image=removals["block"].map(blocks["image"]))
    found = _fit(removals, "latency", rng)
    said = {
        "group": DAEMON,
        "source": f"{source}: removals of images, one by one",
        "varies_with": "rmi",
        "fit": found.document(f"rmi as a whole, {MEAN_OF_ALL}"),
    }
    layers: dict[str, Any] = {"cpu_per_item": part(found.law, per_layer)}
    if per_byte > 0.0:
        layers["throughput"] = rate(per_byte, _cv(removals, "latency"))
    return {
        "dockerd": {"images_delete": [{"cpu": part(found.law, fixed)} | said]},
        "storage.overlay2": {"remove_layers": [layers | said]},
    }


def _plane(times: pd.DataFrame) -> tuple[float, float, float]:
    """Seconds of a removal: fixed, for each layer, for each byte unpacked. None is negative, and
    what did not vary counts as fixed."""
    varied = [name for name in ("layers", "unpacked") if times[name].nunique() > 1]
    scales = times[varied].max()
    columns = (times[varied] / scales).assign(fixed=1.0)
    solution, _ = nnls(columns.to_numpy(), times["time"].to_numpy())
    found = dict(zip([*varied, "fixed"], solution, strict=True))
    per_layer, per_byte = (
        float(found.get(name, 0.0) / scales.get(name, 1.0)) for name in ("layers", "unpacked")
    )
    return float(found["fixed"]), per_layer, per_byte


def _pulls(dataset: Dataset) -> pd.DataFrame:
    """A row a pull and phase, at the reference's speed: core-seconds, s, busy s, layers, bytes."""
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
    taken["cpu"] /= taken["block"].map(slowness)
    at_work = spent["cores"] > 0
    spent.loc[at_work, "seconds"] /= spent["block"].map(slowness)
    found = pd.DataFrame(
        {
            "cpu": taken.groupby(key)["cpu"].sum(),
            "time": spent.groupby(key)["seconds"].sum(),
            "busy": spent[at_work].groupby(key)["seconds"].sum(),
        }
    ).reset_index()
    found["image"] = found["block"].map(blocks["image"])
    found["rtt"] = found["block"].map(blocks["rtt"])
    return found.fillna({"busy": 0.0}).join(_shapes(dataset), on="image")


def _shapes(dataset: Dataset) -> pd.DataFrame:
    """By image: how many layers it has, their bytes compressed and unpacked."""
    layers = dataset.manifest.get("layers", {})
    rows = {name: (len(sizes), *np.sum(sizes, axis=0)) for name, sizes in layers.items()}
    return pd.DataFrame.from_dict(rows, "index", columns=["layers", "compressed", "unpacked"])


def _work(pulls: pd.DataFrame, phase: str, laws: Mapping[str, Distribution]) -> dict[str, Any]:
    """Fixed CPU time and waiting, the rate at which bytes are worked off where they cost any CPU
    time, and on how many cores."""
    own, size, law = pulls[pulls["phase"] == phase], SIZES[phase], laws[phase]
    cpu, busy, time = (line(own[size], own[column]) for column in ("cpu", "busy", "time"))
    threads = max(1.0, cpu.per_byte / busy.per_byte) if busy.per_byte else 1.0
    speed = {"throughput": rate(cpu.per_byte, _cv(own, "time"))} if cpu.per_byte > 0.0 else {}
    return {
        "cpu": part(law, cpu.fixed),
        "wait": part(law, time.fixed - busy.fixed),
        **speed,
        "threads": round(threads, 3),
        "group": DAEMON,
    }


def _cv(rows: pd.DataFrame, column: str) -> float:
    """Coefficient of variation of what was measured of the same image, on average."""
    of_each = [
        spread(each.to_numpy()) / float(each.mean())
        for _, each in rows.groupby("image")[column]
        if len(each) > 1
    ]
    return float(np.mean(of_each)) if of_each else 0.0


def _cpu_line(pulls: pd.DataFrame, phase: str) -> Line:
    own = pulls[pulls["phase"] == phase]
    return line(own[SIZES[phase]], own["cpu"])


def _further(pulls: pd.DataFrame, law: Distribution, surplus: Surplus) -> dict[str, Any]:
    """CPU time and waiting of an extraction that is not a pull's first, but for its bytes."""
    own = pulls[pulls["phase"] == "extract"]
    cpu, busy, time = (line(own["unpacked"], own[column]) for column in ("cpu", "busy", "time"))
    threads = max(1.0, cpu.per_byte / busy.per_byte) if busy.per_byte else 1.0
    fixed = max(0.0, cpu.fixed - surplus.cpu)
    wait = time.fixed - surplus.time - fixed / threads
    return {"cpu": part(law, fixed), "wait": part(law, wait)}


def _first(law: Distribution, surplus: Surplus) -> list[dict[str, Any]]:
    """What a pull's first layer has besides."""
    if not surplus.cpu:
        return []
    step = {"cpu": part(law, surplus.cpu), "threads": round(surplus.threads, 3), "group": DAEMON}
    return [step | ({"wait": part(law, surplus.wait)} if surplus.wait else {})]


def _whole(pulls: pd.DataFrame, phase: str, laws: Mapping[str, Distribution]) -> dict[str, Any]:
    """CPU time and waiting of a phase that does not depend on the size."""
    own, law = pulls[pulls["phase"] == phase], laws[phase]
    wait = (own["time"] - own["busy"]).mean()
    return {"cpu": part(law, own["cpu"].mean()), "wait": part(law, wait), "group": DAEMON}


def _round_trips(pulls: pd.DataFrame, phase: str) -> dict[str, int]:
    """How many there are, from how much longer a phase takes where each is longer."""
    own = pulls[pulls["phase"] == phase]
    far = own[own["rtt"] > 0.0]
    near = own[(own["rtt"] == 0.0) & own["image"].isin(far["image"])]
    if far.empty or near.empty:
        return {}
    longer = far["time"].median() - near["time"].median()
    return {"round_trips": max(0, round(longer / far["rtt"].median()))}
