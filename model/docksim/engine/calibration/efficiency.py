"""How much all cores at once get done, over so many times what one gets done alone."""

from __future__ import annotations

import numpy as np

from docksim.engine.calibration.demand import CONDITIONS
from docksim.engine.measurement.dataset import Dataset

ALIKE = ["operations", "image", *CONDITIONS]
"""What two loads have in common that are the same but for their pauses."""


def parallel_efficiency(dataset: Dataset) -> float:
    """CPU time of a container's life by one caller over that by many, who keep all cores busy; less
    what the machine takes for itself, whoever works."""
    lives: dict[int, list[float]] = {}
    for row in dataset.manifest["container_lives"]:
        lives.setdefault(int(row["callers"]), []).append(row["cpu"])
    alone, together = (float(np.median(lives[callers])) for callers in sorted(lives))
    left = 1.0 - own_load(dataset) / float(dataset.manifest["facts"]["cores"])
    return float(round(min(1.0, alone / together) * left, 4))


def own_load(dataset: Dataset) -> float:
    """Core-seconds a second that the machine spends on its ticks and its own threads, however
    little is done.

    A cycle with pauses takes longer than the same one without, and what nobody is charged with
    takes more CPU time in it: by so much for each second that it is longer. The median over all
    cycles that were measured with pauses and without; 0 where none was.
    """
    blocks = dataset.table("blocks").set_index("block")
    blocks = blocks[(blocks["clients"] == 1) & (blocks["load"] == "closed")]
    blocks = blocks[blocks["accounting"] | blocks["brisk"]]
    cpu = dataset.table("block_cpu")
    if blocks.empty or cpu.empty:
        return 0.0
    rest = cpu[cpu["component"] == "rest"].groupby("block")["cpu"].sum()
    cycles = blocks["cycles"] + blocks["warm_up"]
    alike = [condition for condition in ALIKE if condition in blocks]
    loads = blocks[[*alike, "brisk"]].assign(
        operations=blocks["operations"].map(tuple),
        elapsed=blocks["elapsed"] / cycles,
        rest=rest.reindex(blocks.index) / cycles,
    )
    paced, brisk = (
        loads[loads["brisk"] == each].drop(columns="brisk").groupby(alike).mean()
        for each in (False, True)
    )
    more = (paced - brisk).dropna()
    more = more[more["elapsed"] > 0.0]
    return max(0.0, float((more["rest"] / more["elapsed"]).median())) if len(more) else 0.0
