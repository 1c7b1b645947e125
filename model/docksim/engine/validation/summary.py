"""Errors in a few figures: by set and regime, and over all."""

from __future__ import annotations

from math import isnan
from typing import Any

import pandas as pd

from docksim.engine.validation.trend import trend

NEAR = 0.1
TAIL = 0.2
TRENDS = ("throughput", "p50", "p95")
UNKNOWN = "–"
"""In the place of a regime."""


def summarise(errors: pd.DataFrame) -> dict[str, Any]:
    """By set and regime, by regime, and "overall". Loads without a regime count with their set's.

    points              operating points
    mdape_throughput, mdape_p50   median absolute relative error; None where there are none
    mape_throughput, mape_p50   its mean
    share_within_10     of throughputs and p50s, those within 10 % or the engine's own spread
    p95_within_20, p99_within_20   of those quantiles, those within 20 % or the spread; None when
                        the samples carry none
    strictly            the same three without the spread
    worst               the point and measure with the largest error of throughputs and p50s; None
                        where there are none
    trend               of "overall", by measure: see `docksim.engine.validation.trend`
    """
    groups = {
        f"{key[0]} / {key[1] or UNKNOWN}": each
        for key, each in errors.groupby(["set", "regime"])
        if isinstance(key, tuple)
    }
    groups |= {str(name): each for name, each in errors.groupby("regime") if name}
    groups |= {"overall": errors}
    found = {name: _figures(each) for name, each in groups.items()}
    found["overall"]["trend"] = {
        measure: trend(errors[errors["measure"] == measure])
        for measure in TRENDS
        if (errors["measure"] == measure).any()
    }
    return found


def _figures(errors: pd.DataFrame) -> dict[str, Any]:
    central = errors[errors["measure"].isin(("throughput", "p50"))]
    sizes = {
        measure: central.loc[central["measure"] == measure, "error"].abs()
        for measure in ("throughput", "p50")
    }
    return {
        "points": int(errors["point"].nunique()),
        "mdape_throughput": _known(sizes["throughput"].median()),
        "mdape_p50": _known(sizes["p50"].median()),
        "mape_throughput": _known(sizes["throughput"].mean()),
        "mape_p50": _known(sizes["p50"].mean()),
        "share_within_10": _within(central, NEAR),
        "p95_within_20": _within(errors[errors["measure"] == "p95"], TAIL),
        "p99_within_20": _within(errors[errors["measure"] == "p99"], TAIL),
        "strictly": {
            "share_within_10": _within(central.assign(spread=0.0), NEAR),
            "p95_within_20": _within(errors[errors["measure"] == "p95"].assign(spread=0.0), TAIL),
            "p99_within_20": _within(errors[errors["measure"] == "p99"].assign(spread=0.0), TAIL),
        },
        "worst": _worst(central),
    }


def _worst(central: pd.DataFrame) -> dict[str, Any] | None:
    known = central[central["error"].notna()]
    if known.empty:
        return None
    worst = known.iloc[int(known["error"].abs().to_numpy().argmax())]
    return {
        "point": worst["point"],
        "operation": worst["operation"],
        "measure": worst["measure"],
        "error": float(worst["error"]),
    }


def _known(value: float) -> float | None:
    return None if isnan(value) else float(value)


def _within(errors: pd.DataFrame, bound: float) -> float | None:
    if errors.empty:
        return None
    return float((errors["error"].abs() <= errors["spread"].clip(lower=bound)).mean())
