"""What micro-probes tell of the sections in which the kernel's own threads do the work."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from docksim.des.distributions import Empirical
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

NEGLIGIBLE = 1e-7
"""Seconds that are none."""

WOKEN: Mapping[str, str] = {
    "flush": "spaced_flush",
    "next_flush": "flush",
    "grace_period": "unmount",
    "wake": "wake",
}
"""What a crowd delays, and the micro-probe that tells it."""

PROBABILITIES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
"""Of the quantiles that a delay's law is told by: close together where it is long."""


def idle(dataset: Dataset, probe: str) -> list[float]:
    """Seconds that executions by one caller took on an idle machine."""
    probes = dataset.probes
    if probes.empty:
        return []
    alone = (probes["callers"] == 1) & (probes["busy"] == 0) & (probes["probe"] == probe)
    return list(map(float, probes.loc[alone, "seconds"]))


def crowds(dataset: Dataset) -> list[dict[str, Any]]:
    """How much longer what is made of wake-ups takes beside so many programs a core, ascending;
    none where that was not measured.

    The laws are tables of what was measured: many executions are not delayed at all, some for very
    long, and no common family has both. As what is rare counts, crowds of a like size are taken
    together: an octave is one.
    """
    probes = dataset.probes
    if probes.empty or "programs" not in probes:
        return []
    cores = dataset.manifest["facts"]["cores"]
    beside = probes[(probes["callers"] == 1) & (probes["busy"] > 0)]
    steps = beside["busy"] * beside["programs"] / cores
    octave = np.log2(steps).round()
    return [
        {"steps": float(steps[octave == level].unique().mean())}
        | {
            kind: _longer(own.loc[own["probe"] == probe, "seconds"], idle(dataset, probe))
            for kind, probe in WOKEN.items()
            if (own["probe"] == probe).any()
        }
        for level in sorted(octave.unique())
        for own in [beside[octave == level]]
    ]


def _longer(seconds: pd.Series[float], idle: list[float]) -> str | dict[str, Any]:
    """The law of how much longer executions took than on an idle machine."""
    delays = (seconds - float(np.median(idle))).clip(lower=0.0)
    values = np.quantile(delays, PROBABILITIES).round(7)
    return RandomQuantity(SECONDS).write(Empirical(PROBABILITIES, tuple(map(float, values))))
