"""What micro-probes tell of the sections in which the kernel's own threads do the work."""

from __future__ import annotations

from typing import Any

import pandas as pd

from docksim.engine.calibration.laws import law
from docksim.engine.measurement.dataset import Dataset

NEGLIGIBLE = 1e-7
"""Seconds that are none."""


def idle(dataset: Dataset, probe: str) -> list[float]:
    """Seconds that executions by one caller took on an idle machine."""
    alone = _alone(dataset, probe)
    return alone.loc[alone["busy"] == 0, "seconds"].tolist() if len(alone) else []


def busy_delay(dataset: Dataset, probe: str) -> dict[str, Any] | None:
    """The law by how much each session a core at work beside it lengthens an execution; None where
    that is nothing, or was not measured."""
    alone = _alone(dataset, probe)
    if alone.empty:
        return None
    beside = alone[alone["busy"] > 0]
    usual = alone.loc[alone["busy"] == 0, "seconds"].median()
    delays = (beside["seconds"] - usual) / beside["busy"] * dataset.manifest["facts"]["cores"]
    mean = float(delays.mean())
    return law(mean, float(delays.std()) / mean) if mean > NEGLIGIBLE else None


def _alone(dataset: Dataset, probe: str) -> pd.DataFrame:
    probes = dataset.probes
    if probes.empty:
        return probes
    return probes[(probes["callers"] == 1) & (probes["probe"] == probe)]
