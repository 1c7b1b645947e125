"""Measured against predicted, point by point: throughput, and each operation's latency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples
from docksim.engine.validation.scenarios import MAIN, Clients, Layers, is_covered, scenario_of
from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from docksim.study.estimates import estimate, is_carried

QUANTILES = {"p50": 0.5, "p90": 0.9, "p95": 0.95, "p99": 0.99}
VENTILES = {f"q{percent:02}": percent / 100 for percent in range(5, 100, 5)}
"""For quantile-quantile plots."""

LEAST_REPLICATIONS = 5
MOST_REPLICATIONS = 40
PRECISION = 0.02
"""Half-width of a prediction's 95 % interval, relative."""

CYCLE = "cycle"
"""What throughput is of."""

Progress = Callable[[float], None]


def compare(dataset: Dataset, profile: Path, progress: Progress | None = None) -> pd.DataFrame:
    """A row a point, operation and measure.

    set, point, load, network, clients, regime   of the load; see `regime`
    operation, measure   "throughput" (cycles/s) of the cycle; "mean", quantiles (s) and ventiles
                         "q05" to "q95" of each
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
        block |= {key: float(group[key].mean()) for key in ("reference", "rate")}
        measured = _measured(group, samples[samples["block"].isin(group["block"])])
        clients = _clients(dataset, group, samples)
        scenario = scenario_of(block, profile, clients, _layers(dataset, block))
        predicted = _predicted(block, scenario)
        for (operation, measure), (value, spread) in measured.items():
            found = estimate(predicted[operation, measure])
            rows.append(
                {key: block[key] for key in ("set", "point", "load", "network", "clients")}
                | {"regime": regime(block, cores)}
                | {"operation": operation, "measure": measure, "measured": value}
                | {"predicted": found.value, "low": found.low, "high": found.high}
                | {"error": found.value / value - 1.0, "spread": spread}
            )
        if progress is not None:
            progress((done + 1) / len(covered))
    return pd.DataFrame(rows)


def regime(block: Mapping[str, Any], cores: int) -> str:
    """Light load is less than a client a core, or half of the capacity; saturation more than two
    clients a core, or more than 85 % of the capacity."""
    if block["load"] == "open":
        return _regime(block["of_capacity"], 0.5, 0.85)
    return _regime(block["clients"], cores - 0.5, 2 * cores)


def _regime(load: float, light: float, knee: float) -> str:
    if load <= light:
        return "light"
    return "knee" if load <= knee else "saturation"


def _first(blocks: pd.DataFrame) -> dict[str, Any]:
    """What repeated blocks have in common."""
    (first,) = blocks.head(1).to_dict("records")
    return {str(key): value for key, value in first.items()}


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


def _clients(dataset: Dataset, blocks: pd.DataFrame, samples: pd.DataFrame) -> Clients:
    """The load generator's part of a request, all blocks together.

    What a closed client does between an answer and its next request is no part of a latency: the
    time that its requests are apart less what they take.
    """
    operations = blocks["operations"].map(len)
    requests = ((blocks["cycles"] + blocks["warm_up"]) * operations).sum()
    if (blocks["load"] == "batch").any():
        requests *= blocks["clients"].iloc[0]
    cpu = float((blocks["client_cores"] * blocks["elapsed"]).sum() / requests)
    kinds = list(blocks["operations"].iloc[0])
    per_byte = _of_each(dataset, "logs", "log_size") if "logs" in kinds else 0.0
    cpu = max(0.0, cpu - per_byte * float((blocks["log_size"] / operations).mean()))
    per_item = _of_each(dataset, "ps", "containers") if "ps" in kinds else 0.0
    cpu = max(0.0, cpu - per_item * float((blocks["containers"] / operations).mean()))
    if "pull" in kinds:  # what it does while a pull tells of its progress, it does beside it
        cpu = min(cpu, _own_cpu(dataset, "rmi").mean())
    if (blocks["load"] != "closed").any() or blocks["beside"].notna().any():
        return Clients(cpu, 0.0, per_byte, per_item)
    apart = float((blocks["clients"] / blocks["throughput"] / operations).mean())
    latency = float(samples.loc[samples["block"].isin(blocks["block"]), "latency"].mean())
    think = min(cpu, max(0.0, apart - latency))
    return Clients(cpu - think, think, per_byte, per_item)


def _of_each(dataset: Dataset, operation: str, counted: str) -> float:
    """Core-seconds that the load generator takes for each byte of a log, or container of a list:
    what more of them add."""
    own = _own_cpu(dataset, operation)
    counts = dataset.table("blocks").set_index("block")[counted].to_dict()
    by_count = own.groupby(own.index.map(counts)).mean()
    if len(by_count) < 2:
        return 0.0
    slope, _ = np.polyfit(by_count.index.to_numpy(), by_count.to_numpy(), 1)
    return max(0.0, float(slope))


def _own_cpu(dataset: Dataset, operation: str) -> pd.Series[float]:
    """Core-seconds of the load generator for each operation that was accounted, by block."""
    cpu = dataset.table("cpu")
    own = cpu[(cpu["operation"] == operation) & (cpu["phase"] == "reply")]
    return own[own["component"] == "client"].set_index("block")["cpu"]


def _layers(dataset: Dataset, block: dict[str, Any]) -> Layers:
    """Those of the image that a block is about."""
    manifest = dataset.manifest
    (image,) = (each for each in manifest["plan"]["image"] if each["name"] == block["image"])
    sizes = tuple(
        (compressed, unpacked) for compressed, unpacked in manifest["layers"][image["name"]]
    )
    return Layers(sizes, image["shared"])


def _predicted(block: dict[str, Any], scenario: Scenario) -> dict[Any, list[float]]:
    """Each replication's value by operation and measure, as precise as is asked for."""
    values: dict[Any, list[float]] = {}
    for replication in range(MOST_REPLICATIONS):
        for key, value in _replication(scenario, block, replication).items():
            values.setdefault(key, []).append(value)
        if replication + 1 >= LEAST_REPLICATIONS and _is_precise(values):
            break
    return values


def _is_precise(values: dict[Any, list[float]]) -> bool:
    """Whether throughput and all medians are known as precisely as is asked for."""
    found = [
        estimate(each) for (_, measure), each in values.items() if measure in ("throughput", "p50")
    ]
    return all((one.half_width or 0.0) <= PRECISION * one.value for one in found)


def _replication(scenario: Scenario, block: dict[str, Any], number: int) -> dict[Any, float]:
    operations, warm_up = block["operations"], block["warm_up"]
    repeated = block["cycles"] if block["load"] == "batch" else 1
    runs = range(number * repeated, (number + 1) * repeated)
    commands = pd.concat([simulate_once(scenario, replication=run).commands for run in runs])
    if block["beside"]:
        commands = _compared(commands, block)
    ends = np.sort(_of_place(commands, operations, len(operations) - 1)["ended"])
    began = ends[warm_up - 1] if warm_up else 0.0
    values = {(CYCLE, "throughput"): float((len(ends) - warm_up) / (ends[-1] - began))}
    measured = commands[commands["number"] >= warm_up * len(operations)]
    for place, operation in enumerate(operations):
        own = _of_place(measured, operations, place)
        latency = own["ended"] - own["arrived"]
        values[operation, "mean"] = float(latency.mean())
        for name, probability in (QUANTILES | VENTILES).items():
            values[operation, name] = float(latency.quantile(probability))
    return values


def _compared(commands: pd.DataFrame, block: dict[str, Any]) -> pd.DataFrame:
    """Of a load with another beside it, as many commands as were measured, counted from 0."""
    count = (block["cycles"] + block["warm_up"]) * len(block["operations"])
    own = commands[(commands["workload"] == MAIN) & commands["ended"].notna()]
    own = own.sort_values("number").head(count)
    return own.assign(number=range(len(own)))


def _of_place(commands: pd.DataFrame, operations: list[str], place: int) -> pd.DataFrame:
    """The commands of one place in the cycle; where two have one name, one client takes turns."""
    names = [operation.split()[0] for operation in operations]
    own = commands[commands["command"] == names[place]]
    if names.count(names[place]) > 1:
        own = own[own["number"] % len(operations) == place]
    return own
