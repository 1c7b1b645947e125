"""dockerd's garbage collector: how often it is at work, for how long, and whom it delays."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import pandas as pd

from docksim.des.distributions.notation import written
from docksim.engine.calibration.caches import LISTS
from docksim.engine.calibration.laws import rounded, varied
from docksim.engine.calibration.lines import line
from docksim.engine.calibration.reference import slowness_of
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples

GROUP = "dockerd"
PROBES = {"heap", "collection", "ping"}

RESIDUAL = 3.0
"""Who comes while two processors are each in a slice of its own waits for the first that is free:
a third of a slice on average."""


@dataclass(frozen=True)
class Collections:
    """Bytes allocated between two, core-seconds of one with their variability, s of a slice."""

    every: float
    cpu: float
    cv: float
    slice: float

    def part_of(self, allocated: float) -> float:
        """Core-seconds of collections that so many bytes bring about."""
        return allocated / self.every * self.cpu

    def written(self, source: str) -> dict[str, Any]:
        """The profile's section."""
        return {
            "every": written(float(f"{self.every:.4g}"), "B"),
            "cpu": varied(self.cpu, self.cv),
            "slice": rounded(self.slice),
            "group": GROUP,
            "source": f"{source}: lists of several lengths, collections that were asked for, and "
            "requests meanwhile",
        }


def collector(dataset: Dataset) -> Collections | None:
    """What light load and probes tell of it; None when they do not.

    How much one varies is told by those that are asked for on an idle daemon, each after the same
    request without one. What they take does not tell the CPU time: all cores are at it. Where they
    took no time, or delayed nobody, chance was greater than what was probed.
    """
    probes, blocks = dataset.probes, dataset.table("blocks")
    if probes.empty or not set(probes["probe"]) >= PROBES:
        return None
    light = blocks[blocks["accounting"] | blocks["brisk"]]
    collections = float(light["collections"].sum())
    cpu = _cpu(dataset)
    if not (collections and cpu):
        return None
    seconds = probes.set_index(["probe", "callers"])["seconds"].sort_index()
    delay = seconds["ping", 2].mean() - seconds["ping", 1].mean()
    took = seconds["collection", 1].mean() - seconds["heap", 1].mean()
    if delay <= 0.0 or took <= 0.0:
        return None
    return Collections(
        every=float(light["allocated"].sum()) / collections,
        cpu=cpu,
        cv=_deviation(probes) / float(took),
        slice=RESIDUAL * float(delay),
    )


def _cpu(dataset: Dataset) -> float:
    """Core-seconds of a collection, at the reference's speed; 0 where lists of one length, or none,
    were got without pauses.

    A cycle's usual latencies have none in them; the daemon's CPU time has, more often behind longer
    lists. What else they differ by is the same for all lengths.
    """
    blocks, samples = dataset.table("blocks"), measured_samples(dataset)
    accounts, slowness = dataset.table("block_cpu"), slowness_of(dataset)
    brisk = blocks[blocks["brisk"] & blocks["operations"].map(lambda names: list(names) == LISTS)]
    if brisk["point"].nunique() < 2:
        return 0.0
    own = accounts[accounts["component"] == GROUP].set_index("block")["cpu"] / slowness
    samples = samples[samples["block"].isin(brisk["block"])]
    latency = samples["latency"] / samples["block"].map(slowness)
    usual = latency.groupby([samples["point"], samples["operation"]]).median()
    cycles = (brisk["cycles"] + brisk["warm_up"]).groupby(brisk["point"]).sum()
    spent = brisk["block"].map(own).groupby(brisk["point"]).sum() / cycles
    often = brisk.groupby("point")["collections"].sum() / cycles
    return line(often, spent - usual.groupby("point").sum()).per_byte


def _deviation(probes: pd.DataFrame) -> float:
    """Seconds by which collections differ, in the usual round of probes: what the daemon's answer
    about its heap varies by is not theirs, and it takes longer from round to round."""
    alone = probes[probes["callers"] == 1]
    rounds = alone.get("round", pd.Series(0, alone.index))
    by_round = alone.groupby([rounds, "probe"])["seconds"].var().unstack("probe")
    return sqrt(max(0.0, (by_round["collection"] - by_round["heap"]).median()))
