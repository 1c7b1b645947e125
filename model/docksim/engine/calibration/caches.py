"""The processor's caches: what a request costs more after one that went through a lot of memory."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import expm1, log
from typing import Any

import pandas as pd
from scipy.optimize import brentq

from docksim.des.distributions.notation import written
from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.shares import DAEMON
from docksim.engine.measurement.dataset import Dataset

LISTS = ["ps", "images", "inspect"]
LOGS = ["logs", "logs --tail 10"]
"""Cycles that tell it: in each, what comes after the first operation meets what that has left."""

MANY = 30.0
"""So many sizes of the caches displace all of them, and a part as small of one nothing."""


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
    `inspect` after that finds what all requests use brought back. Where `images` loses more by that
    than the last lines do by all, lists of two lengths tell what it loses by all.
    """
    blocks = dataset.table("blocks")
    if not (_is_measured(blocks, LISTS) and _is_measured(blocks, LOGS)):
        return None
    together = [key for key in found if all(key._replace(operation=o) in found for o in LISTS)]
    written = [key for key in found if key.log_size]  # an empty log has no last lines
    lists, tails = _sorted(together, "ps", "containers"), _sorted(written, LOGS[1], "log_size")
    if len(lists) < 2 or len(tails) < 2:
        return None
    lost = [_longer(found, lists[0], more) for more in lists[1:]]
    listed, after_list, later = lost[-1]
    refill = _engines(found[tails[-1]]) - _engines(found[tails[0]])
    size = _size(lost, refill) if listed > 0.0 and after_list > 0.0 else 0.0
    if not size:
        return None
    shared = min(1.0, max(0.0, 1.0 - later / after_list))
    return Displacing(size, shared, max(refill, after_list / -expm1(-listed / size)))


def _size(lost: list[tuple[float, float, float]], refill: float) -> float:
    """Bytes that displace 1 - 1/e, see `_longer`, where `refill` (s) is lost by all; 0 where lists
    do not tell."""
    listed, after_list, _ = lost[-1]
    if after_list < refill:
        return -listed / log(1.0 - after_list / refill)
    if len(lost) < 2:
        return 0.0
    part, loss, _ = lost[-2]
    return listed * _saturating(part / listed, loss / after_list)


def _longer(found: Mapping[Key, Demand], few: Key, many: Key) -> tuple[float, float, float]:
    """What a longer list allocates more (bytes), and how much longer it makes what follows (s)."""
    after_list, later = (
        found[many._replace(operation=each)].median - found[few._replace(operation=each)].median
        for each in LISTS[1:]
    )
    return found[many].allocated - found[few].allocated, after_list, later


def _saturating(part: float, loss: float) -> float:
    """The size, over all that is listed, of caches that lose such a share of the whole loss by a
    part of the list; 0 where they lose no more than in proportion, or all of it by that."""
    if not part < loss < 1.0:
        return 0.0

    def excess(size: float) -> float:
        return expm1(-part / size) / expm1(-1.0 / size) - loss

    least, most = part / MANY, MANY
    return float(brentq(excess, least, most)) if excess(least) > 0.0 > excess(most) else 0.0


def _engines(demand: Demand) -> float:
    """Seconds without the client's part: what it has read has displaced as much for itself."""
    return demand.median - demand.client


def _is_measured(blocks: pd.DataFrame, cycle: list[str]) -> bool:
    light = blocks[blocks["accounting"]]
    return any(operations == cycle for operations in light["operations"])


def _sorted(found: Iterable[Key], operation: str, condition: str) -> list[Key]:
    """An operation's, from the least of something to the most."""
    own = (key for key in found if key.operation == operation)
    return sorted(own, key=lambda key: float(getattr(key, condition)))
