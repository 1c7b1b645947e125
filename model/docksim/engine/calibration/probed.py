"""What micro-probes tell of the sections in which the kernel's own threads do the work."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from docksim.des.distributions import Empirical
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

NEGLIGIBLE = 1e-7
"""Seconds that are none."""

PROBABILITIES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
"""Of the quantiles that a delay's law is told by: close together where it is long."""


def idle(dataset: Dataset, probe: str) -> list[float]:
    """Seconds that executions by one caller took on an idle machine."""
    alone = _alone(dataset, probe)
    return alone.loc[alone["busy"] == 0, "seconds"].tolist() if len(alone) else []


def busy_delay(dataset: Dataset, probe: str) -> str | dict[str, Any] | None:
    """The law by how much each session a core at work beside it lengthens an execution; None where
    that is nothing, or was not measured.

    It is the table of what was measured: many are not delayed at all, and no common family has both
    that and the tail.
    """
    alone = _alone(dataset, probe)
    if alone.empty:
        return None
    beside = alone[alone["busy"] > 0]
    usual = alone.loc[alone["busy"] == 0, "seconds"].median()
    delays = (beside["seconds"] - usual) / beside["busy"] * dataset.manifest["facts"]["cores"]
    if float(delays.mean()) <= NEGLIGIBLE:
        return None
    values = np.quantile(delays.clip(lower=0.0), PROBABILITIES).round(7)
    return RandomQuantity(SECONDS).write(Empirical(PROBABILITIES, tuple(map(float, values))))


def _alone(dataset: Dataset, probe: str) -> pd.DataFrame:
    probes = dataset.probes
    if probes.empty:
        return probes
    if "programs" in probes:  # beside sessions of several, delays are of another shape
        probes = probes[probes["programs"] <= 1]
    return probes[(probes["callers"] == 1) & (probes["probe"] == probe)]
