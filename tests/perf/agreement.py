"""Whether two programs of one system give the same numbers, replication by replication."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import t

from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from tests.perf import textbook

MEASURES = ("run: mean", "run: p95", "rm: mean", "rm: p95", "throughput")
CONFIDENCE = 1 - 0.01 / len(MEASURES)
"""Of one comparison, so that all of them hold together with 99 % (Bonferroni)."""


@dataclass(frozen=True)
class Difference:
    """A measure in docksim and in another program, and the interval of their difference."""

    measure: str
    docksim: float
    other: float
    mean: float
    half_width: float

    @property
    def agrees(self) -> bool:
        return abs(self.mean) <= self.half_width


def difference(measure: str, docksim: Sequence[float], other: Sequence[float]) -> Difference:
    """Of a measure's values in as many replications of each."""
    apart = np.subtract(docksim, other)
    quantile = float(t.ppf(0.5 + CONFIDENCE / 2, len(apart) - 1))
    return Difference(
        measure,
        float(np.mean(docksim)),
        float(np.mean(other)),
        float(apart.mean()),
        quantile * float(apart.std(ddof=1)) / len(apart) ** 0.5,
    )


def differences(docksim: Sequence[pd.DataFrame], other: Sequence[pd.DataFrame]) -> list[Difference]:
    """Of all measures of the run/rm flow, from the records of the commands."""
    ours, theirs = [measures(c) for c in docksim], [measures(c) for c in other]
    return [
        difference(name, [values[name] for values in ours], [values[name] for values in theirs])
        for name in MEASURES
    ]


def measures(commands: pd.DataFrame) -> dict[str, float]:
    """Mean and p95 of the latencies (s), and the commands a second."""
    latency = commands["ended"] - commands["arrived"]
    values = {"throughput": len(commands) / float(commands["ended"].max())}
    for name in ("run", "rm"):
        of_command = latency[commands["command"] == name]
        values[f"{name}: mean"] = float(of_command.mean())
        values[f"{name}: p95"] = float(of_command.quantile(0.95))
    return values


def by_docksim(scenario: Scenario, replication: int) -> pd.DataFrame:
    """The commands' records of one replication."""
    return simulate_once(scenario, replication=replication).commands


def by_textbook(scenario: Scenario, replication: int) -> pd.DataFrame:
    """The same of the text-book model."""
    return pd.DataFrame(textbook.simulate(scenario, replication))
