"""Weighted max-min fair shares of one capacity: the reference for the shared station."""

from __future__ import annotations

from collections.abc import Sequence


def max_min_shares(capacity: float, caps: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rate of each flow, min(cap, λ·weight), with one level λ that uses the capacity up.

    When all caps fit into the capacity, every flow runs at its cap. Found by progressive filling
    (Bertsekas & Gallager, Data Networks, 6.5.2): in order of cap/weight, a flow whose cap is below
    its fair part of what is left gets its cap, and leaves the rest to the others.
    O(n log n). The unit of `capacity` and `caps` is free (cores, bytes per second).
    """
    rates = [0.0] * len(caps)
    left = capacity
    weight_left = sum(weights)
    for flow in sorted(range(len(caps)), key=lambda flow: caps[flow] / weights[flow]):
        fair = left * weights[flow] / weight_left
        rates[flow] = min(caps[flow], fair)
        left -= rates[flow]
        weight_left -= weights[flow]
    return rates
