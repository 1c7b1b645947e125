"""Measured against predicted, point by point: throughput, and each operation's latency."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from joblib import Parallel, delayed

from docksim.des.distributions import Lognormal
from docksim.des.streams import Streams
from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.reference import residual_of
from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.describe import measured_samples
from docksim.engine.validation.clients import accounted, clients_of
from docksim.engine.validation.scenarios import MAIN, Layers, is_covered, scenario_of
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

SEED = 1974

CYCLE = "cycle"
"""What throughput is of."""

Progress = Callable[[float], None]


def compare(dataset: Dataset, profile: Path, progress: Progress | None = None) -> pd.DataFrame:
    """A row a point, operation and measure.

    set, point, load, network, clients, regime   of the load; see `regime`
    operation, measure   "throughput" (cycles/s) of the cycle; "mean", quantiles (s) and ventiles
                         "q05" to "q95" of each
    measured             over all blocks
    predicted, low, high   mean over replications, with its 95 % interval; in each, the machine is
                         as fast as the reference work says, but for what that does not tell
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


def regime(block: Mapping[str, Any], cores: int) -> str:
    """Light load is less than a client a core, those of what goes on beside it included, or half of
    the capacity; saturation more than two clients a core, or more than 85 % of the capacity."""
    if block["load"] == "open":
        return _regime(block["of_capacity"], 0.5, 0.85)
    beside = block["beside"]["clients"] if block.get("beside") else 0
    return _regime(block["clients"] + beside, cores - 0.5, 2 * cores)


def _regime(load: float, light: float, knee: float) -> str:
    if load <= light:
        return "light"
    return "knee" if load <= knee else "saturation"


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
    cores = dataset.manifest["facts"]["cores"]
    return blocks, scenarios, regime(blocks[0], cores), _measured(point, own)


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
    predicted = _predicted(blocks, scenarios, residual)
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


def _predicted(
    blocks: list[dict[str, Any]], scenarios: list[Scenario], residual: float
) -> dict[Any, list[float]]:
    """Each replication's value by operation and measure, as precise as is asked for."""
    values: dict[Any, list[float]] = {}
    for replication in range(MOST_REPLICATIONS):
        for key, value in _replication(blocks, scenarios, replication, residual).items():
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


def _replication(
    blocks: list[dict[str, Any]], scenarios: list[Scenario], number: int, residual: float
) -> dict[Any, float]:
    """Of all blocks, as they were measured: latencies together, throughput in the median.

    How fast the machine was beside a block, the reference work does not tell exactly. Each block is
    simulated at a speed that is drawn and at its mirror image: antithetic variates (Law, Simulation
    Modeling and Analysis, 11.3), with which means need fewer replications.
    """
    runs = []
    for place, (block, scenario) in enumerate(zip(blocks, scenarios, strict=True)):
        drawn = number * len(blocks) + place
        for half, speed in enumerate(speeds(residual, drawn)):
            runs.append(_run(block, _faster(scenario, speed), 2 * drawn + half))
    values = {(CYCLE, "throughput"): float(np.median([throughput for throughput, _ in runs]))}
    for operation in runs[0][1]:
        latency = np.concatenate([latencies[operation] for _, latencies in runs])
        values[operation, "mean"] = float(latency.mean())
        for name, probability in (QUANTILES | VENTILES).items():
            values[operation, name] = float(np.quantile(latency, probability))
    return values


def speeds(residual: float, number: int) -> tuple[float, float]:
    """A factor of the machine's speed, lognormal with that coefficient of variation, and its mirror
    image."""
    if not residual:
        return 1.0, 1.0
    law = Lognormal.from_mean_cv(1.0, residual)
    drawn = Streams(SEED).uniforms("speed of the machine").at(number)
    return law.quantile(drawn), law.quantile(1.0 - drawn)


def _faster(scenario: Scenario, factor: float) -> Scenario:
    host = scenario.host.model_copy(update={"cpu_speed": factor * scenario.host.cpu_speed})
    return scenario.model_copy(update={"host": host})


def _run(
    block: dict[str, Any], scenario: Scenario, number: int
) -> tuple[float, dict[str, npt.NDArray[np.float64]]]:
    """Throughput of a block (cycles/s), and its latencies (s) by operation."""
    operations, warm_up = block["operations"], block["warm_up"]
    repeated = block["cycles"] if block["load"] == "batch" else 1
    runs = range(number * repeated, (number + 1) * repeated)
    commands = pd.concat([simulate_once(scenario, replication=run).commands for run in runs])
    if block["beside"]:
        commands = _without_others(commands, block)
    elif block["load"] == "closed":  # the last of a workload's cycles may be of several
        count = (block["cycles"] + block["warm_up"]) * len(block["operations"])
        commands = commands[commands["number"] < count]
    ends = np.sort(_of_place(commands, operations, len(operations) - 1)["ended"])
    began = ends[warm_up - 1] if warm_up else 0.0
    measured = commands[commands["number"] >= warm_up * len(operations)]
    latencies = {}
    for place, operation in enumerate(operations):
        own = _of_place(measured, operations, place)
        latencies[operation] = (own["ended"] - own["arrived"]).to_numpy()
    return float((len(ends) - warm_up) / (ends[-1] - began)), latencies


def _without_others(commands: pd.DataFrame, block: dict[str, Any]) -> pd.DataFrame:
    """Of a load with another beside it, as many commands as were measured, counted from 0."""
    count = (block["cycles"] + block["warm_up"]) * len(block["operations"])
    own = commands[(commands["workload"] == MAIN) & commands["ended"].notna()]
    own = own.sort_values("number").head(count)
    return own.assign(number=range(len(own)))


def _of_place(commands: pd.DataFrame, operations: list[str], place: int) -> pd.DataFrame:
    """The commands of one place in the cycle; where two have one name, by their numbers, which are
    consecutive in a cycle."""
    names = [operation.split()[0] for operation in operations]
    own = commands[commands["command"] == names[place]]
    if names.count(names[place]) > 1:
        own = own[own["number"] % len(operations) == place]
    return own
