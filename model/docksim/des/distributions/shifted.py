"""A law above a fixed minimum."""

from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np

from docksim.des.distributions.base import LAW, QUANTITY, Distribution, Sample, not_negative


@dataclass(frozen=True, slots=True)
class Shifted(Distribution):
    """base + by."""

    family: ClassVar[str] = "shifted"
    base: Distribution = field(metadata=LAW)
    by: float = field(metadata=QUANTITY)

    def __post_init__(self) -> None:
        not_negative("by", self.by)

    @property
    def mean(self) -> float:
        return self.base.mean + self.by

    @property
    def variance(self) -> float:
        return self.base.variance

    def cdf(self, x: float) -> float:
        return self.base.cdf(x - self.by)

    def quantile(self, p: float) -> float:
        return self.base.quantile(p) + self.by

    def sample(self, rng: np.random.Generator, size: int) -> Sample:
        return self.base.sample(rng, size) + self.by
