"""What groups of threads get of cores that have a queue each, without a simulator.

A kernel that schedules by groups spreads a group's weight over the cores that its threads are on
(calc_group_shares, kernel/sched/fair.c): a group of one thread has all of it on that thread's core,
and a crowd that is on every core has a part of it on each.
"""

from __future__ import annotations

from functools import lru_cache

from docksim.des.maxmin import max_min_shares

ROUNDING = 1e-12
"""Cores that are nothing but rounding."""

DIGITS = 9
"""Of a number of cores, by which groups are on equally many."""

REMEMBERED = 2**15
"""Constellations whose shares are kept: a load comes back to the same few again and again."""


@lru_cache(maxsize=REMEMBERED)
def queue_shares(
    cores: float, caps: tuple[float, ...], weights: tuple[float, ...]
) -> tuple[float, ...]:
    """The rate of each group (cores), whose threads use up to `caps`, more than there are together.

    A group is on s = min(cap/weight, C) of C cores and has 1/s of its weight on each. All others
    are taken to be spread evenly, so that they have (G - 1)/C there, with the sum G of weights. It
    gets s·(1/s)/(1/s + (G - 1)/C), and no more than its cap. What that leaves goes to those on most
    cores, whose threads are the first to be pulled to one that falls idle; max-min among equals.
    """
    total = sum(weight for cap, weight in zip(caps, weights, strict=True) if cap > 0.0)
    spreads = [
        round(min(cap / weight, cores), DIGITS) for cap, weight in zip(caps, weights, strict=True)
    ]
    rates = [
        min(cap, weight * spread * cores / (cores + max(0.0, total - 1.0) * spread))
        for cap, weight, spread in zip(caps, weights, spreads, strict=True)
    ]
    for spread in sorted(set(spreads), reverse=True):
        left = cores - sum(rates)
        if left <= ROUNDING:
            break
        alike = [place for place, each in enumerate(spreads) if each == spread]
        room = [caps[place] - rates[place] for place in alike]
        more = max_min_shares(left, room, [weights[place] for place in alike])
        for place, each in zip(alike, more, strict=True):
            rates[place] += each
    return tuple(rates)
