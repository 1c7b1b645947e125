"""Which inputs matter: Morris screening, Sobol indices, and a tornado of each from end to end.

All points meet the same random demands (common random numbers), so that what differs between them
is mostly what the inputs do. Sampling and indices are SALib's (Morris 1991; Saltelli et al. 2010).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from docksim.scenario.errors import Problem, RefusedError, ScenarioError
from docksim.study.design.document import Precision
from docksim.study.estimates import Estimate, estimate
from docksim.study.experiment.pool import pool
from docksim.study.experiment.precision import is_stable
from docksim.study.experiment.runner import Progress, Work, run
from docksim.study.experiment.store import Store, kept
from docksim.study.inputs import Input, calibrated_inputs, inputs_of, with_inputs
from docksim.study.measure_names import Measure, find_measure
from docksim.study.shown import Shown

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from docksim.scenario import Scenario

    Array = NDArray[np.float64]

Method = Literal["morris", "sobol"]

POINTS = 64
"""Base points of Sobol, a power of two; trajectories of Morris are an eighth of it."""

TRAJECTORIES = 8
LEVELS = 4


@dataclass(frozen=True)
class Swing:
    """An input from one end to the other, all others in the middle."""

    input: Input
    low: Estimate
    high: Estimate

    @property
    def span(self) -> float:
        """How far it moves the measure."""
        return abs(self.high.value - self.low.value)


@dataclass(frozen=True, eq=False, repr=False)
class Sensitivity(Shown):
    """The indices by input, and the tornado, the widest first.

    indices  a row an input: mu_star, sigma (Morris) or first, total (Sobol, shares of the
             variance), with the half-width of their 95 % bootstrap intervals
    unstable points at which the load is past capacity; their latencies depend on the run's length
    """

    scenario: Scenario
    measure: Measure
    method: Method
    indices: pd.DataFrame
    middle: Estimate
    swings: tuple[Swing, ...]
    points: int
    unstable: int
    seed: int

    def table(self) -> pd.DataFrame:
        """The indices next to the measure at both ends, in SI units."""
        ends = pd.DataFrame(
            {
                "input": [swing.input.name for swing in self.swings],
                "at_low": [swing.low.value for swing in self.swings],
                "at_high": [swing.high.value for swing in self.swings],
            }
        )
        return self.indices.merge(ends, on="input")

    def __repr__(self) -> str:
        return f"Sensitivity({self.measure.name!r}, {self.method}, {len(self.swings)} inputs)"


def sensitivity(
    scenario: Scenario,
    *,
    measure: str,
    factors: Mapping[str, tuple[str | float, str | float]] | None = None,
    calibrated: bool = False,
    method: Method = "sobol",
    points: int = POINTS,
    replications: int = 3,
    seed: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> Sensitivity:
    """How a measure depends on keys of the scenario, from one end to the other of each.

    `calibrated` adds the profile's own uncertainty: each operation that was fitted to measurements
    is scaled within the interval of its median. Raises ScenarioError, before anything is run, for
    a key, range or measure that makes no sense.
    """
    found = _found(scenario, measure)
    inputs = inputs_of(scenario, factors or {})
    inputs += calibrated_inputs(scenario) if calibrated else ()
    if not inputs:
        raise ScenarioError(Problem("nothing to vary", "KEY=LOW..HIGH, or the calibration"))
    _check(points, method, replications)
    root = scenario.run.seed if seed is None else seed
    problem = {
        "num_vars": len(inputs),
        "names": [each.name for each in inputs],
        "bounds": [[0.0, 1.0]] * len(inputs),
    }
    sampled = _sample(problem, method, points, root)
    table = np.vstack([sampled, _tornado(len(inputs))])
    scenarios = [with_inputs(scenario, inputs, row) for row in table]
    exactly = Precision.model_construct(half_width=0.5, least=replications, most=replications)
    work = Work(scenarios, [found], [], exactly, root, version("docksim"))
    with kept(None) as folder, pool(jobs, cluster) as workers:
        done = run(work, Store(folder), workers, progress)
    values = [estimate(each.values[0] for each in series) for series in done]
    indices = _analyse(problem, method, sampled, np.array([v.value for v in values]), root)
    middle, *ends = values[len(sampled) :]
    swings = [
        Swing(each, ends[2 * place], ends[2 * place + 1]) for place, each in enumerate(inputs)
    ]
    swings.sort(key=lambda swing: -swing.span)
    unstable = sum(not is_stable(series) for series in done)
    return Sensitivity(
        scenario, found, method, indices, middle, tuple(swings), len(table), unstable, root
    )


def _found(scenario: Scenario, measure: str) -> Measure:
    try:
        return find_measure(measure, scenario)
    except RefusedError as error:
        raise ScenarioError(*error.problems) from None


def _check(points: int, method: Method, replications: int) -> None:
    if replications < 1:
        raise ScenarioError(Problem(f"{replications} replications", "1 or more"))
    if points < TRAJECTORIES or (method == "sobol" and points & (points - 1)):
        allowed = (
            f"a power of two from {TRAJECTORIES}"
            if method == "sobol"
            else f"{TRAJECTORIES} or more"
        )
        raise ScenarioError(Problem(f"{points} points", allowed, file="--points"))


def _sample(problem: dict[str, Any], method: Method, points: int, seed: int) -> Array:
    """Rows of the unit cube."""
    if method == "morris":
        from SALib.sample import morris

        count = points // TRAJECTORIES
        rows = morris.sample(problem, max(count, 4), num_levels=LEVELS, seed=seed)
    else:
        from SALib.sample import sobol

        rows = sobol.sample(problem, points, calc_second_order=False, seed=seed)
    return np.asarray(rows, dtype=np.float64)


def _analyse(
    problem: dict[str, Any], method: Method, rows: Array, values: Array, seed: int
) -> pd.DataFrame:
    values = values[: len(rows)]
    if np.isnan(values).any():
        raise ScenarioError(
            Problem("some points have nothing to measure", "ranges in which all commands end ok")
        )
    if np.ptp(values) == 0.0:
        nothing = np.zeros(len(problem["names"]))
        names = ("mu_star", "sigma") if method == "morris" else ("first", "total")
        return pd.DataFrame({"input": problem["names"]} | {
            column: nothing for name in names for column in (name, f"{name}_half_width")
        })  # fmt: skip
    if method == "morris":
        from SALib.analyze import morris

        found = morris.analyze(problem, rows, values, num_levels=LEVELS, seed=seed)
        columns = {
            "mu_star": found["mu_star"],
            "mu_star_half_width": found["mu_star_conf"],
            "sigma": found["sigma"],
        }
    else:
        from SALib.analyze import sobol

        found = sobol.analyze(problem, values, calc_second_order=False, seed=seed)
        columns = {
            "first": found["S1"], "first_half_width": found["S1_conf"],
            "total": found["ST"], "total_half_width": found["ST_conf"],
        }  # fmt: skip
    return pd.DataFrame({"input": problem["names"]} | columns)


def _tornado(inputs: int) -> Array:
    """The middle, then each input at its lower and its upper end."""
    rows = np.full((1 + 2 * inputs, inputs), 0.5)
    for place in range(inputs):
        rows[1 + 2 * place, place] = 0.0
        rows[2 + 2 * place, place] = 1.0
    return rows
