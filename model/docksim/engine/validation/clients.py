"""What the load generator itself took of a load that was measured."""

from __future__ import annotations

from math import log10

import numpy as np
import pandas as pd

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.reading import TAIL_LINES
from docksim.engine.measurement.conventions import LOG_LINE
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.validation.scenarios import Clients


def accounted(dataset: Dataset) -> dict[Key, Demand]:
    """Operations that were accounted one by one; none where no light load was measured."""
    return demands(dataset) if dataset.table("blocks")["accounting"].any() else {}


def clients_of(
    dataset: Dataset,
    found: dict[Key, Demand],
    blocks: pd.DataFrame,
    samples: pd.DataFrame,
) -> Clients:
    """The load generator's part of a request, all blocks together; `found`: see `accounted`.

    What it does before an answer is there is known of single operations. The rest of what it took
    is no part of a latency, and in proportion to what it was seen to take of each operation; a
    closed client's requests are apart for as long as its throughput leaves besides their latencies.
    """
    operations = blocks["operations"].map(len)
    requests = ((blocks["cycles"] + blocks["warm_up"]) * operations).sum()
    if (blocks["load"] == "batch").any():
        requests *= blocks["clients"].iloc[0]
    taken = float((blocks["client_cores"] * blocks["elapsed"]).sum() / requests)
    kinds = list(blocks["operations"].iloc[0])
    per_byte = _of_each(dataset, "logs", "log_size") if "logs" in kinds else 0.0
    per_item = _of_each(dataset, "ps", "containers") if "ps" in kinds else 0.0
    taken -= per_byte * float((blocks["log_size"] / operations).mean())
    taken = max(0.0, taken - per_item * float((blocks["containers"] / operations).mean()))
    log_size = float(blocks["log_size"].iloc[0])
    known = _seen(found, log_size)
    before = _before_answers(found, known, per_byte, log_size)
    cpu = {kind: before.get(kind, taken) for kind in kinds}
    seen = {kind: known.get(kind, taken) for kind in kinds}
    left = max(0.0, taken * len(kinds) - sum(cpu.values())) / (sum(seen.values()) or 1.0)
    beside = {kind: left * own for kind, own in seen.items()}
    if (blocks["load"] != "closed").any():
        return Clients(cpu, beside, 0.0, per_byte, per_item)
    apart = float((blocks["clients"] / blocks["throughput"] / operations).mean())
    latency = float(samples.loc[samples["block"].isin(blocks["block"]), "latency"].mean())
    return Clients(cpu, beside, max(0.0, apart - latency), per_byte, per_item)


def _seen(found: dict[Key, Demand], log_size: float) -> dict[str, float]:
    """Core-seconds that the load generator was seen to take of a request, by operation, as far as
    those were accounted one by one. A run is two.

    A long log that it has just read makes it slower with the last lines, too: they are taken from
    where the log was about as long.
    """
    plain = [key for key in reversed(found) if not (key.containers or key.images)]
    plain.sort(key=lambda key: -abs(log10(max(key.log_size, 1.0) / max(log_size, 1.0))))
    seen = {key.operation: found[key].client for key in plain}
    if {"create", "start"} <= set(seen):
        seen["run"] = seen["create"] + seen["start"]
    return seen


def _before_answers(
    found: dict[Key, Demand], seen: dict[str, float], per_byte: float, log_size: float
) -> dict[str, float]:
    """What of that is before an answer is there, without what the bytes of a log take, all of it or
    its last lines; a pull's news are read beside it."""
    before = dict(seen)
    if logs := [key for key in found if key.operation == "logs"]:
        shortest = min(logs, key=lambda key: key.log_size)
        before["logs"] = max(0.0, found[shortest].client - per_byte * shortest.log_size)
    if last := seen.get("logs --tail 10"):
        lines = min(log_size, TAIL_LINES * LOG_LINE)
        before["logs --tail 10"] = max(0.0, last - per_byte * lines)
    if {"pull", "rmi"} <= set(seen):
        before["pull"] = min(seen["pull"], seen["rmi"])
    return before


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
    """Core-seconds of the load generator for each operation that was accounted, by block; none
    where no operation was."""
    cpu = dataset.table("cpu")
    if cpu.empty:
        return pd.Series(dtype=float)
    own = cpu[(cpu["operation"] == operation) & (cpu["phase"] == "reply")]
    return own[own["component"] == "client"].set_index("block")["cpu"]
