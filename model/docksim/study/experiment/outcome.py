"""What a study found: estimates at every point, changes against the baseline, verdicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from docksim.study.design.document import Claim, Levels, StudyFile
from docksim.study.design.points import Point, find
from docksim.study.estimates import LEVEL, UNKNOWN, Estimate, relative_change
from docksim.study.experiment.precision import is_precise, is_stable
from docksim.study.experiment.replication import Replication
from docksim.study.selection import survivors
from docksim.study.shown import Shown
from docksim.study.slo import Slo, Verdict

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.study.measure_names import Measure
    from docksim.study.warm_up import WarmUp


@dataclass(frozen=True)
class Series:
    """A point and its replications."""

    point: Point
    replications: Sequence[Replication]

    def values(self, place: int) -> list[float]:
        """One measure, replication by replication."""
        return [each.values[place] for each in self.replications]

    def sizes(self, place: int) -> list[int]:
        """Of its samples, replication by replication."""
        return [each.sizes[place] for each in self.replications]

    @cached_property
    def is_stable(self) -> bool:
        """False when a backlog grows without bound: its latencies say how long the run was."""
        return is_stable(self.replications)

    @property
    def refusal(self) -> str:
        """Why it cannot be simulated; empty when it can."""
        return self.replications[0].refusal


@dataclass(frozen=True, eq=False, repr=False)
class StudyResults(Shown):
    """All of it; `base` is the scenario of the file, with what the study sets."""

    study: StudyFile
    base: Scenario
    measures: tuple[Measure, ...]
    slos: tuple[Slo, ...]
    series: tuple[Series, ...]
    baseline: Point | None
    seed: int
    warm_up: WarmUp | None = None
    """Where it was looked for."""
    damaged: int = 0
    """Stored replications that were not whole, and were run again."""
    _estimates: dict[tuple[int, str], Estimate] = field(default_factory=dict)

    @property
    def points(self) -> tuple[Point, ...]:
        """Of the design, in its order."""
        return tuple(each.point for each in self.series)

    @property
    def comparisons(self) -> int:
        """Points that are compared with the baseline."""
        return max(1, len(self.series) - 1)

    @property
    def comparison_level(self) -> float:
        """Level of each change's interval, so that all of a measure hold (Bonferroni)."""
        return 1.0 - (1.0 - LEVEL) / self.comparisons

    def place(self, measure: str) -> int:
        """Where a measure stands among all."""
        return [each.name for each in self.measures].index(measure)

    def at(self, levels: Levels) -> Series:
        """The point with these levels, the baseline's for all others. Raises LookupError."""
        return self.of(find(self.study, self.points, levels))

    def of(self, point: Point) -> Series:
        """A point's replications."""
        return next(each for each in self.series if each.point is point)

    def estimate(self, series: Series, measure: str) -> Estimate:
        """A measure at a point; unknown for the latencies of a point past its capacity."""
        if not self._means_anything(series, measure):
            return UNKNOWN
        place = self.place(measure)
        return self.measures[place].estimate(series.values(place), series.sizes(place))

    def change(
        self, series: Series, against: Series, measure: str, level: float | None = None
    ) -> Estimate:
        """Relative to another point, paired by replication."""
        if not (self._means_anything(series, measure) and self._means_anything(against, measure)):
            return UNKNOWN
        place = self.place(measure)
        wanted = self.comparison_level if level is None else level
        return relative_change(series.values(place), against.values(place), wanted)

    def is_carried(self, series: Series, measure: str) -> bool:
        """Whether the samples are large enough for this measure."""
        place = self.place(measure)
        return self.measures[place].is_carried(series.sizes(place))

    def is_precise(self, series: Series) -> bool:
        """Whether all headline measures are as precise as was asked for."""
        return is_precise(series.replications, self.study.replicated, self.headline)

    @property
    def headline(self) -> list[int]:
        """Places of the measures that must be precise."""
        return [self.place(name) for name in self.study.headline or self.study.measures]

    def verdict(self, series: Series, slo: Slo) -> Verdict:
        """Of an objective at a point; not met past the capacity."""
        if series.refusal or not series.is_stable:
            return Verdict.NOT_MET
        return slo.judge(self.estimate(series, slo.measure.name))

    def claimed(self, claim: Claim) -> tuple[Estimate, str]:
        """The change that a claim is about, and whether it "holds", "does not hold" or is
        "undecided"."""
        found = self.change(self.at(claim.at), self.at(claim.against), claim.measure, LEVEL)
        relation, bound = parse_change(claim.change)
        if found.low is None or found.high is None:
            return found, "undecided"
        low, high = (found.low, found.high) if relation == "<=" else (-found.high, -found.low)
        limit = bound if relation == "<=" else -bound
        if high <= limit:
            return found, "holds"
        return found, "does not hold" if low > limit else "undecided"

    def best(self) -> list[Series]:
        """Those that may be the best by the measure that the study names, the best first."""
        best = self.study.best
        assert best is not None
        able = [each for each in self.series if not each.refusal and each.is_stable]
        count = min((len(each.replications) for each in able), default=0)
        lowest = best.want == "lowest"
        place = self.place(best.measure)
        values = [each.values(place)[:count] for each in able]
        if count < 2 or any(math.isnan(value) for row in values for value in row):
            return able
        scale = abs(sum(values[0]) / count)
        first = min(self.study.replicated.least, count)
        kept = survivors(values, best.indifference * scale, first, lowest=lowest)
        sign = 1.0 if lowest else -1.0
        return [able[i] for i in sorted(kept, key=lambda i: sign * sum(values[i]))]

    def _means_anything(self, series: Series, measure: str) -> bool:
        if series.refusal:
            return False
        return series.is_stable or not self.measures[self.place(measure)].scale.is_positive

    def table(self) -> pd.DataFrame:
        """A row a point and measure: value with its interval, and the change against the
        baseline with its own; SI units, nan for what is not known."""
        against = None if self.baseline is None else self.of(self.baseline)
        return pd.DataFrame(
            [
                self._row(number, series, measure, against)
                for number, series in enumerate(self.series)
                for measure in self.study.measures
            ]
        )

    def _row(
        self, number: int, series: Series, measure: str, against: Series | None
    ) -> dict[str, Any]:
        found = self.estimate(series, measure)
        change = UNKNOWN
        if against is not None and series is not against:
            change = self.change(series, against, measure)
        return {
            "point": number,
            **series.point.levels,
            "measure": measure,
            **_columns("", found),
            **_columns("change", change),
            "replications": len(series.replications),
            "stable": series.is_stable,
            "carried": self.is_carried(series, measure),
            "precise": self.is_precise(series),
            "refusal": series.refusal,
        }

    def replications_table(self) -> pd.DataFrame:
        """Tidy: a row a point, replication and measure, in SI units."""
        rows = [
            {"point": number, **series.point.levels, "replication": replication}
            | {"measure": measure.name, "value": value, "sample_size": size}
            for number, series in enumerate(self.series)
            for replication, each in enumerate(series.replications)
            for measure, value, size in zip(self.measures, each.values, each.sizes, strict=True)
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        return f"StudyResults({self.study.name!r}, {len(self.series)} points)"


def parse_change(text: str) -> tuple[str, float]:
    """Relation and relative bound of "<= -30 %" or ">= 0.5". Raises ValueError."""
    relation, number = text[:2], text[2:].strip()
    if relation not in ("<=", ">="):
        raise ValueError(f'"{text}" is no change: write "<= -30 %" or ">= 0.5"')
    try:
        percent = number.endswith("%")
        return relation, float(number.rstrip("% ")) / (100.0 if percent else 1.0)
    except ValueError:
        raise ValueError(f'"{text}" is no change: write "<= -30 %" or ">= 0.5"') from None


def _columns(name: str, found: Estimate) -> dict[str, float]:
    prefix = f"{name}_" if name else ""
    return {
        name or "value": found.value,
        f"{prefix}low": math.nan if found.low is None else found.low,
        f"{prefix}high": math.nan if found.high is None else found.high,
    }
