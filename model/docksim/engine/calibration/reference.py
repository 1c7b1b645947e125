"""How fast the machine was beside each block, and how much of that the engine felt."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.timeline import BYSTANDERS, COMPONENTS

ENGINE = tuple(component for component in COMPONENTS if component not in BYSTANDERS)

ACCOUNTED = ("dockerd", "runtime", "registry", "containers")
"""The control groups' accounts of the engine."""

Values = npt.NDArray[np.float64]

MAD = 1.4826
"""Of a normal law, its standard deviation over the median of what it is away from its centre."""

LEAST_VARIATION = 1e-3
"""Of the logarithms of what the reference work took: from less, nothing is learnt."""


def reference_of(dataset: Dataset) -> float:
    """What the reference work took beside the blocks that a calibration uses, in the median (s)."""
    return float(_light(dataset)["reference"].median())


def elasticity_of(dataset: Dataset) -> float:
    """By how many per cent the engine's CPU time grows where the reference work takes one more.

    The reference work is brief, beside a block and not in it: of how it varies, some is chance and
    not the machine's speed. So one is regressed on the other, as their logarithms, between repeated
    blocks of the same light load, and the slope, between 0 and 1, is what a prediction should use
    (Fuller, Measurement Error Models, 1.1.3). 1 where nothing was repeated or nothing varied.
    """
    speed, taken, _ = _repeated(dataset)
    return _slope(speed, taken)


def residual_of(dataset: Dataset) -> float:
    """How much of the engine's speed the reference work does not tell: the standard deviation, of
    the logarithm of its CPU time, between repeated blocks of the same light load at the same
    reference. It is 1.4826 times the median absolute residual, as brief blocks have outliers
    (Hampel, JASA 69, 1974), with the means taken from it. 0 where nothing was repeated."""
    speed, taken, groups = _repeated(dataset)
    free = len(taken) - groups
    if free <= 0:
        return 0.0
    residuals = np.abs(taken - _slope(speed, taken) * speed)
    return float(MAD * np.median(residuals) * np.sqrt(len(taken) / free))


def slowness_of(dataset: Dataset) -> pd.Series[float]:
    """By block, how much longer than in the median the engine's work took, as the reference work
    beside it tells."""
    blocks = dataset.table("blocks").set_index("block")
    relative = blocks["reference"] / reference_of(dataset)
    return relative ** elasticity_of(dataset)


def _repeated(dataset: Dataset) -> tuple[Values, Values, int]:
    """Of light blocks, logarithms of the reference work's time and of the engine's CPU time, less
    the mean of each load; how many loads there are."""
    light = _light(dataset).set_index("block")
    cpu = _cpu(dataset)
    cpu = cpu[cpu.index.isin(light.index) & (cpu > 0.0)]
    point = light.loc[cpu.index, "point"]
    return (
        _within(light.loc[cpu.index, "reference"], point),
        _within(cpu, point),
        int(point.nunique()),
    )


def _slope(speed: Values, taken: Values) -> float:
    variation = float(speed @ speed)
    if variation < LEAST_VARIATION:
        return 1.0
    return float(np.clip(speed @ taken / variation, 0.0, 1.0))


def _light(dataset: Dataset) -> pd.DataFrame:
    blocks = dataset.table("blocks")
    return blocks[blocks["accounting"] | blocks["brisk"]]


def _cpu(dataset: Dataset) -> pd.Series[float]:
    """Core-seconds of the engine by block: operation by operation where those were accounted, else
    by the control groups' accounts."""
    whole, parts = dataset.table("block_cpu"), dataset.table("cpu")
    if len(parts):
        parts = parts[parts["phase"].isin(("reply", "after"))]
        whole = whole[~whole["block"].isin(parts["block"])] if len(whole) else whole
    taken = pd.concat([whole[whole["component"].isin(ACCOUNTED)] if len(whole) else whole, parts])
    if taken.empty:
        return pd.Series(dtype=float)
    own = taken[taken["component"].isin((*ENGINE, *ACCOUNTED))]
    return own.groupby("block")["cpu"].sum()


def _within(values: pd.Series[float], group: pd.Series[str]) -> Values:
    """Deviations of the logarithms from each group's mean."""
    logarithms = values.map(np.log)
    return np.asarray(logarithms - logarithms.groupby(group).transform("mean"))
