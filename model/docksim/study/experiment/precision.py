"""When a point has been replicated often enough.

The number of replications follows from the precision asked for, by the algorithm of Hoad, Robinson
& Davies, "Automated selection of the number of replications for a discrete-event simulation",
Journal of the Operational Research Society 61, 2010: stop when the relative half-width is small
enough, and stays so over a few more replications, for it may have been small by chance. Here all
headline measures must be precise at once.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from docksim.study.design.document import Precision
from docksim.study.estimates import estimate
from docksim.study.experiment.replication import Replication
from docksim.study.stability import verdict

LOOK_AHEAD = 5
"""Replications over which the precision must last; kLimit there, for up to 100 replications."""


def wanted(done: Sequence[Replication], precision: Precision, headline: Sequence[int]) -> int:
    """How many replications the point needs, as far as the first ones tell.

    `done` are its first replications, without a gap; `headline` the places of the measures that
    must be precise. More than there are: the answer may change when those are there. It depends on
    nothing but what the replications measured, so that it is the same in whatever order they end.
    """
    if done and done[0].refusal:
        return 1
    if len(done) < precision.least:
        return precision.least
    if not is_stable(done[: precision.least]):
        return precision.least
    lasting = min(LOOK_AHEAD, precision.most - precision.least)
    run = 0
    for count in range(precision.least, len(done) + 1):
        run = run + 1 if is_precise(done[:count], precision, headline) else 0
        if run > lasting:
            return count
    return min(len(done) + max(1, lasting - run + 1), precision.most)


def is_precise(done: Sequence[Replication], precision: Precision, headline: Sequence[int]) -> bool:
    """Whether every headline measure that can be measured is known precisely enough."""
    for place in headline:
        found = estimate(each.values[place] for each in done)
        if not found.known:
            continue
        if found.half_width is None or math.isnan(found.half_width):
            return False
        if found.half_width > precision.half_width * abs(found.value):
            return False
    return True


def is_stable(done: Sequence[Replication]) -> bool:
    """False when a backlog was found to grow without bound."""
    backlogs = [each.backlog for each in done if each.backlog is not None]
    return not backlogs or verdict(backlogs).stable
