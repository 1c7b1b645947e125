"""What micro-probes tell of the sections in which the kernel's own threads do the work."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm

from docksim.des.distributions import Empirical
from docksim.engine.measurement.dataset import Dataset
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity

Values = npt.NDArray[np.float64]

NEGLIGIBLE = 1e-7
"""Seconds that are none."""

LAGS = 5
"""So many flushes or so follow each other in an operation."""

PROBABILITIES = (0.0, 0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 1.0)
"""Of the quantiles that a delay's law is told by: close together where it is long."""


def idle(dataset: Dataset, probe: str) -> list[float]:
    """Seconds that executions by one caller took on an idle machine."""
    alone = _alone(dataset, probe)
    return alone.loc[alone["busy"] == 0, "seconds"].tolist() if len(alone) else []


def busy_delays(dataset: Dataset, probe: str) -> list[dict[str, Any]]:
    """How much longer than on an idle machine an execution takes beside busy sessions, by the
    threads a core that contend for it; as `docksim.scenario.host.Contentions`. Empty where that is
    nothing, or not measured.

    A law is the table of what was measured: many are not delayed at all, and no common family has
    both that and the tail.
    """
    alone = _alone(dataset, probe)
    if alone.empty:
        return []
    usual = np.quantile(alone.loc[alone["busy"] == 0, "seconds"], PROBABILITIES)
    crowds = _by_contention(alone[alone["busy"] > 0], dataset.manifest["facts"]["cores"])
    laws = {
        threads: _delay(usual, np.quantile(seconds, PROBABILITIES))
        for threads, seconds in crowds.items()
    }
    if all(law.mean <= NEGLIGIBLE for law in laws.values()):
        return []
    write = RandomQuantity(SECONDS).write
    return [
        {"threads": threads, "delay": write(law), "correlation": _correlation(crowds[threads])}
        for threads, law in laws.items()
    ]


def _by_contention(beside: pd.DataFrame, cores: int) -> dict[float, pd.Series[float]]:
    """Seconds by the threads a core that contend: of the first session one, and of a second one as
    many as it has programs at once. Datasets may have more sessions than two, where fewer are told
    for the same number."""
    second = pd.Series(beside.get("programs", 1), beside.index).where(beside["busy"] > 1, 0)
    fewest = beside["busy"] == beside.groupby(second)["busy"].transform("min")
    threads = (1.0 + second[fewest]) / cores
    return {cast(float, level): seconds for level, seconds in beside["seconds"].groupby(threads)}


def _delay(usual: Values, beside: Values) -> Empirical:
    """By how much quantiles exceed the usual ones; what is longer by chance is so in both."""
    longer = np.maximum.accumulate(np.maximum(beside - usual, 0.0)).round(7)
    return Empirical(PROBABILITIES, tuple(map(float, longer)))


def _correlation(seconds: pd.Series[float]) -> float:
    """Of normal scores of executions up to `LAGS` apart, on average."""
    scores = pd.Series(norm.ppf((seconds.rank() - 0.5) / len(seconds)))
    found = float(np.mean([scores.autocorr(lag) for lag in range(1, LAGS + 1)]))
    return round(max(0.0, found), 3)


def _alone(dataset: Dataset, probe: str) -> pd.DataFrame:
    probes = dataset.probes
    if probes.empty:
        return probes
    return probes[(probes["callers"] == 1) & (probes["probe"] == probe)]
