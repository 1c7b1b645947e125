"""The demand curve: for each level of one key, the border at another (load → least resource)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from docksim.study.capacity import Capacity, Tell, capacity
from docksim.study.key import Key, find_key
from docksim.study.shown import Shown

if TYPE_CHECKING:
    from docksim.scenario import Scenario

FACTORS = (0.5, 1.0, 2.0, 4.0)
"""Levels, relative to the scenario's own value, where none are given."""

OPTION = "--per"


@dataclass(frozen=True, eq=False, repr=False)
class DemandCurve(Shown):
    """An answer at each level of the key `per`, in ascending order of the levels."""

    per: Key
    levels: tuple[float, ...]
    answers: tuple[Capacity, ...]

    @property
    def scenario(self) -> Scenario:
        """The scenario that was varied."""
        return self.per.scenario

    @property
    def key(self) -> Key:
        """The key whose border is looked for."""
        return self.answers[0].key

    def table(self) -> pd.DataFrame:
        """One row a level: the bracket in SI units, nan where there is no such end."""
        rows = []
        for level, answer in zip(self.levels, self.answers, strict=True):
            holds, fails = answer.bracket.holds, answer.bracket.fails
            rows.append(
                {
                    self.per.path: level,
                    "holds": math.nan if holds is None else holds,
                    "fails": math.nan if fails is None else fails,
                    "undecided": len(answer.bracket.undecided),
                    "replications": answer.replications,
                }
            )
        return pd.DataFrame(rows)

    def to_json(self) -> dict[str, Any]:
        """Plain values, null for what is not known."""
        return {
            "scenario": self.scenario.name,
            "per": self.per.path,
            "levels": [
                {"level": level, **answer.to_json()}
                for level, answer in zip(self.levels, self.answers, strict=True)
            ],
        }

    def __repr__(self) -> str:
        return f"DemandCurve({self.key.path!r}, per={self.per.path!r}, levels={self.levels})"


def demand_curve(
    scenario: Scenario,
    *,
    per: str,
    levels: Sequence[str | float] = (),
    tell: Tell | None = None,
    **options: Any,
) -> DemandCurve:
    """The capacity at each level of the key `per`; the other options are those of `capacity`.

    Without levels: the scenario's own value, its half, its double and four times it. Raises
    ScenarioError, before anything runs, for a key, a level or an option that makes no sense.
    """
    key = find_key(scenario, per, OPTION)
    chosen = _levels(key, levels)

    def at(level: float) -> Capacity:
        def tell_level(what: str) -> None:
            if tell is not None:
                tell(f"{key.path} = {key.text(level)}, {what}")

        return capacity(key.at(level), tell=tell_level, **options)

    return DemandCurve(key, chosen, tuple(at(level) for level in chosen))


def _levels(key: Key, given: Sequence[str | float]) -> tuple[float, ...]:
    levels: Sequence[str | float] = given
    if not given:
        own = [key.value * factor for factor in FACTORS]
        levels = [math.ceil(value) if key.is_whole else value for value in own]
    return tuple(sorted({key.parse(level) for level in levels}))
