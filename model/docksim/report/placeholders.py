"""Figures in a study's answer: text in which {…} stands for what was found.

{pull.p50}                            at the baseline: 12.3 s ± 0.2
{pull.p50 | slots = 10}               at that level, the baseline's of all other factors
{pull.p50 | slots = 10 | slots = 3}   the change from the second to the first: "31 % ± 4 lower"
{best}                                the best point, or those that may be

A quantile that its sample cannot carry is said to be from too few observations.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from docksim.report.quantity import digits
from docksim.report.values import pair
from docksim.scenario.errors import Problem, ScenarioError
from docksim.study.design.document import Levels
from docksim.study.estimates import LEVEL, Estimate

if TYPE_CHECKING:
    from docksim.study.experiment.outcome import StudyResults

_PLACE = re.compile(r"\{([^{}]*)\}")


def filled(text: str, results: StudyResults) -> str:
    """The text with its figures. Raises ScenarioError for a place that means nothing."""
    return _PLACE.sub(lambda match: _found(match[1], results), text)


NEGLIGIBLE = 0.001
"""A relative change that is none in words."""


def check(text: str, measures: tuple[str, ...]) -> None:
    """Raises ScenarioError for a measure that is not there, before anything is run."""
    for place in _PLACE.findall(text):
        measure = place.split("|")[0].strip()
        if measure not in measures and measure != "best":
            raise ScenarioError(
                Problem(f"{{{place}}} is about no measure", ", ".join(measures), file="answer")
            )


def _found(place: str, results: StudyResults) -> str:
    measure, *selections = (part.strip() for part in place.split("|"))
    if measure == "best":
        return " or ".join(each.point.name for each in results.best())
    try:
        chosen = [results.at(_levels(each)) for each in selections] or [results.at({})]
    except LookupError as error:
        raise ScenarioError(Problem(f"{{{place}}}: no point with {error}", file="answer")) from None
    carried = all(results.is_carried(each, measure) for each in chosen)
    doubt = "" if carried else " (from too few observations)"
    if len(chosen) == 1:
        scale = results.measures[results.place(measure)].scale
        value, margin = pair(scale, results.estimate(chosen[0], measure))
        return f"{value} {margin}".strip().replace("±", "± ") + doubt
    return change(results.change(chosen[0], chosen[1], measure, LEVEL)) + doubt


def change(found: Estimate) -> str:
    """A relative change in words: "31 % ± 4 lower", "not measurably different"."""
    if not found.known:
        return "different by nothing that can be measured"
    if max(abs(found.low or found.value), abs(found.high or found.value)) < NEGLIGIBLE:
        return "the same"
    percent = digits(100.0 * abs(found.value), 2, 1)
    margin = "" if found.half_width is None else f" ± {digits(100.0 * found.half_width, 2, 1)}"
    if found.low is not None and found.high is not None and found.low <= 0.0 <= found.high:
        return f"not measurably different ({100.0 * found.value:+.1f} %{margin})"
    if found.value > 1.5:
        return f"{digits(1.0 + found.value, 2)} times as high"
    return f"{percent} %{margin} {'higher' if found.value > 0 else 'lower'}"


def _levels(text: str) -> Levels:
    parts = [part.partition("=") for part in text.split(",") if part.strip()]
    return {name.strip(): level.strip() for name, _, level in parts}
