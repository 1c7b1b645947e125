"""Measured against predicted, point by point: throughput, and each operation's latency."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples
from docksim.engine.validation.scenarios import is_covered, scenario_of
from docksim.simulation import simulate_once
from docksim.study.estimates import estimate, is_carried

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
REPLICATIONS = 10
CYCLE = "cycle"
"""What throughput is of."""

Progress = Callable[[float], None]


def compare(dataset: Dataset, profile: Path, progress: Progress | None = None) -> pd.DataFrame:
    """A row a point, operation and measure.

    set, point, network, clients, regime   of the load; see `regime`
    operation, measure   "throughput" (cycles/s) of the cycle; "mean" and quantiles (s) of each
    measured             over all blocks
    predicted, low, high   mean over replications, with its 95 % interval
    error                (predicted - measured) / measured
    spread               half the range of the repeated blocks' own values over their median

    Raises EngineError when no point of the dataset can be simulated, ScenarioError when the profile
    is not valid.
    """
    blocks = dataset.table("blocks")
    cores = dataset.manifest["facts"]["cores"]
    samples = measured_samples(dataset)
    covered = [group for _, group in blocks.groupby("point") if is_covered(_first(group))]
    if not covered:
        raise EngineError(f"{dataset.folder}: none of its loads can be simulated")
    rows = []
    for done, group in enumerate(covered):
        block = _first(group)
        measured = _measured(group, samples[samples["block"].isin(group["block"])])
        predicted = _predicted(block, profile, _client_cpu(group, samples))
        for (operation, measure), (value, spread) in measured.items():
            found = estimate(predicted[operation, measure])
            rows.append(
                {key: block[key] for key in ("set", "point", "network", "clients")}
                | {"regime": regime(block["clients"], cores)}
                | {"operation": operation, "measure": measure, "measured": value}
                | {"predicted": found.value, "low": found.low, "high": found.high}
                | {"error": found.value / value - 1.0, "spread": spread}
            )
        if progress is not None:
            progress((done + 1) / len(covered))
    return pd.DataFrame(rows)


def regime(clients: int, cores: int) -> str:
    """Light load is less than a client a core; saturation more than two clients a core."""
    if clients < cores:
        return "light"
    return "knee" if clients <= 2 * cores else "saturation"


def _first(blocks: pd.DataFrame) -> dict[str, Any]:
    """What repeated blocks have in common."""
    (first,) = blocks.head(1).to_dict("records")
    return {str(key): value for key, value in first.items()}


Values = dict[tuple[str, str], Any]


def _measured(blocks: pd.DataFrame, samples: pd.DataFrame) -> Values:
    """Value and spread by operation and measure."""
    throughputs = blocks["throughput"].to_numpy()
    values: Values = {(CYCLE, "throughput"): (float(np.median(throughputs)), _spread(throughputs))}
    good = samples[samples["error"] == ""]
    for operation, each in good.groupby("operation"):
        by_block = each.groupby("block")["latency"]
        values[str(operation), "mean"] = (each["latency"].mean(), _spread(by_block.mean()))
        for name, probability in QUANTILES.items():
            if is_carried(probability, [len(each)]):
                value = each["latency"].quantile(probability)
                values[str(operation), name] = (value, _spread(by_block.quantile(probability)))
    return values


def _spread(values: Any) -> float:
    return float((np.max(values) - np.min(values)) / 2 / np.median(values))


def _client_cpu(blocks: pd.DataFrame, samples: pd.DataFrame) -> float:
    """Core-seconds of the load generator a request."""
    requests = samples["block"].isin(blocks["block"]).sum()
    return float((blocks["client_cores"] * blocks["elapsed"]).sum() / requests)


def _predicted(block: dict[str, Any], profile: Path, client_cpu: float) -> dict[Any, list[float]]:
    """Each replication's value by operation and measure."""
    scenario = scenario_of(block, profile, client_cpu)
    operations, warm_up = block["operations"], block["warm_up"]
    values: dict[Any, list[float]] = {}
    for replication in range(REPLICATIONS):
        commands = simulate_once(scenario, replication=replication).commands
        ends = np.sort(commands.loc[commands["command"] == _last(operations), "ended"])
        began = ends[warm_up - 1] if warm_up else 0.0
        throughput = (len(ends) - warm_up) / (ends[-1] - began)
        values.setdefault((CYCLE, "throughput"), []).append(throughput)
        measured = commands[commands["number"] >= warm_up * len(operations)]
        for operation in operations:
            own = measured[measured["command"] == operation.split()[0]]
            latency = own["ended"] - own["arrived"]
            values.setdefault((operation, "mean"), []).append(latency.mean())
            for name, probability in QUANTILES.items():
                values.setdefault((operation, name), []).append(latency.quantile(probability))
    return values


def _last(operations: list[str]) -> str:
    return operations[-1].split()[0]
