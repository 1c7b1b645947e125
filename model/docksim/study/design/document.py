"""A study's file: a question, factors, a design over them, and what is measured how precisely."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from annotated_types import MinLen
from pydantic import Field, ValidationError, model_validator

from docksim.scenario.errors import RefusedError, ScenarioError, refusal, unknown
from docksim.scenario.explain import explain
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.section import Count, Name, Positive, PositiveNumber, Section

Level = bool | int | float | str
Levels = dict[Name, Level]
"""A level of some factors, by the factor's name."""


class Alternative(Section):
    """One way to do something, which changes several keys."""

    name: Name
    set: dict[Name, Any]
    """New values by path, as --set takes them."""


class Factor(Section):
    """What is varied: a key by levels or over a range, or several keys by named alternatives."""

    name: Name
    key: Name | None = None
    levels: Annotated[tuple[Level, ...], MinLen(1)] | None = None
    range: tuple[Level, Level] | None = None
    """Lower and upper end, for designs that sample."""
    scale: Literal["linear", "log"] = "linear"
    """How a range is sampled."""
    alternative: tuple[Alternative, ...] = ()

    @model_validator(mode="after")
    def _is_one_kind(self) -> Self:
        given = [name for name in ("levels", "range", "alternative") if getattr(self, name)]
        if len(given) != 1:
            found = " and ".join(given) or "no levels"
            raise refusal(f"{self.name} has {found}", "one of levels, range, alternative")
        if (self.key is None) != bool(self.alternative):
            raise refusal(
                f"{self.name} has {'no key' if self.key is None else 'a key and alternatives'}",
                "a key with levels or a range; alternatives name their own keys",
            )
        names = [label(level) for level in self.levels or ()] or [a.name for a in self.alternative]
        if len(set(names)) < len(names):
            raise refusal(f"{self.name} has a level twice", "levels that differ")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Its levels as they are written; none for a range."""
        if self.alternative:
            return tuple(each.name for each in self.alternative)
        return tuple(label(level) for level in self.levels or ())


class Design(Section):
    """Which combinations of levels are simulated."""

    kind: Literal["grid", "one at a time", "latin hypercube", "sobol"] = "grid"
    points: Positive | None = None
    """How many, where the design samples."""
    seed: Count = 0
    """Of the sampling; the simulation's own seed is the scenario's."""

    @property
    def samples(self) -> bool:
        """Whether points are sampled."""
        return self.kind in ("latin hypercube", "sobol")

    @model_validator(mode="after")
    def _has_points_when_it_samples(self) -> Self:
        if self.samples and self.points is None:
            raise refusal(f"a {self.kind} of no size", "points = a number", at=("points",))
        if not self.samples and self.points is not None:
            raise refusal(
                f"{self.kind} has the points that follow from its levels",
                'no points; or kind = "latin hypercube" or "sobol"', at=("points",),
            )  # fmt: skip
        if self.kind == "sobol" and self.points is not None and self.points & (self.points - 1):
            raise refusal(f"{self.points} points", "a power of two", at=("points",))
        return self


class Precision(Section):
    """Replicate until every headline measure is known this precisely."""

    half_width: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.05
    """Of the 95 % interval, relative to the value."""
    least: Annotated[int, Field(ge=2)] = 5
    most: Annotated[int, Field(ge=2)] = 40
    """The budget; a point that runs out of it is reported."""

    @model_validator(mode="after")
    def _least_is_less(self) -> Self:
        if self.least > self.most:
            raise refusal(f"least is {self.least}, most {self.most}", "least <= most")
        return self


class Claim(Section):
    """A hypothesis: how a measure differs between two points, or from the baseline."""

    text: Name
    measure: Name
    at: Levels
    against: Levels = Field(default_factory=dict)
    change: Name
    """As "<= -30 %": at least 30 % lower; ">= 2" would be twice as much more."""


class Best(Section):
    """Look for the best point by one measure."""

    measure: Name
    want: Literal["lowest", "highest"] = "lowest"
    indifference: PositiveNumber
    """Differences smaller than this, relative to the baseline's value, do not matter."""


class Picture(Section):
    """A figure of the report: a measure over the levels of one factor, by those of another."""

    measure: Name
    x: Name
    by: Name | None = None
    at: Levels = Field(default_factory=dict)
    """Levels of the other factors, where they are not the baseline's."""
    kind: Literal["lines", "heat map"] = "lines"

    @model_validator(mode="after")
    def _heat_has_two_axes(self) -> Self:
        if self.kind == "heat map" and self.by is None:
            raise refusal("a heat map over one factor", "by = a second factor", at=("by",))
        return self


class PullPicture(Section):
    """A figure of the report: the first pull at a point, layer by layer."""

    at: Levels = Field(default_factory=dict)
    """Levels of factors, where they are not the baseline's."""


class StudyFile(Section):
    """All of it."""

    name: Name
    question: Name
    expected: str = ""
    """What the author thinks will come out."""
    answer: str = ""
    """The answer, with {measure | levels} for a figure; see docksim.report.placeholders."""
    scenario: Name
    """A file, from where this one is."""
    set: dict[Name, Any] = Field(default_factory=dict)
    """Changes of the scenario for all points."""
    factor: Annotated[tuple[Factor, ...], MinLen(1)]
    design: Design = Design()
    measures: Annotated[tuple[Name, ...], MinLen(1)]
    headline: tuple[Name, ...] = ()
    """The measures that must be precise; all by default."""
    baseline: Levels = Field(default_factory=dict)
    """A level of each factor to compare with; the first ones by default."""
    slos: tuple[Name, ...] = ()
    warm_up: Literal["as stated", "mser-5"] = "as stated"
    """What is left out at the beginning: what the scenario states, or what MSER-5 finds at the
    baseline, for all points."""
    replications: Positive | None = None
    """Exactly so many a point, instead of a precision."""
    precision: Precision | None = None
    claim: tuple[Claim, ...] = ()
    best: Best | None = None
    figure: tuple[Picture, ...] = ()
    pull: tuple[PullPicture, ...] = ()

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        names = [factor.name for factor in self.factor]
        if len(set(names)) < len(names):
            raise refusal("two factors have one name", "names that differ", at=("factor",))
        if self.replications is not None and self.precision is not None:
            raise refusal("both replications and a precision", "one of them", at=("precision",))
        self._design_suits()
        wanted = [*self.headline, *([self.best.measure] if self.best else [])]
        wanted += [each.measure for each in self.claim] + [each.measure for each in self.figure]
        for measure in wanted:
            if measure not in self.measures:
                raise RefusedError(unknown("measure", measure, self.measures))
        for place, levels in self._selections():
            self._check(place, levels)
        names_drawn = [name for each in self.figure for name in (each.x, each.by) if name]
        for name in names_drawn:
            if name not in names:
                raise RefusedError(unknown("factor", name, names, at=("figure",)))
        return self

    def _design_suits(self) -> None:
        ranges = [factor.name for factor in self.factor if factor.range is not None]
        if ranges and not self.design.samples:
            raise refusal(
                f"{ranges[0]} has a range, and a {self.design.kind} takes levels",
                'levels, or kind = "latin hypercube" or "sobol"', at=("design", "kind"),
            )  # fmt: skip
        if self.design.samples and (self.baseline or self.claim):
            raise refusal(
                f"a {self.design.kind} has no point to name", "no baseline and no claims",
                at=("baseline",),
            )  # fmt: skip

    def _selections(self) -> list[tuple[str, Levels]]:
        claimed = [("claim", levels) for each in self.claim for levels in (each.at, each.against)]
        drawn = [("figure", each.at) for each in self.figure]
        drawn += [("pull", each.at) for each in self.pull]
        return [("baseline", self.baseline), *claimed, *drawn]

    def _check(self, place: str, levels: Levels) -> None:
        known = {factor.name: factor.names for factor in self.factor}
        for name, level in levels.items():
            if name not in known:
                raise RefusedError(unknown("factor", name, known, at=(place,)))
            if label(level) not in known[name]:
                raise RefusedError(unknown(f"level of {name}", level, known[name], at=(place,)))

    @property
    def replicated(self) -> Precision:
        """When to stop; a fixed number is a precision that allows for no other."""
        if self.replications is not None:
            return Precision.model_construct(
                half_width=0.05, least=self.replications, most=self.replications
            )
        return self.precision or Precision()


def label(level: Level) -> str:
    """A level as text."""
    return str(level).lower() if isinstance(level, bool) else f"{level}"


def read_study(path: Path) -> StudyFile:
    """The study of a file. Raises ScenarioError, which names the file and the key."""
    try:
        document = parse_toml(read_text(path), str(path))
    except RefusedError as error:
        raise ScenarioError(*error.problems) from None
    try:
        return StudyFile.model_validate(document)
    except ValidationError as error:
        problems = explain(error, document)
        raise ScenarioError(*(replace(each, file=str(path)) for each in problems)) from None
