"""What each operation demands when it is alone: its latency, and what the scheduler saw of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from statistics import median
from typing import Any, cast

import pandas as pd

from docksim.engine.calibration.collector import collector
from docksim.engine.calibration.demand import CONDITIONS, Demand, Key
from docksim.engine.calibration.reference import slowness_of
from docksim.engine.calibration.seen import Seen
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples

CONSTANT_ANSWERS = ("images", "inspect")
"""Requests that a number of containers makes no longer answers to."""


def demands(dataset: Dataset) -> dict[Key, Demand]:
    """Of all operations that were accounted one by one, and did not fail each time. Raises
    EngineError when none was accounted.

    An engine that was idle before is slower than one at work. Where the same cycle was measured
    without pauses too, latencies are taken from there, and each component's CPU time is brought to
    what it took for a cycle there, each operation's by how much quicker it was; what its latency
    has no room for goes on after the reply. All CPU time is brought to the reference's speed,
    without that of collections.
    """
    blocks = dataset.table("blocks")
    blocks["cycle"] = blocks["operations"].map("+".join)
    if "running" not in blocks:
        blocks["running"] = 0
    accounted = blocks[blocks["accounting"]]
    if accounted.empty:
        raise EngineError(f"{dataset.folder}: no point of it has accounting = true")
    samples = measured_samples(dataset)
    good = samples[samples["error"] == ""]
    seen = Seen(dataset, good, slowness_of(dataset), collector(dataset))
    found: dict[Key, Demand] = {}
    groups = accounted.groupby(["cycle", *CONDITIONS])
    # An operation is best known from a cycle with few others.
    for condition, group in sorted(groups, key=lambda each: len(each[1]["operations"].iloc[0])):
        values = cast(tuple[Any, ...], condition)
        for operation in map(str, group["operations"].iloc[0]):
            key = Key(operation, *values[1:])
            if key not in found:
                demand = seen.demand(operation, _alike(blocks, operation, values))
                if demand:
                    found[key] = demand
    return found | _of_same_answers(found)


def _of_same_answers(found: Mapping[Key, Demand]) -> dict[Key, Demand]:
    """Requests whose answer is the same however many containers there are: the client takes as long
    for it then, which is best told by all of them."""
    same: dict[Key, list[Demand]] = defaultdict(list)
    for key, demand in found.items():
        if key.operation in CONSTANT_ANSWERS:
            same[key._replace(containers=0)].append(demand)
    clients = {key: median(demand.client for demand in alike) for key, alike in same.items()}
    return {
        key: replace(demand, client=clients[key._replace(containers=0)])
        for key, demand in found.items()
        if key.operation in CONSTANT_ANSWERS
    }


def _alike(blocks: pd.DataFrame, operation: str, values: tuple[Any, ...]) -> pd.DataFrame:
    """Blocks of a cycle under conditions that an operation depends on: what has ended is removed in
    one way, however it came to its end."""
    conditions = dict(zip(["cycle", *CONDITIONS], values, strict=True))
    if operation == "rm":
        del conditions["behaviour"]
    same = (blocks[list(conditions)] == list(conditions.values())).all(axis=1)
    return blocks[same & (blocks["accounting"] | blocks["brisk"])]
