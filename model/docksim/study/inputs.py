"""Inputs of a model that are uncertain or open: keys over a range, the profile's calibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from docksim.scenario import vary
from docksim.scenario.errors import Problem, ScenarioError
from docksim.scenario.profile import Step
from docksim.study.key import Key, find_key

if TYPE_CHECKING:
    from docksim.scenario import Scenario

OPTION = "--factors"


@dataclass(frozen=True, slots=True, eq=False)
class Input:
    """From `low` to `high`: SI values of a key, or factors of an operation's cost."""

    name: str
    low: float
    high: float
    key: Key | None = None
    operation: tuple[str, str] | None = None

    def at(self, share: float) -> float:
        """The value so far along."""
        value = self.low + share * (self.high - self.low)
        return float(round(value)) if self.key is not None and self.key.is_whole else value

    def text(self, share: float) -> str:
        """The value with its unit."""
        value = self.at(share)
        return self.key.text(float(f"{value:.4g}")) if self.key is not None else f"x {value:.3g}"


def inputs_of(
    scenario: Scenario, ranges: Mapping[str, tuple[str | float, str | float]]
) -> tuple[Input, ...]:
    """Keys and their ends. Raises ScenarioError for a key or range that makes no sense."""
    found = []
    for path, ends in ranges.items():
        key = find_key(scenario, path, OPTION)
        low, high = map(key.parse, ends)
        if low >= high:
            span = f"from {key.text(low)} to {key.text(high)}"
            raise ScenarioError(
                Problem(span, "a lower end below the higher", file=f"{OPTION} {path}")
            )
        found.append(Input(path, low, high, key=key))
    return tuple(found)


def calibrated_inputs(scenario: Scenario) -> tuple[Input, ...]:
    """The operations that were fitted to measurements, each within the interval of its median."""
    found = []
    for component, table in scenario.profile.operations.items():
        for operation, steps in table.items():
            fits = [step.fit for step in steps if step.fit is not None]
            if not fits:
                continue
            low, high = fits[0].median
            middle = (low + high) / 2
            if high > low > 0.0:
                name = f"{component}.{operation}"
                ends = low / middle, high / middle
                found.append(Input(name, *ends, operation=(component, operation)))
    return tuple(found)


def with_inputs(scenario: Scenario, inputs: Sequence[Input], shares: Sequence[float]) -> Scenario:
    """The scenario with each input so far along its range. Raises ScenarioError."""
    changes: dict[str, object] = {}
    factors = {}
    for each, share in zip(inputs, shares, strict=True):
        value = each.at(float(share))
        if each.key is not None:
            changes[each.name] = _written(each.key, value)
        elif each.operation is not None:
            factors[each.operation] = value
    return _scaled(vary(scenario, changes) if changes else scenario, factors)


def _written(key: Key, value: float) -> object:
    if key.quantity is not None:
        return key.quantity.write(float(f"{value:.10g}"))
    return int(value) if key.is_whole else value


def _scaled(scenario: Scenario, factors: Mapping[tuple[str, str], float]) -> Scenario:
    if not factors:
        return scenario
    operations = {
        component: {
            operation: tuple(
                _step(step, factors.get((component, operation), 1.0)) for step in steps
            )
            for operation, steps in table.items()
        }
        for component, table in scenario.profile.operations.items()
    }
    profile = scenario.profile.model_copy(update={"operations": operations})
    return scenario.model_copy(update={"profile": profile})


def _step(step: Step, factor: float) -> Step:
    if factor == 1.0:
        return step
    changed = {"cpu": step.cpu.scaled(factor), "wait": step.wait.scaled(factor)}
    return step.model_copy(update=changed)
