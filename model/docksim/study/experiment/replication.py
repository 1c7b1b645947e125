"""One replication of one point, as its measures: what a worker returns and what is kept of it."""

from __future__ import annotations

import math
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from docksim.simulation import simulate_once
from docksim.study.stability import Backlog, observe
from docksim.system.outcomes import CommandError

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.study.measure_names import Measure


@dataclass(frozen=True)
class Replication:
    """The measures of one replication.

    values    in SI units, in the order of the study's measures; nan: there was nothing to measure
    sizes     of the sample of each; 0 where none is asked for
    backlog   for the verdict on stability; None when nothing ran
    refusal   why what is to be there from the start does not fit the host; else empty
    """

    values: tuple[float, ...]
    sizes: tuple[int, ...]
    backlog: Backlog | None
    refusal: str = ""


def frozen(scenario: Scenario) -> bytes:
    """A scenario as it is sent to workers: packed once, however often it is sent."""
    return pickle.dumps(scenario)


@lru_cache(maxsize=4)
def _thawed(sent: bytes) -> Scenario:
    """A worker gets the same one many times."""
    scenario: Scenario = pickle.loads(sent)
    return scenario


def replication_of(sent: bytes, seed: int, number: int, measures: Sequence[Measure]) -> Replication:
    """`replication` of a frozen scenario."""
    return replication(_thawed(sent), seed, number, measures)


def replication(
    scenario: Scenario, seed: int, number: int, measures: Sequence[Measure]
) -> Replication:
    """Replication `number` of a scenario; to be called in any process."""
    try:
        records = simulate_once(scenario, seed=seed, replication=number)
    except CommandError as error:
        nothing = (math.nan,) * len(measures)
        return Replication(nothing, (0,) * len(measures), None, f"does not fit: {error.outcome}")
    return Replication(
        tuple(measure.of(records) for measure in measures),
        tuple(measure.size(records) for measure in measures),
        observe(records),
    )
