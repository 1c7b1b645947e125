"""A key of a scenario that holds a number, to be varied: host.cores, workload.rate, host.link."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from docksim.scenario import vary
from docksim.scenario.errors import Place, Problem, RefusedError, ScenarioError, shown
from docksim.scenario.overrides import value_at
from docksim.scenario.quantities import BYTES, BYTES_PER_SECOND, PER_SECOND, SECONDS, Quantity

if TYPE_CHECKING:
    from docksim.scenario import Scenario

NUMERIC = "a key that holds one number, as host.cores, workload.rate, host.link"


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """A number of a scenario.

    path      as --set takes it
    place     the same, as positions in the document
    option    how messages name the place that gave the path
    value     what the scenario has there, in SI units
    quantity  its kind; None for a plain number
    is_whole  only integers make sense
    """

    scenario: Scenario
    path: str
    place: Place
    option: str
    value: float
    quantity: Quantity | None
    is_whole: bool

    def parse(self, value: str | float) -> float:
        """A value of this key, from a text with its unit or a number in SI units.

        Raises ScenarioError when it is none, or when the scenario cannot take it.
        """
        try:
            number = self._number(value)
        except ValueError as error:
            raise ScenarioError(Problem(str(error), file=f"{self.option} {self.path}")) from None
        self.at(number)
        return number

    def text(self, value: float) -> str:
        """As a scenario file has it, with its unit: "6.5 /s", "8"."""
        if self.quantity is not None:
            return self.quantity.write(value)
        return f"{value:.10g}"

    def at(self, value: float) -> Scenario:
        """The scenario with this value. Raises ScenarioError when it is not valid."""
        changed: object = float(value)
        if self.quantity is not None:
            changed = self.quantity.write(value)
        elif self.is_whole:
            changed = int(value)
        try:
            return vary(self.scenario, {self.path: changed})
        except ScenarioError as error:
            raise _moved(error, self.option) from None

    def allows(self, value: float) -> bool:
        """Whether the scenario can take this value."""
        try:
            self.at(value)
        except ScenarioError:
            return False
        return True

    def _number(self, value: str | float) -> float:
        if self.quantity is not None and isinstance(value, str):
            return self.quantity.parse(value)
        try:
            number = float(value)
        except ValueError:
            raise ValueError(f"found {shown(value)}, which is no number") from None
        if self.is_whole and not number.is_integer():
            raise ValueError(f"found {shown(value)}, where only whole numbers make sense")
        return number


def find_key(scenario: Scenario, path: str, option: str = "--vary") -> Key:
    """The key at this path. Raises ScenarioError when there is none, or it holds no number."""
    try:
        found, place = value_at(scenario.document(), path)
    except RefusedError as error:
        raise _moved(ScenarioError(*error.problems), option) from None
    if found is None:
        # An unknown key is told as such by the scenario itself; a known one has no value yet.
        try:
            vary(scenario, {path: 1})
        except ScenarioError as error:
            if any(problem.found.startswith("unknown") for problem in error.problems):
                raise _moved(error, option) from None
        found = "it has no value in this scenario"
        raise ScenarioError(Problem(found, "--set gives it one", file=f"{option} {path}"))
    match found:
        case bool():
            raise _not_numeric(f"found {shown(found)}", path, option)
        case int() | float():
            whole = isinstance(found, int)
            return Key(scenario, path, place, option, float(found), None, whole)
        case str():
            for quantity in (SECONDS, BYTES, BYTES_PER_SECOND, PER_SECOND):
                try:
                    value = quantity.parse(found)
                except ValueError:
                    continue
                return Key(scenario, path, place, option, value, quantity, is_whole=False)
    raise _not_numeric(f"found {shown(found)}", path, option)


def _not_numeric(found: str, path: str, option: str) -> ScenarioError:
    return ScenarioError(Problem(found, NUMERIC, file=f"{option} {path}"))


def _moved(error: ScenarioError, option: str) -> ScenarioError:
    """The error, told of the option that caused it."""
    return ScenarioError(*(replace(problem, file=option) for problem in error.problems))
