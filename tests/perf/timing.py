"""Contests: several programs of the same work, timed in alternation.

What is counted is CPU time of this process (user and system), for the machine may be busy with
others; and a ratio is taken between runs of the same round, for its speed may change with time.
"""

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Spread:
    """The median of several values, and the least and the largest of them."""

    median: float
    least: float
    largest: float
    values: int

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        return cls(median(values), min(values), max(values), len(values))


@dataclass(frozen=True)
class Contest(Generic[T]):
    """CPU seconds and results of each contestant, round by round."""

    seconds: dict[str, list[float]]
    results: dict[str, list[T]]

    def per_cpu_second(self, name: str, units: int) -> Spread:
        """Of the units that a run has, how many are done in a CPU second."""
        return Spread.of([units / seconds for seconds in self.seconds[name]])

    def ratio(self, slower: str, faster: str) -> Spread:
        """How many times as long one took as the other, round by round."""
        pairs = zip(self.seconds[slower], self.seconds[faster], strict=True)
        return Spread.of([a / b for a, b in pairs])


def contest(contestants: Mapping[str, Callable[[int], T]], rounds: int) -> Contest[T]:
    """Each runs once a round, given its number; who starts takes turns. Round 0 warms up."""
    names = list(contestants)
    seconds: dict[str, list[float]] = {name: [] for name in names}
    results: dict[str, list[T]] = {name: [] for name in names}
    for i in range(rounds + 1):
        first = i % len(names)
        for name in names[first:] + names[:first]:
            taken, result = timed(lambda run=contestants[name], i=i: run(i))
            if i:
                seconds[name].append(taken)
                results[name].append(result)
    return Contest(seconds, results)


def timed(work: Callable[[], T]) -> tuple[float, T]:
    """CPU seconds and result; garbage of before is collected first."""
    gc.collect()
    start = time.process_time()
    result = work()
    return time.process_time() - start, result
