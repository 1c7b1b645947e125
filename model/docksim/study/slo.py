"""Service level objectives: "run.p99 <= 2 s", "throughput >= 5 /s", "run.failed <= 0.1 %"."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

from docksim.scenario.errors import Problem, RefusedError, ScenarioError, refusal
from docksim.study.measure_names import Measure, find_measure

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.study.estimates import Estimate

SOURCE = "--slo"
"""How messages name the place of an objective."""

SYNTAX = 'MEASURE <= BOUND or MEASURE >= BOUND, as in "run.p99 <= 2 s"'

_TEXT = re.compile(r"\s*(?P<measure>[^<>=≤≥]+?)\s*(?P<relation><=|>=|≤|≥)\s*(?P<bound>[^<>=]+?)\s*")
_PLAIN = {"≤": "<=", "≥": ">="}


class Verdict(StrEnum):
    """What an interval says of an objective."""

    MET = "met"
    NOT_MET = "not met"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Slo:
    """A measure, and the bound (SI) on one side of which it must be."""

    measure: Measure
    relation: str
    """Either <= or >=."""
    bound: float

    def __str__(self) -> str:
        return f"{self.measure.name} {self.relation} {self.measure.scale.write(self.bound)}"

    def judge(self, measured: Estimate) -> Verdict:
        """Met or not when the whole interval lies on one side of the bound; else undecided."""
        if measured.low is None or measured.high is None:
            return Verdict.UNDECIDED
        sign = 1.0 if self.relation == "<=" else -1.0
        best, worst = sorted((sign * measured.low, sign * measured.high))
        if worst <= sign * self.bound:
            return Verdict.MET
        return Verdict.NOT_MET if best > sign * self.bound else Verdict.UNDECIDED


def parse_slo(text: str, scenario: Scenario) -> Slo:
    """The objective that a text states about runs of this scenario.

    Raises ScenarioError for a text, measure or bound that is none, and for an objective that can
    never hold, or that always does.
    """
    try:
        return _parse(text, scenario)
    except RefusedError as error:
        at = f'{SOURCE} "{text}"'
        raise ScenarioError(*(replace(each, file=at) for each in error.problems)) from None


def _parse(text: str, scenario: Scenario) -> Slo:
    match = _TEXT.fullmatch(text)
    if match is None:
        raise refusal("this is no objective", SYNTAX)
    measure = find_measure(match["measure"], scenario)
    try:
        bound = measure.scale.parse(match["bound"])
    except ValueError as error:
        raise refusal(str(error)) from None
    slo = Slo(measure, _PLAIN.get(match["relation"], match["relation"]), bound)
    if problem := _pointless(slo):
        raise RefusedError(problem)
    return slo


def _pointless(slo: Slo) -> Problem | None:
    """What is wrong with a bound that is outside of what the measure can be."""
    scale, bound = slo.measure.scale, slo.bound
    if slo.relation == "<=":
        never = bound < 0 or (bound == 0 and scale.is_positive)
        always = bound >= scale.highest
    else:
        never = bound > scale.highest
        always = bound <= 0
    if not (never or always):
        return None
    top = f" to {scale.write(scale.highest)}" if scale.is_share else " upwards"
    return Problem(
        "this can never hold" if never else "this holds whatever happens",
        f"a bound within the range of {slo.measure.name}, from {scale.write(0.0)}{top}",
    )
