"""Whether predictions err by load: from one number of clients to twice as many."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from scipy import stats

CONFIDENCE = 0.95
LEAST_NUMBERS = 3
"""Of clients, for a load to have a trend."""

Slope = dict[str, float]
"""Per doubling of the clients ("slope"), with its 95 % interval ("low", "high")."""


def trend(errors: pd.DataFrame) -> dict[str, Slope] | None:
    """Of one measure, what changes when the clients are twice as many: "bias", predicted over
    measured, relative; and "size", by how much of the measured value predictions are off, whatever
    the sign.

    Closed loads that differ in nothing but the clients have a slope in common, and each operation
    of each such load a level of its own (least squares; Student's t). None where no load is there
    with three numbers of clients.
    """
    closed = errors[(errors["load"] == "closed") & (errors["measured"] > 0.0)]
    closed = closed[closed["predicted"].notna()]
    load = closed["point"].map(lambda name: re.sub(r"_x\d+_", "_", name)) + closed["operation"]
    many = closed.groupby(load)["clients"].transform("nunique") >= LEAST_NUMBERS
    closed, load = closed[many], load[many]
    if len(closed) - load.nunique() - 1 <= 0:
        return None
    doublings = closed["clients"].map(np.log2)
    ratio = (closed["predicted"] / closed["measured"]).map(np.log)
    bias = {key: float(np.expm1(end)) for key, end in _slope(ratio, doublings, load).items()}
    return {"bias": bias, "size": _slope(closed["error"].abs(), doublings, load)}


def _slope(values: pd.Series[float], doublings: pd.Series[float], load: pd.Series[str]) -> Slope:
    values, doublings = (
        each - each.groupby(load).transform("mean") for each in (values, doublings)
    )
    free = len(values) - load.nunique() - 1
    variation = float((doublings**2).sum())
    slope = float((doublings * values).sum()) / variation
    left = float(((values - slope * doublings) ** 2).sum())
    half = float(stats.t.ppf(0.5 + CONFIDENCE / 2, free)) * np.sqrt(left / free / variation)
    return {"slope": slope, "low": slope - half, "high": slope + half}
