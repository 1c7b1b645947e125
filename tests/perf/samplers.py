"""One value at a time of a law, as the text-book model draws them."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from docksim.des import distributions as laws

Sampler = Callable[[], float]


def sampler(law: laws.Distribution, rng: np.random.Generator) -> Sampler | None:
    """One value at a time of a law; None for what is always nothing.

    Raises ValueError for a law that the profile did not have when this was written.
    """
    match law:
        case laws.Constant():
            return (lambda: law.value) if law.value else None
        case laws.Uniform():
            return lambda: rng.uniform(law.low, law.high)
        case laws.Exponential():
            return lambda: rng.exponential(law.mean)
        case laws.Lognormal():
            mu, sigma = math.log(law.median), law.sigma
            return lambda: rng.lognormal(mu, sigma)
        case laws.Gamma():
            shape = 1 / law.cv**2
            scale = law.mean / shape
            return lambda: rng.gamma(shape, scale)
        case laws.Empirical():
            return lambda: float(np.interp(rng.random(), law.probabilities, law.values))
        case laws.Shifted():
            base = sampler(law.base, rng) or float
            return lambda: law.by + base()
    raise ValueError(f"the text-book model draws no {law.declare()}: write its sampler")
