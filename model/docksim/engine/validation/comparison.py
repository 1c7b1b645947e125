"""Measured against predicted, point by point: throughput, and each operation's latency."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.reference import residual_of
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples
from docksim.engine.validation.clients import accounted, clients_of
from docksim.engine.validation.regimes import capacity_of, regime
from docksim.engine.validation.replications import CYCLE, QUANTILES, VENTILES, predicted_values
from docksim.engine.validation.scenarios import Layers, is_covered, scenario_of
from docksim.scenario.scenario import Scenario
from docksim.study.estimates import estimate, is_carried

Progress = Callable[[float], None]


def compare(dataset: Dataset, profile: Path, progress: Progress | None = None) -> pd.DataFrame:
    """A row a point, operation and measure.

    set, point, load, network, clients, regime   of the load; see `regime`
    operation, measure   "throughput" (cycles/s) of the cycle; "mean", quantiles (s) and ventiles
                         "q05" to "q95" of each
    measured             over all blocks
    predicted, low, high   mean over replications, with its 95 % interval; in each, the machine is
                         as fast as the reference work says, but for what that does not tell; NaN
                         where too little of the load came to its end
    error                (predicted - measured) / measured
    spread               half the range of the repeated blocks' own values over their median

    Raises EngineError when no point of the dataset can be simulated, ScenarioError when the profile
    is not valid.
    """
    blocks = dataset.table("blocks")
    points = [point for _, point in blocks.groupby("point") if is_covered(_first(point))]
    if not points:
        raise EngineError(f"{dataset.folder}: none of its loads can be simulated")
    samples = measured_samples(dataset)
    found, residual = accounted(dataset), residual_of(dataset)
    tasks = [
        delayed(_compared)(*_measurement(dataset, found, point, samples, profile), residual)
        for point in points
    ]
    rows: list[dict[str, Any]] = []
    results = Parallel(n_jobs=-1, return_as="generator")(tasks)
    for done, compared in enumerate(results, start=1):
        rows += compared
        if progress is not None:
            progress(done / len(points))
    return pd.DataFrame(rows)


def _first(blocks: pd.DataFrame) -> dict[str, Any]:
    """What repeated blocks have in common."""
    return _records(blocks.head(1))[0]


def _records(blocks: pd.DataFrame) -> list[dict[str, Any]]:
    rows = blocks.to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in rows]


Values = dict[tuple[str, str], Any]


def _measured(blocks: pd.DataFrame, samples: pd.DataFrame) -> Values:
    """Value and spread by operation and measure."""
    values: Values = {}
    if (blocks["load"] == "closed").all():
        throughputs = blocks["throughput"].to_numpy()
        values[CYCLE, "throughput"] = (float(np.median(throughputs)), _spread(throughputs))
    good = samples[samples["error"] == ""]
    for operation, each in good.groupby("operation"):
        by_block = each.groupby("block")["latency"]
        values[str(operation), "mean"] = (each["latency"].mean(), _spread(by_block.mean()))
        for name, probability in QUANTILES.items():
            if is_carried(probability, [len(each)]):
                value = each["latency"].quantile(probability)
                values[str(operation), name] = (value, _spread(by_block.quantile(probability)))
        for name, probability in VENTILES.items():
            values[str(operation), name] = (each["latency"].quantile(probability), 0.0)
    return values


def _spread(values: Any) -> float:
    return float((np.max(values) - np.min(values)) / 2 / np.median(values))


def _layers(dataset: Dataset, block: dict[str, Any]) -> Layers:
    """Those of the image that a block is about."""
    manifest = dataset.manifest
    if "layers" not in manifest:  # of an engine that was there already, which pulls nothing
        return Layers()
    (image,) = (each for each in manifest["plan"]["image"] if each["name"] == block["image"])
    sizes = tuple(
        (compressed, unpacked) for compressed, unpacked in manifest["layers"][image["name"]]
    )
    return Layers(sizes, image["shared"])


def _measurement(
    dataset: Dataset,
    found: dict[Key, Demand],
    point: pd.DataFrame,
    samples: pd.DataFrame,
    profile: Path,
) -> tuple[list[dict[str, Any]], list[Scenario], str, Values]:
    """A point's blocks, their scenarios, its regime and what was measured of it.

    Each block is predicted for the speed that the machine had just then and, where cycles came by
    themselves, for the instants at which they came (validation with the system's own input: Law,
    Simulation Modeling and Analysis, 5.6).
    """
    own = samples[samples["block"].isin(point["block"])]
    clients = clients_of(dataset, found, point, samples)
    blocks = _records(point)
    arrivals = _arrivals(dataset, point) if (point["load"] == "open").all() else {}
    scenarios = [
        scenario_of(
            block | arrivals.get(block["block"], {}), profile, clients, _layers(dataset, block)
        )
        for block in blocks
    ]
    capacity = capacity_of(blocks[0], _records(dataset.table("blocks")))
    found_regime = regime(blocks[0], dataset.manifest["facts"]["cores"], capacity)
    return blocks, scenarios, found_regime, _measured(point, own)


def _arrivals(dataset: Dataset, point: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """By block, the instants at which its cycles began (s)."""
    samples = dataset.table("samples")
    own = samples[samples["block"].isin(point["block"])]
    began = own.groupby(["block", "cycle"])["issued"].min().reset_index()
    return {
        str(block): {"arrivals": sorted(each["issued"])} for block, each in began.groupby("block")
    }


def _compared(
    blocks: list[dict[str, Any]],
    scenarios: list[Scenario],
    regime: str,
    measured: Values,
    residual: float,
) -> list[dict[str, Any]]:
    """A point's rows; `residual`: of the machine's speed, see `residual_of`."""
    predicted = predicted_values(blocks, scenarios, residual)
    rows = []
    for (operation, measure), (value, spread) in measured.items():
        found = estimate(predicted[operation, measure])
        rows.append(
            {key: blocks[0][key] for key in ("set", "point", "load", "network", "clients")}
            | {"regime": regime, "operation": operation, "measure": measure, "measured": value}
            | {"predicted": found.value, "low": found.low, "high": found.high}
            | {"error": found.value / value - 1.0, "spread": spread}
        )
    return rows
