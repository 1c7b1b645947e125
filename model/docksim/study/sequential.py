"""A sequential test: replicate until the interval lies on one side of a bound.

The replications are looked at after 4, 8, 16 … of them. Whoever looks often enough will once see
what is not there; so the confidence is divided (Bonferroni) over all looks at all values and all
objectives, and what is decided anywhere in a whole search is right with CONFIDENCE.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from docksim.study.slo import Verdict

CONFIDENCE = 0.95
"""That nothing that a whole search decides is wrong."""

FIRST_LOOK = 4
"""Replications; fewer say nothing of their own spread."""


class Judged(Protocol):
    """What a look tells."""

    @property
    def verdict(self) -> Verdict:
        """Met, not met, or undecided."""


Found = TypeVar("Found", bound=Judged)


def looks(budget: int) -> Iterator[int]:
    """After how many replications to look: doubling, the budget last."""
    count = FIRST_LOOK
    while count < budget:
        yield count
        count *= 2
    yield budget


def level(budget: int, values: int, objectives: int) -> float:
    """Confidence level of each two-sided interval, so that all together keep CONFIDENCE.

    A test errs on one side only: where the truth is above the bound, by an interval below it.
    """
    tests = len(list(looks(budget))) * values * objectives
    return 1.0 - 2.0 * (1.0 - CONFIDENCE) / tests


def decide(look: Callable[[int], Found], budget: int) -> Found:
    """What the first look tells that decides; the last look when none does."""
    for count in looks(budget):
        found = look(count)
        if found.verdict is not Verdict.UNDECIDED:
            break
    return found
