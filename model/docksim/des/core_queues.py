"""What groups of threads get of cores that have a queue each, without a simulator.

A kernel that schedules by groups spreads a group's weight over the cores that its threads are on
(calc_group_shares, kernel/sched/fair.c): a group of one thread has all of it on that thread's core,
and a crowd that is on every core has a part of it on each.
"""

from __future__ import annotations

from functools import lru_cache

REMEMBERED = 2**15
"""Constellations whose shares are kept: a load comes back to the same few again and again."""


@lru_cache(maxsize=REMEMBERED)
def queue_shares(
    cores: float, caps: tuple[float, ...], weights: tuple[float, ...]
) -> tuple[float, ...]:
    """The rate of each group (cores), whose threads use up to `caps`, more than there are together.

    A group is on s = min(cap/weight, C) of C cores and has 1/s of its weight on each. All others
    are taken to be spread evenly, so that they have (G - 1)/C there, with the sum G of weights. It
    gets s·(1/s)/(1/s + (G - 1)/C), and no more than its cap. What that leaves goes to the threads
    that are kept waiting, to all alike: whichever of them is next is pulled to a core that falls
    idle (sched_balance_newidle, kernel/sched/fair.c).
    """
    total = sum(weight for cap, weight in zip(caps, weights, strict=True) if cap > 0.0)
    spreads = [min(cap / weight, cores) for cap, weight in zip(caps, weights, strict=True)]
    rates = [
        min(cap, weight * spread * cores / (cores + max(0.0, total - 1.0) * spread))
        for cap, weight, spread in zip(caps, weights, spreads, strict=True)
    ]
    part = (cores - sum(rates)) / (sum(caps) - sum(rates))
    return tuple(rate + part * (cap - rate) for cap, rate in zip(caps, rates, strict=True))
