"""Replications of one scenario, over the cores of this machine.

Replication r draws from the streams of (seed, r) and from nothing else, so that it gives the same
records in whatever process and order it runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import joblib

from docksim.simulation import simulate_once
from docksim.study.results import Results

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.simulation import Records

Progress = Callable[[float], None]
"""Told the share of the work that is done, from 0 to 1."""


def simulate(
    scenario: Scenario,
    *,
    seed: int | None = None,
    trace: bool = False,
    progress: Progress | None = None,
) -> Results:
    """One replication. `trace` records every hop; `seed` replaces the scenario's."""
    return replicate(scenario, replications=1, seed=seed, trace=trace, progress=progress)


def replicate(
    scenario: Scenario,
    *,
    replications: int | None = None,
    seed: int | None = None,
    first: int = 0,
    jobs: int | None = None,
    trace: bool = False,
    progress: Progress | None = None,
) -> Results:
    """Independent replications, in parallel when there is more than one and a core for each.

    What is None comes from the scenario; `jobs` from the number of cores. `first` is the number of
    the first of them, for whoever has had those before it. Raises ValueError for fewer than one
    replication or job.
    """
    count = scenario.run.replications if replications is None else replications
    seed = scenario.run.seed if seed is None else seed
    if count < 1:
        raise ValueError(f"replications: {count} found, at least 1 is needed")
    if jobs is not None and jobs < 1:
        raise ValueError(f"jobs: {jobs} found, at least 1 is needed")
    workers = min(count, jobs or joblib.cpu_count())
    if workers > 1:
        run = _parallel(scenario, seed, trace, range(first, first + count), workers)
    else:
        run = _serial(scenario, seed, trace, range(first, first + count), progress)
    records = []
    for done, one in enumerate(run, start=1):
        records.append(one)
        if progress is not None:
            progress(done / count)
    return Results(scenario, tuple(sorted(records, key=lambda one: one.replication)))


def _serial(
    scenario: Scenario, seed: int, trace: bool, numbers: range, progress: Progress | None
) -> Iterator[Records]:
    for part, replication in enumerate(numbers):
        inner = None
        if progress is not None:
            inner = _part_of(progress, part, len(numbers))
        yield simulate_once(
            scenario, seed=seed, replication=replication, trace=trace, progress=inner
        )


def _part_of(progress: Progress, part: int, count: int) -> Progress:
    return lambda share: progress((part + share) / count)


def _parallel(
    scenario: Scenario, seed: int, trace: bool, numbers: range, workers: int
) -> Iterator[Records]:
    # In the order in which they end, so that progress is told as it is made.
    pool = joblib.Parallel(n_jobs=workers, backend="loky", return_as="generator_unordered")
    task = joblib.delayed(simulate_once)
    run: Iterator[Records] = pool(
        task(scenario, seed=seed, replication=replication, trace=trace) for replication in numbers
    )
    return run
