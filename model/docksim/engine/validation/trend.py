"""Whether errors grow with the load: from one number of clients to twice as many."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy import stats

CONFIDENCE = 0.95
LEAST_NUMBERS = 3
"""Of clients, for a load to have a trend."""


def trend(errors: pd.DataFrame) -> dict[str, float] | None:
    """Of one measure: by how much predicted over measured changes when the clients are twice as
    many ("per_doubling", relative), with its 95 % interval ("low", "high").

    Closed loads that differ in nothing but the clients have a slope in common, and each operation
    of each such load a level of its own (least squares; Student's t). None where no load is there
    with three numbers of clients.
    """
    closed = errors[(errors["load"] == "closed") & (errors["measured"] > 0.0)]
    load = closed["point"].map(lambda name: re.sub(r"_x\d+_", "_", name)) + closed["operation"]
    many = closed.groupby(load)["clients"].transform("nunique") >= LEAST_NUMBERS
    closed, load = closed[many], load[many]
    free = len(closed) - load.nunique() - 1
    if free <= 0:
        return None
    ratio = _within((closed["predicted"] / closed["measured"]).map(np.log), load)
    doublings = _within(closed["clients"].map(np.log2), load)
    variation = float((doublings**2).sum())
    slope = float((doublings * ratio).sum()) / variation
    left = float(((ratio - slope * doublings) ** 2).sum())
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, free)) * np.sqrt(left / free / variation)
    ends = {"per_doubling": slope, "low": slope - half, "high": slope + half}
    return {name: float(np.expm1(each)) for name, each in ends.items()}


def _within(values: pd.Series[float], load: pd.Series[str]) -> pd.Series[float]:
    return values - values.groupby(load).transform("mean")
