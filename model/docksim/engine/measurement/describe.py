"""What a dataset holds, in a table."""

from __future__ import annotations

from math import nan

import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.dataset import Dataset


def summary(dataset: Dataset) -> pd.DataFrame:
    """A row a point and operation.

    blocks, count   how many there are of it, without the warm-up
    p50, p95        s, of all blocks together
    spread          (largest - least) / median of the blocks' own medians
    throughput      cycles/s, the median of the blocks
    flushes         of the engine's disk, a cycle; NaN where they were not counted
    client          cores that the load generator kept busy, the median of the blocks
    errors          operations that failed

    Raises EngineError when no block is finished.
    """
    blocks = _blocks(dataset)
    if "flushes" not in blocks:
        blocks["flushes"] = nan
    samples = measured_samples(dataset)
    rows = []
    for (point, operation), each in samples.groupby(["point", "operation"], sort=True):
        good = each[each["error"] == ""]
        medians = good.groupby("block")["latency"].median()
        own = blocks.loc[each["block"].unique()]
        cycles = _cycles(own, own["cycles"] + own["warm_up"])
        rows.append(
            {
                "point": point,
                "operation": operation,
                "blocks": each["block"].nunique(),
                "count": len(each),
                "errors": len(each) - len(good),
                "p50": good["latency"].median(),
                "p95": good["latency"].quantile(0.95),
                "spread": (medians.max() - medians.min()) / medians.median(),
                "throughput": own["throughput"].median(),
                "flushes": (own["flushes"] / cycles).median(),
                "client": own["client_cores"].median(),
            }
        )
    return pd.DataFrame(rows)


def measured_samples(dataset: Dataset) -> pd.DataFrame:
    """All samples with their points, without those of warm-ups."""
    blocks = _blocks(dataset)
    samples = dataset.table("samples").join(blocks[["point", "set", "warm_up"]], on="block")
    return samples[samples["cycle"] >= samples["block"].map(_cycles(blocks, blocks["warm_up"]))]


def _blocks(dataset: Dataset) -> pd.DataFrame:
    try:
        return dataset.table("blocks").set_index("block")
    except EngineError as error:
        if kept := len(dataset.interrupted()):
            folder = dataset.folder / "blocks"
            also = f"{kept} samples of interrupted ones are kept in {folder}"
            raise EngineError(f"{error}; {also}") from None
        raise


def _cycles(blocks: pd.DataFrame, counts: pd.Series) -> pd.Series:
    """What is counted in a block's cycles, or in its batches, as cycles of single clients."""
    return counts * blocks["clients"].where(blocks["load"] == "batch", 1)
