"""Which of several systems is best: the fully sequential procedure of Kim & Nelson.

Source: Kim & Nelson, "A fully sequential procedure for indifference-zone selection in simulation",
ACM Transactions on Modeling and Computer Simulation 11(3), 2001, with c = 1. It allows for common
random numbers: it looks at differences of pairs.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import numpy.typing as npt

CONFIDENCE = 0.95
"""That the best one survives, when it is better than all others by the indifference zone."""


def survivors(
    values: Sequence[Sequence[float]], indifference: float, first: int, *, lowest: bool = True
) -> list[int]:
    """The places of those that may still be the best after all their replications.

    values        of each system, one a replication, as many for each
    indifference  a smaller difference of means does not matter
    first         replications of the first stage, which tell the variances of the differences

    Raises ValueError when there are fewer than `first` replications, or than 2.
    """
    table = np.asarray(values, dtype=np.float64) * (1.0 if lowest else -1.0)
    systems, count = table.shape
    if count < max(first, 2):
        raise ValueError(f"{count} replications, and the first stage alone has {first}")
    alive = set(range(systems))
    if systems == 1:
        return [0]
    eta = 0.5 * ((2.0 * (1.0 - CONFIDENCE) / (systems - 1)) ** (-2.0 / (first - 1)) - 1.0)
    spread = _variances(table[:, :first]) * (2.0 * eta * (first - 1))
    for reached in range(first, count + 1):
        means = table[:, :reached].mean(axis=1)
        margin = np.maximum(0.0, indifference / (2.0 * reached) * (
            spread / indifference**2 - reached
        ))  # fmt: skip
        beaten = {
            i for i in alive for other in alive
            if other != i and means[i] > means[other] + margin[i, other]
        }  # fmt: skip
        alive -= beaten
    return sorted(alive)


def _variances(table: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Sample variance of the difference of each pair."""
    systems = len(table)
    found = np.zeros((systems, systems))
    for i, other in combinations(range(systems), 2):
        found[i, other] = found[other, i] = (table[i] - table[other]).var(ddof=1)
    return found
