"""Capacity: the largest load, or the smallest resource, that meets service level objectives."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from docksim.scenario.errors import Problem, ScenarioError
from docksim.study.design.document import Precision
from docksim.study.estimates import UNKNOWN, Estimate, estimate
from docksim.study.experiment.pool import Pool, pool
from docksim.study.experiment.precision import is_stable
from docksim.study.experiment.replication import Replication
from docksim.study.experiment.runner import Work, run
from docksim.study.experiment.store import Store, kept
from docksim.study.key import Key, find_key
from docksim.study.measure_names import Failed, Measure
from docksim.study.search import MOST_CANDIDATES, Axis, Bracket, MoreIs, search
from docksim.study.sequential import decide, level
from docksim.study.shown import Shown
from docksim.study.slo import Slo, Verdict, parse_slo

if TYPE_CHECKING:
    from docksim.scenario import Scenario

BUDGET = 32
"""Replications of one value, at most."""

TOLERANCE = 0.05
"""Relative width at which the bracket is narrow enough."""

UNSTABLE = "unstable"

FAILED = Failed("failed", None)

Tell = Callable[[str], None]
"""Hears in words what is being tried."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What replications say of one objective; `carried` is False for a sample too small for it."""

    measured: Estimate
    verdict: Verdict
    carried: bool = True


@dataclass(frozen=True, slots=True)
class Candidate:
    """A value that was tried, with the evidence for each objective in their order."""

    value: float
    verdict: Verdict
    evidence: tuple[Evidence, ...]
    replications: int
    failed: float = math.nan
    """Share of all commands that ended, and not ok."""
    reason: str = ""
    """Why nothing is measured, and it is not met: UNSTABLE, or what does not fit the host."""


@dataclass(frozen=True, eq=False, repr=False)
class Capacity(Shown):
    """The answer: a bracket, and all values that were tried, in that order.

    level   confidence level of the candidates' intervals; all of them hold together with 95 %
    budget  replications of a candidate at most
    """

    key: Key
    slos: tuple[Slo, ...]
    bracket: Bracket
    candidates: tuple[Candidate, ...]
    level: float
    budget: int
    seed: int

    @property
    def scenario(self) -> Scenario:
        """The scenario that was varied."""
        return self.key.scenario

    @property
    def replications(self) -> int:
        """All that were run."""
        return sum(candidate.replications for candidate in self.candidates)

    def table(self) -> pd.DataFrame:
        """One row a candidate and objective, by value; measures in SI units."""
        rows = [
            {
                "key": self.key.path,
                "value": candidate.value,
                "verdict": str(candidate.verdict),
                "reason": candidate.reason,
                "replications": candidate.replications,
                "failed": candidate.failed,
                "objective": str(slo),
                "measured": found.measured.value,
                "low": math.nan if found.measured.low is None else found.measured.low,
                "high": math.nan if found.measured.high is None else found.measured.high,
                "bound": slo.bound,
                "objective_verdict": str(found.verdict),
                "carried": found.carried,
            }
            for candidate in sorted(self.candidates, key=lambda one: one.value)
            for slo, found in zip(self.slos, candidate.evidence, strict=True)
        ]
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """Plain values, null for what is not known."""
        return {
            "scenario": self.scenario.name,
            "seed": self.seed,
            "key": self.key.path,
            "unit": self.key.quantity.unit if self.key.quantity else "",
            "objectives": [str(slo) for slo in self.slos],
            "more_is": self.bracket.more_is,
            "holds": self.bracket.holds,
            "fails": self.bracket.fails,
            "undecided": list(self.bracket.undecided),
            "interval_level": self.level,
            "replications": self.replications,
            "candidates": [_candidate_json(one, self.slos) for one in self.candidates],
        }

    def __repr__(self) -> str:
        holds, fails = self.bracket.holds, self.bracket.fails
        return f"Capacity({self.key.path!r}, holds={holds}, fails={fails})"


def _candidate_json(candidate: Candidate, slos: Sequence[Slo]) -> dict[str, Any]:
    return {
        "value": candidate.value,
        "verdict": candidate.verdict,
        "reason": candidate.reason,
        "replications": candidate.replications,
        "failed": None if math.isnan(candidate.failed) else candidate.failed,
        "measures": {
            slo.measure.name: {
                **found.measured.as_dict(),
                "verdict": found.verdict,
                "carried": found.carried,
            }
            for slo, found in zip(slos, candidate.evidence, strict=True)
        },
    }


def capacity(
    scenario: Scenario,
    *,
    slo: str | Sequence[str],
    vary: str,
    low: str | float | None = None,
    high: str | float | None = None,
    more_is: str | None = None,
    tolerance: float = TOLERANCE,
    budget: int = BUDGET,
    seed: int | None = None,
    jobs: int | None = None,
    cluster: str | None = None,
    store: str | Path | None = None,
    tell: Tell | None = None,
) -> Capacity:
    """Search the values of the key `vary` for the border of where all objectives are met.

    low, high  limits of the search; where both are given they are tried first, else it begins at
               the scenario's own value
    more_is    "better" for a resource, "worse" for a load; found by trying when left out
    tolerance  relative width of the bracket; integers are narrowed to neighbours
    budget     replications of one value, at most
    jobs       processes, one a core by default; or the Dask `cluster` at that address
    store      a folder where replications are kept: a search that was interrupted goes on there

    Raises ScenarioError, before anything runs, for an objective, a key or limits that make no
    sense; ClusterError; StoreError.
    """
    key = find_key(scenario, vary)
    slos = tuple(parse_slo(text, scenario) for text in ([slo] if isinstance(slo, str) else slo))
    axis = _axis(key, low, high, more_is, tolerance)
    _check(slos, tolerance, budget)
    chosen = scenario.run.seed if seed is None else seed
    interval = level(budget, MOST_CANDIDATES, len(slos))
    candidates: list[Candidate] = []
    with kept(store) as folder, pool(jobs, cluster) as workers:
        trial = _Trial(key, slos, budget, interval, chosen, Store(folder), workers, tell)

        def verdict(value: float) -> Verdict:
            candidates.append(trial.of(value))
            return candidates[-1].verdict

        bracket = search(verdict, axis)
    return Capacity(key, slos, bracket, tuple(candidates), interval, budget, chosen)


def _axis(
    key: Key,
    low: str | float | None,
    high: str | float | None,
    more_is: str | None,
    tolerance: float,
) -> Axis:
    least = None if low is None else key.parse(low)
    most = None if high is None else key.parse(high)
    if least is not None and most is not None and least >= most:
        found = f"from {key.text(least)} to {key.text(most)}"
        raise ScenarioError(Problem(found, "a lower end below the higher", file="--low, --high"))
    if key.value <= 0 and (least is None or most is None):
        found = f"{key.path} is {key.text(key.value)}, which cannot be doubled"
        raise ScenarioError(Problem(found, "--low and --high", file=key.option))
    return Axis(
        start=key.value,
        low=least,
        high=most,
        is_whole=key.is_whole,
        tolerance=tolerance,
        more_is=None if more_is is None else MoreIs(more_is),
        allows=key.allows,
    )


def _check(slos: Sequence[Slo], tolerance: float, budget: int) -> None:
    if not slos:
        raise ScenarioError(Problem("no objective", "at least one", file="--slo"))
    if tolerance < 0 or not math.isfinite(tolerance):
        raise ScenarioError(Problem(f"found {tolerance:g}", "0 or more", file="--tolerance"))
    if budget < 2:
        found = f"{budget} found: an interval needs two replications"
        raise ScenarioError(Problem(found, "2 or more", file="--budget"))


@dataclass(frozen=True, slots=True)
class _Trial:
    """How a value is tried."""

    key: Key
    slos: tuple[Slo, ...]
    budget: int
    level: float
    seed: int
    store: Store
    pool: Pool
    tell: Tell | None

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Those of the objectives, and the share that failed."""
        return (*(slo.measure for slo in self.slos), FAILED)

    def of(self, value: float) -> Candidate:
        """Replicate until all objectives are known to be met, or one not to be."""
        scenario = self.key.at(value)

        def look(count: int) -> Candidate:
            if self.tell is not None:
                self.tell(f"{self.key.path} = {self.key.text(value)}: {count} replications")
            exactly = Precision.model_construct(half_width=0.5, least=count, most=count)
            work = Work([scenario], self.measures, [], exactly, self.seed, version("docksim"))
            return self._judged(value, run(work, self.store, self.pool)[0])

        return decide(look, self.budget)

    def _judged(self, value: float, done: Sequence[Replication]) -> Candidate:
        if done[0].refusal:
            return self._impossible(value, 0, done[0].refusal)
        if not is_stable(done):
            # What is measured of a backlog without bound tells only how long the run was.
            return self._impossible(value, len(done), UNSTABLE)
        evidence = tuple(self._evidence(place, done) for place in range(len(self.slos)))
        failed = estimate(each.values[-1] for each in done).value
        return Candidate(value, _together(evidence), evidence, len(done), failed)

    def _impossible(self, value: float, replications: int, reason: str) -> Candidate:
        evidence = (Evidence(UNKNOWN, Verdict.NOT_MET),) * len(self.slos)
        return Candidate(value, Verdict.NOT_MET, evidence, replications, reason=reason)

    def _evidence(self, place: int, done: Sequence[Replication]) -> Evidence:
        slo = self.slos[place]
        sizes = [each.sizes[place] for each in done]
        measured = slo.measure.estimate([each.values[place] for each in done], sizes, self.level)
        return Evidence(measured, slo.judge(measured), slo.measure.is_carried(sizes))


def _together(evidence: Sequence[Evidence]) -> Verdict:
    verdicts = {found.verdict for found in evidence}
    if Verdict.NOT_MET in verdicts:
        return Verdict.NOT_MET
    return Verdict.UNDECIDED if Verdict.UNDECIDED in verdicts else Verdict.MET
