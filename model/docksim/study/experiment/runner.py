"""Runs what is missing of a study, on a pool, until every point is as precise as was asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import TYPE_CHECKING

from docksim.study.design.document import Precision
from docksim.study.experiment.pool import Pool
from docksim.study.experiment.precision import wanted
from docksim.study.experiment.replication import Replication, frozen, replication_of
from docksim.study.experiment.store import Store, identity

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.study.measure_names import Measure

Progress = Callable[[int, int], None]
"""Hears how many replications are done, and how many there will be as far as is known."""

AHEAD = 2
"""Tasks that are submitted for each worker, so that none waits for the next."""


@dataclass(frozen=True)
class Work:
    """What is to be run, at each of some points."""

    scenarios: Sequence[Scenario]
    measures: Sequence[Measure]
    headline: Sequence[int]
    precision: Precision
    seed: int
    version: str


@dataclass
class _Series:
    """The replications of one point: `done` by number."""

    scenario: Scenario
    key: str
    done: dict[int, Replication] = field(default_factory=dict)
    submitted: set[int] = field(default_factory=set)
    wanted: int = 0

    @cached_property
    def sent(self) -> bytes:
        """The scenario as workers get it."""
        return frozen(self.scenario)

    def first(self) -> list[Replication]:
        """Those from 0 on, up to the first gap."""
        first: list[Replication] = []
        while (number := len(first)) in self.done:
            first.append(self.done[number])
        return first


def run(
    work: Work, store: Store, pool: Pool, progress: Progress | None = None
) -> list[list[Replication]]:
    """The replications of each point, as many as it needs.

    What the store has is not run again. Raises StoreError when the disk takes no more.
    """
    return _Runner(work, store, pool, progress).run()


class _Runner:
    def __init__(self, work: Work, store: Store, pool: Pool, progress: Progress | None) -> None:
        self._work = work
        self._store = store
        self._pool = pool
        self._progress = progress
        self._series = [
            _Series(each, identity(each, work.seed, work.measures, work.version))
            for each in work.scenarios
        ]
        self._under_way: dict[Future[Replication], tuple[_Series, int]] = {}

    def run(self) -> list[list[Replication]]:
        for series in self._series:
            self._extend(series)
        try:
            self._fill()
            while self._under_way:
                self._collect()
                self._fill()
        finally:
            for future in self._under_way:
                future.cancel()
        return [series.first()[: series.wanted] for series in self._series]

    def _extend(self, series: _Series) -> None:
        """Find out how many are wanted; what is stored of them counts as done."""
        while True:
            first = series.first()
            series.wanted = wanted(first, self._work.precision, self._work.headline)
            missing = [n for n in range(series.wanted) if n not in series.done]
            read = {n: self._store.read(series.key, n) for n in missing}
            found = {n: each for n, each in read.items() if each is not None}
            series.done |= found
            if not found:
                return

    def _todo(self) -> Iterator[tuple[_Series, int]]:
        for series in self._series:
            for number in range(series.wanted):
                if number not in series.done and number not in series.submitted:
                    yield series, number

    def _fill(self) -> None:
        """Keep all workers busy."""
        room = AHEAD * self._pool.workers - len(self._under_way)
        for series, number in list(islice(self._todo(), room)):
            series.submitted.add(number)
            future = self._pool.executor.submit(
                replication_of, series.sent, self._work.seed, number, self._work.measures
            )
            self._under_way[future] = series, number

    def _collect(self) -> None:
        """Keep what has ended."""
        ended, _ = wait(self._under_way, return_when=FIRST_COMPLETED)
        for future in ended:
            series, number = self._under_way.pop(future)
            found = future.result()
            self._store.write(series.key, number, found)
            series.done[number] = found
            if number < series.wanted and len(series.first()) >= series.wanted:
                self._extend(series)
        if self._progress is not None:
            done = sum(min(len(series.done), series.wanted) for series in self._series)
            self._progress(done, sum(series.wanted for series in self._series))
