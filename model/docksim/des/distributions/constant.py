"""Always the same value."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import (
    QUANTITY,
    Distribution,
    Sample,
    not_negative,
    probability,
)
from docksim.des.distributions.notation import readable


@dataclass(frozen=True, slots=True)
class Constant(Distribution):
    """X = value."""

    family: ClassVar[str] = "constant"
    value: float = field(metadata=QUANTITY)

    def __post_init__(self) -> None:
        not_negative("value", self.value)

    @property
    def mean(self) -> float:
        return self.value

    @property
    def variance(self) -> float:
        return 0.0

    def cdf(self, x: float) -> float:
        return 1.0 if x >= self.value else 0.0

    def quantile(self, p: float) -> float:
        probability(p)
        return self.value

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return np.full(size, self.value, dtype=np.float64)

    def declare(self, unit: str = "") -> str:
        return readable(self.value, unit)
