"""Operating points: what a plan comes to, one by one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from docksim.engine.measurement.conditions import (
    Batch,
    Behaviour,
    Beside,
    Closed,
    Network,
    Open,
    Operation,
)

if TYPE_CHECKING:
    from docksim.engine.measurement.plan import PointPlan


GRID = (
    "network", "image", "behaviour", "containers", "running", "images", "log_size", "slots",
    "link_rate", "rtt",
)  # fmt: skip
"""Keys of a plan's point that may have several values."""

ALIKE = (
    "set", "operations", "stop_timeout", "beside", "timed_runtime", "cycles", "warm_up",
    "accounting", "brisk",
)  # fmt: skip
"""Keys that all points of a plan's point have in common."""


@dataclass(frozen=True)
class Point:
    """One operating point. Rates in 1/s (0: not open, or not known yet), sizes in bytes."""

    set: str
    operations: tuple[Operation, ...]
    load: str
    clients: int
    rate: float
    of_capacity: float
    pause: float
    network: Network
    image: str
    behaviour: Behaviour
    stop_timeout: float
    containers: int
    running: int
    images: int
    log_size: float
    slots: int
    link_rate: float
    rtt: float
    beside: Beside | None
    timed_runtime: bool
    cycles: int
    warm_up: int
    accounting: bool
    brisk: bool

    @property
    def name(self) -> str:
        """Unique within a plan, and legible."""
        load = {
            "closed": f"x{self.clients}",
            "batch": f"batch{self.clients}",
            "open": f"{100 * self.of_capacity:g}pct" if self.of_capacity else f"{self.rate:g}per-s",
        }[self.load]
        parts = [self.set, "+".join(o.replace(" ", "") for o in self.operations), load]
        parts += [self.network, self.image, self.behaviour]
        optional = {
            "c": self.containers,
            "r": self.running,
            "i": self.images,
            "log": self.log_size,
            "rate": self.link_rate,
        }
        optional["rtt"] = self.rtt
        parts += [f"{key}{value:g}" for key, value in optional.items() if value]
        parts.append(f"s{self.slots}")
        if self.beside:
            parts.append(f"beside-x{self.beside.clients}-{self.beside.network}")
        return "_".join(parts)

    @property
    def capacity_key(self) -> tuple[object, ...]:
        """What a capacity is of."""
        return (self.operations, self.network, self.behaviour, self.image)


def expanded(plan: PointPlan) -> Iterator[Point]:
    """All combinations of a point's values."""
    alike: dict[str, Any] = {key: getattr(plan, key) for key in ALIKE}
    alike |= {"load": plan.load.kind}
    alike |= {"pause": plan.load.pause if isinstance(plan.load, Closed) else 0.0}
    for clients, rate, share in _levels(plan.load):
        load: dict[str, Any] = {"clients": clients, "rate": rate, "of_capacity": share}
        for values in product(*(getattr(plan, key) for key in GRID)):
            yield Point(**alike, **load, **dict(zip(GRID, values, strict=True)))


def _levels(load: Closed | Open | Batch) -> Iterator[tuple[int, float, float]]:
    """Clients (or a batch's size), rate and share of capacity of each level."""
    match load:
        case Closed():
            yield from ((clients, 0.0, 0.0) for clients in load.clients)
        case Batch():
            yield from ((size, 0.0, 0.0) for size in load.size)
        case Open():
            yield from ((1, rate, 0.0) for rate in load.rate)
            yield from ((1, 0.0, share) for share in load.of_capacity)
