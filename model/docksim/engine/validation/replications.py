"""What simulations predict of a measured point, replication by replication."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from docksim.des.distributions import Lognormal
from docksim.des.streams import Streams
from docksim.engine.validation.scenarios import MAIN
from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from docksim.study.estimates import estimate

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

Values = npt.NDArray[np.float64]


def predicted_values(
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
        values |= {(operation, name): value for name, value in _measures(latency).items()}
    return values


def _measures(latency: Values) -> dict[str, float]:
    """Mean, quantiles and ventiles; NaN where nothing came to its end."""
    probabilities = QUANTILES | VENTILES
    if not len(latency):
        return dict.fromkeys(("mean", *probabilities), nan)
    quantiles = np.quantile(latency, list(probabilities.values()))
    return {"mean": float(latency.mean())} | dict(
        zip(probabilities, map(float, quantiles), strict=True)
    )


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


def _run(block: dict[str, Any], scenario: Scenario, number: int) -> tuple[float, dict[str, Values]]:
    """Throughput of a block (cycles/s), and its latencies (s) by operation.

    Of batches, each is simulated by itself: none of them warms the engine up.
    """
    is_batch = block["load"] == "batch"
    operations, warm_up = block["operations"], 0 if is_batch else block["warm_up"]
    repeated = block["cycles"] if is_batch else 1
    runs = range(number * repeated, (number + 1) * repeated)
    commands = pd.concat([simulate_once(scenario, replication=run).commands for run in runs])
    if block["beside"]:
        commands = _without_others(commands, block)
    elif block["load"] == "closed":  # the last of a workload's cycles may be of several
        count = (block["cycles"] + block["warm_up"]) * len(block["operations"])
        commands = commands[commands["number"] < count]
    ends = np.sort(_of_place(commands, operations, len(operations) - 1)["ended"])
    measured = commands[commands["number"] >= warm_up * len(operations)]
    latencies = {}
    for place, operation in enumerate(operations):
        own = _of_place(measured, operations, place)
        latencies[operation] = (own["ended"] - own["arrived"]).to_numpy()
    return _throughput(ends, warm_up), latencies


def _throughput(ends: Values, warm_up: int) -> float:
    """Cycles a second after so many of them; NaN where no other ended."""
    if len(ends) <= warm_up:
        return nan
    began = ends[warm_up - 1] if warm_up else 0.0
    return float((len(ends) - warm_up) / (ends[-1] - began))


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
