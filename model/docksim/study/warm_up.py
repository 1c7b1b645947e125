"""Where a run's warm-up ends, by MSER-5.

The first observations of a run that starts empty are not those of its steady state. MSER-5 leaves
out as many as make the standard error of the mean of the rest smallest, over means of five
observations each (White, Cobb & Spratt, "A comparison of five steady-state truncation heuristics
for simulation", Winter Simulation Conference 2000).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from docksim.scenario.errors import Problem, ScenarioError
from docksim.study.measures import latencies_over_time
from docksim.study.replicate import Progress, replicate
from docksim.study.shown import Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docksim.scenario import Scenario

    Array = NDArray[np.float64]

BATCH = 5
LEAST_BATCHES = 10
BINS = 250
"""Parts of a run whose mean latency is one observation."""


class NotSteadyError(ValueError):
    """The truncation falls into the second half: the run is too short, or has no steady state."""


@dataclass(frozen=True, eq=False, repr=False)
class WarmUp(Shown):
    """When the warm-up ends (s), and the mean latency over time (s) that tells it."""

    scenario: Scenario
    end: float
    times: Array
    latency: Array

    def __repr__(self) -> str:
        return f"WarmUp(end={self.end:g} s)"


def mser5(values: Array) -> int:
    """How many of the first values to leave out.

    Raises NotSteadyError when it would be half of them or more, and ValueError for fewer than 50.
    """
    batches = len(values) // BATCH
    if batches < LEAST_BATCHES:
        raise ValueError(f"{len(values)} values, and MSER-5 needs {BATCH * LEAST_BATCHES}")
    means = values[: batches * BATCH].reshape(batches, BATCH).mean(axis=1)
    # The standard error of the mean squared, of what is left after each truncation.
    errors = [means[cut:].var() / (batches - cut) for cut in range(batches - BATCH)]
    best = int(np.argmin(errors))
    if best >= batches // 2:
        raise NotSteadyError("no steady state within the first half")
    return best * BATCH


def warm_up(
    scenario: Scenario,
    *,
    replications: int = 10,
    seed: int | None = None,
    jobs: int | None = None,
    progress: Progress | None = None,
) -> WarmUp:
    """Find the warm-up of a scenario that runs for a duration, from the mean of replications.

    Raises ScenarioError when the run has no duration, or no steady state is seen in it.
    """
    if scenario.run.duration is None:
        allowed = "run.duration: a number of commands ends, it has no steady state"
        raise ScenarioError(Problem("a run without a duration", allowed, at=("run",)))
    run = scenario.run.model_copy(update={"warm_up": 0.0})
    whole = scenario.model_copy(update={"run": run})
    results = replicate(whole, replications=replications, seed=seed, jobs=jobs, progress=progress)
    edges = np.linspace(0.0, scenario.run.duration, BINS + 1)
    series = np.array([latencies_over_time(records, edges) for records in results.records])
    seen = ~np.isnan(series).all(axis=0)
    latency = np.nanmean(series[:, seen], axis=0)
    times = edges[1:][seen]
    try:
        cut = mser5(latency)
    except ValueError as error:
        raise ScenarioError(
            Problem(str(error), "a longer run, or a load below capacity", at=("run", "duration"))
        ) from None
    return WarmUp(scenario, float(times[cut - 1]) if cut else 0.0, times, latency)
