"""The processor's caches: what a request costs more after one that went through a lot of memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import log
from typing import Any

import pandas as pd

from docksim.des.distributions.notation import written
from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.shares import DAEMON
from docksim.engine.measurement.dataset import Dataset

LISTS = ["ps", "images", "inspect"]
LOGS = ["logs", "logs --tail 10"]
"""Cycles that tell it: in each, what comes after the first operation meets what that has left."""


@dataclass(frozen=True)
class Displacing:
    """Bytes that displace 1 - 1/e of what is there, the part of it that all requests use, and s
    that a request takes longer when all is gone."""

    size: float
    shared: float
    refill: float

    def written(self, source: str) -> dict[str, Any]:
        """The profile's section."""
        return {
            "size": written(float(f"{self.size:.4g}"), "B"),
            "shared": round(self.shared, 3),
            "group": DAEMON,
            "source": f"{source}: requests after long lists and long logs",
        }


def caches(dataset: Dataset, found: Mapping[Key, Demand]) -> Displacing | None:
    """What light load tells of them; None when it does not.

    Medians tell, as collections delay some. The last lines of a long log come when all is gone;
    `images` after a list of many containers, when as much is gone as the list has allocated; and
    `inspect` after that finds what all requests use brought back.
    """
    blocks = dataset.table("blocks")
    if not (_is_measured(blocks, LISTS) and _is_measured(blocks, LOGS)):
        return None
    together = [key for key in found if all(key._replace(operation=o) in found for o in LISTS)]
    if not together or not any(key.operation == LOGS[1] for key in found):
        return None
    few, many = _ends(together, "ps", "containers")
    listed = found[many].allocated - found[few].allocated
    after_list, later = (
        found[many._replace(operation=each)].median - found[few._replace(operation=each)].median
        for each in LISTS[1:]
    )
    short, long = (_engines(found[key]) for key in _ends(found, LOGS[1], "log_size"))
    refill = long - short
    if not (listed > 0.0 and 0.0 < after_list < refill):
        return None
    return Displacing(
        size=-listed / log(1.0 - after_list / refill),
        shared=min(1.0, max(0.0, 1.0 - later / after_list)),
        refill=refill,
    )


def _engines(demand: Demand) -> float:
    """Seconds without the client's part: what it has read has displaced as much for itself."""
    return demand.median - demand.client


def _is_measured(blocks: pd.DataFrame, cycle: list[str]) -> bool:
    light = blocks[blocks["accounting"]]
    return any(operations == cycle for operations in light["operations"])


def _ends(found: Iterable[Key], operation: str, condition: str) -> tuple[Key, Key]:
    """An operation's with the least and the most of something."""
    keys = sorted(
        (key for key in found if key.operation == operation),
        key=lambda key: float(getattr(key, condition)),
    )
    return keys[0], keys[-1]
