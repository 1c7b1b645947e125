"""What every distribution offers, and the checks their parameters share.

Everything drawn here is a demand or a size: finite and not negative. A family is a frozen
dataclass; the metadata of its fields say which of them carry the unit of the quantity, so that
scaling and writing need no code of their own.

Samples use NumPy's Generator methods and arithmetic, not `np.exp`, `np.log` or `np.power` over
arrays: those choose vector code by processor, and may differ in the last bit between machines.
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import Field, fields, replace
from enum import Enum
from numbers import Real
from typing import Any, ClassVar, Self

import numpy as np
import numpy.typing as npt

from docksim.des.distributions.notation import readable, readable_list

Sample = npt.NDArray[np.float64]


class Role(Enum):
    """What a parameter of a distribution is: quantities have the unit of what is drawn."""

    QUANTITY = "a quantity"
    QUANTITIES = "a list of quantities"
    NUMBER = "a plain number"
    NUMBERS = "a list of plain numbers"
    LAW = "a distribution"
    LAWS = "a list of distributions"


QUANTITY = {"role": Role.QUANTITY}
QUANTITIES = {"role": Role.QUANTITIES}
NUMBER = {"role": Role.NUMBER}
NUMBERS = {"role": Role.NUMBERS}
LAW = {"role": Role.LAW}
LAWS = {"role": Role.LAWS}


class Distribution(ABC):
    """The law of a non-negative quantity, in SI units."""

    __slots__ = ()

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    family: ClassVar[str]
    """The family's name, as a scenario writes it."""

    @property
    @abstractmethod
    def mean(self) -> float:
        """Expectation."""

    @property
    @abstractmethod
    def variance(self) -> float:
        """Variance, in the unit squared."""

    @abstractmethod
    def cdf(self, x: float) -> float:
        """P(X ≤ x)."""

    @abstractmethod
    def quantile(self, p: float) -> float:
        """The smallest x with P(X ≤ x) ≥ p; ValueError when p is no probability."""

    @abstractmethod
    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        """`size` independent draws as float64."""

    def scaled(self, factor: float) -> Self:
        """The law of `factor`·X, for a positive factor."""
        positive("factor", factor)
        return replace(self, **{name: _times(value, factor) for name, value in self._unit_bound()})

    def declare(self, unit: str = "") -> str:
        """The law in words, its quantities in legible units of the SI unit `unit`."""
        parts = [
            f"{parameter.name} {_text(getattr(self, parameter.name), role_of(parameter), unit)}"
            for parameter in fields(self)
        ]
        return f"{self.family.replace('_', ' ')}({', '.join(parts)})"

    def _unit_bound(self) -> list[tuple[str, Any]]:
        plain = (Role.NUMBER, Role.NUMBERS)
        return [(p.name, getattr(self, p.name)) for p in fields(self) if role_of(p) not in plain]


def role_of(parameter: Field[Any]) -> Role:
    """The role of a field of a family."""
    role: Role = parameter.metadata["role"]
    return role


def positive(name: str, value: float) -> None:
    """Raise ValueError unless `value` is a finite number above zero."""
    if not _is_finite(value) or value <= 0:
        raise ValueError(f"{name} must be a finite number above 0, not {value!r}")


def not_negative(name: str, value: float) -> None:
    """Raise ValueError unless `value` is a finite number from zero."""
    if not _is_finite(value) or value < 0:
        raise ValueError(f"{name} must be a finite number from 0, not {value!r}")


def probability(p: float) -> float:
    """`p` itself, or ValueError when it is not between 0 and 1."""
    if not 0 <= p <= 1:
        raise ValueError(f"p must be a probability between 0 and 1, not {p!r}")
    return p


def shares(name: str, weights: Iterable[float]) -> tuple[float, ...]:
    """Positive weights as shares that sum to one."""
    given = tuple(weights)
    for weight in given:
        positive(f"each of {name}", weight)
    total = math.fsum(given)
    return tuple(weight / total for weight in given)


def same_length(first: str, second: str, sizes: tuple[int, int]) -> None:
    """Raise ValueError unless two lists match one to one and hold something."""
    if sizes[0] != sizes[1] or not sizes[0]:
        raise ValueError(
            f"{first} and {second} must be lists of the same length, at least 1; "
            f"they have {sizes[0]} and {sizes[1]}"
        )


def freeze(law: Distribution, *names: str) -> None:
    """Turn lists given for these parameters into tuples, so that the law can be compared."""
    for name in names:
        object.__setattr__(law, name, tuple(getattr(law, name)))


def _is_finite(value: object) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and math.isfinite(value)


def _times(value: Any, factor: float) -> Any:
    if isinstance(value, Distribution):
        return value.scaled(factor)
    if isinstance(value, tuple):
        return tuple(_times(item, factor) for item in value)
    return value * factor


def _text(value: Any, role: Role, unit: str) -> str:
    match role:
        case Role.QUANTITY:
            return readable(value, unit)
        case Role.QUANTITIES:
            return readable_list(value, unit)
        case Role.NUMBER:
            return readable(value)
        case Role.NUMBERS:
            return readable_list(value)
        case Role.LAW:
            return str(value.declare(unit))
        case Role.LAWS:
            return "[" + ", ".join(law.declare(unit) for law in value) + "]"
