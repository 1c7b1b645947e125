"""The points of a design: which levels of the factors go together, and the scenario of each."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from scipy.stats import qmc

from docksim.scenario import vary
from docksim.scenario.errors import Problem, ScenarioError
from docksim.study.design.document import Factor, Level, Levels, StudyFile, label
from docksim.study.key import Key, find_key

if TYPE_CHECKING:
    from docksim.scenario import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """A combination of levels.

    levels    by factor, as they are written
    numbers   by factor, in SI units, for those that are numbers
    scenario  what is simulated
    """

    levels: Mapping[str, str]
    numbers: Mapping[str, float]
    scenario: Scenario

    def has(self, levels: Levels) -> bool:
        """Whether it has these levels."""
        return all(self.levels[name] == label(level) for name, level in levels.items())

    def without(self, warm_up: float) -> Point:
        """The same, with so much of the beginning (s) left out."""
        run = self.scenario.run.model_copy(update={"warm_up": warm_up})
        return replace(self, scenario=self.scenario.model_copy(update={"run": run}))

    @property
    def name(self) -> str:
        """Its levels, for a table or a message."""
        return ", ".join(f"{factor} = {level}" for factor, level in self.levels.items())


@dataclass(frozen=True, slots=True)
class _Chosen:
    """A level of one factor, and what it changes."""

    text: str
    number: float
    changes: Mapping[str, object]


def points_of(study: StudyFile, scenario: Scenario, file: str) -> tuple[Point, ...]:
    """All points, in the order of the design. Raises ScenarioError when one cannot be simulated."""
    keys = {
        factor.name: find_key(scenario, factor.key, f"{file}: factor {factor.name}")
        for factor in study.factor
        if factor.range is not None and factor.key is not None
    }
    points = []
    for chosen in _designed(study, keys):
        levels = {factor.name: each.text for factor, each in zip(study.factor, chosen, strict=True)}
        numbers = {
            factor.name: each.number
            for factor, each in zip(study.factor, chosen, strict=True)
            if not math.isnan(each.number)
        }
        changes = {path: value for each in chosen for path, value in each.changes.items()}
        points.append(Point(levels, numbers, _at(scenario, changes, levels, file)))
    return tuple(points)


def baseline_of(study: StudyFile, points: tuple[Point, ...]) -> Point | None:
    """The point to compare with: the first levels where none are named; None where points are
    sampled."""
    if study.design.samples:
        return None
    return find(study, points, {})


def find(study: StudyFile, points: tuple[Point, ...], levels: Levels) -> Point:
    """The point with these levels, and the baseline's where none are named. Raises LookupError."""
    wanted: dict[str, Level] = {factor.name: factor.names[0] for factor in study.factor}
    wanted |= study.baseline | levels
    for point in points:
        if point.has(wanted):
            return point
    raise LookupError(", ".join(f"{name} = {label(level)}" for name, level in wanted.items()))


def _at(scenario: Scenario, changes: Mapping[str, object], levels: object, file: str) -> Scenario:
    try:
        return vary(scenario, changes)
    except ScenarioError as error:
        where = f"{file}: at {levels}"
        raise ScenarioError(*(replace(each, file=where) for each in error.problems)) from None


def _designed(study: StudyFile, keys: Mapping[str, Key]) -> Iterator[tuple[_Chosen, ...]]:
    if study.design.samples:
        yield from _sampled(study, keys)
        return
    levels = [[_level(factor, index) for index in range(len(factor.names))]
              for factor in study.factor]  # fmt: skip
    if study.design.kind == "grid":
        yield from product(*levels)
        return
    middle = tuple(
        each[factor.names.index(label(study.baseline.get(factor.name, factor.names[0])))]
        for factor, each in zip(study.factor, levels, strict=True)
    )
    yield middle
    for place, each in enumerate(levels):
        for other in each:
            if other is not middle[place]:
                yield (*middle[:place], other, *middle[place + 1 :])


def _level(factor: Factor, index: int) -> _Chosen:
    if factor.alternative:
        chosen = factor.alternative[index]
        return _Chosen(chosen.name, math.nan, chosen.set)
    assert factor.levels is not None
    assert factor.key is not None
    value = factor.levels[index]
    return _Chosen(label(value), _number(value), {factor.key: value})


def _number(value: Level) -> float:
    """The number of a level; nan for a name. With a unit it stays a name: axes would need it."""
    return float(value) if isinstance(value, int | float) else math.nan


def _sampled(study: StudyFile, keys: Mapping[str, Key]) -> Iterator[tuple[_Chosen, ...]]:
    """Latin hypercube (McKay, Beckman & Conover 1979) or scrambled Sobol points (Owen 1998)."""
    assert study.design.points is not None
    sampler = qmc.LatinHypercube if study.design.kind == "latin hypercube" else qmc.Sobol
    unit = sampler(len(study.factor), rng=study.design.seed).random(study.design.points)
    for row in unit:
        yield tuple(
            _within(factor, keys[factor.name], float(share))
            if factor.range is not None
            else _level(factor, min(int(share * len(factor.names)), len(factor.names) - 1))
            for factor, share in zip(study.factor, row, strict=True)
        )


def _within(factor: Factor, key: Key, share: float) -> _Chosen:
    """So far along a factor's range."""
    assert factor.range is not None
    assert factor.key is not None
    low, high = (key.parse(end if isinstance(end, str) else float(end)) for end in factor.range)
    if low >= high or (factor.scale == "log" and low <= 0.0):
        allowed = "a lower end below the higher, above 0 on a log scale"
        found = f"a range from {key.text(low)} to {key.text(high)}"
        raise ScenarioError(Problem(found, allowed, file=key.option))
    value = low * (high / low) ** share if factor.scale == "log" else low + share * (high - low)
    value = float(round(value)) if key.is_whole else float(f"{value:.6g}")
    text = key.text(value)
    changed: object = text if key.quantity else (int(value) if key.is_whole else value)
    return _Chosen(text, value, {factor.key: changed})
