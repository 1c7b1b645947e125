"""dockerd's garbage collector: how often it is at work, for how long, and whom it delays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from docksim.des.distributions.notation import written
from docksim.engine.calibration.laws import rounded, spread, varied
from docksim.engine.measurement.dataset import Dataset

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
            "source": f"{source}: collections that were asked for, and requests meanwhile",
        }


def collector(dataset: Dataset) -> Collections | None:
    """What light load and probes tell of it; None when they do not.

    A collection that is asked for on an idle daemon takes about its CPU time. Where it took no
    time, or delayed nobody, chance was greater than what was probed.
    """
    probes, blocks = dataset.probes, dataset.table("blocks")
    if probes.empty or not set(probes["probe"]) >= PROBES:
        return None
    light = blocks[blocks["accounting"] | blocks["brisk"]]
    collections = float(light["collections"].sum())
    if not collections:
        return None
    seconds = probes.set_index(["probe", "callers"])["seconds"].sort_index()
    cpu = seconds["collection", 1].mean() - seconds["heap", 1].mean()
    delay = seconds["ping", 2].mean() - seconds["ping", 1].mean()
    if cpu <= 0.0 or delay <= 0.0:
        return None
    return Collections(
        every=float(light["allocated"].sum()) / collections,
        cpu=float(cpu),
        cv=spread(seconds["collection", 1].to_numpy()) / float(cpu),
        slice=RESIDUAL * float(delay),
    )
