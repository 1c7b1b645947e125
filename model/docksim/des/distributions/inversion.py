"""Quantiles of laws whose distribution function has no inverse in closed form."""

from collections.abc import Callable

_STEPS = 200  # a bracket of floats is narrower than one bit long before


def invert(cdf: Callable[[float], float], p: float, low: float, high: float) -> float:
    """The smallest x in [low, high] with cdf(x) ≥ p, by bisection: steps in cdf do no harm."""
    if cdf(low) >= p:
        return low
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if not low < middle < high:
            break
        if cdf(middle) >= p:
            high = middle
        else:
            low = middle
    return high
