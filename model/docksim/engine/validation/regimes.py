"""How hard a measured load works the machine: light, at the knee, or saturating it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def regime(block: Mapping[str, Any], cores: int, capacity: float = 0.0) -> str:
    """Light load is less than a client a core, those of what goes on beside it included, or half of
    the capacity; saturation more than two clients a core, or more than 85 % of the capacity. Empty
    for cycles that come at a rate, where their `capacity` (cycles/s) is not known."""
    if block["load"] == "open":
        share = block["of_capacity"] or (block["rate"] / capacity if capacity else 0.0)
        return _regime(share, 0.5, 0.85) if share else ""
    beside = block["beside"]["clients"] if block.get("beside") else 0
    return _regime(block["clients"] + beside, cores - 0.5, 2 * cores)


def capacity_of(block: Mapping[str, Any], blocks: Iterable[Mapping[str, Any]]) -> float:
    """The highest throughput of closed loads of the same cycle (cycles/s); 0 where there are none.
    Those that are accounted rest between operations, and are slower by the trace."""
    throughputs = [
        float(each["throughput"])
        for each in blocks
        if each["load"] == "closed"
        and not (each["accounting"] or each["brisk"])
        and _cycle(each) == _cycle(block)
    ]
    return max(throughputs, default=0.0)


def _regime(load: float, light: float, knee: float) -> str:
    if load <= light:
        return "light"
    return "knee" if load <= knee else "saturation"


def _cycle(block: Mapping[str, Any]) -> tuple[object, ...]:
    """What a capacity is of: see `docksim.engine.measurement.points`."""
    return (tuple(block["operations"]), block["network"], block["behaviour"], block["image"])
