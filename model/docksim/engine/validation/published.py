"""Measurements that others have published, predicted from a profile and what they state."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import tomli_w
from pydantic import ValidationError

from docksim.scenario.errors import Problem, RefusedError, ScenarioError
from docksim.scenario.explain import explain
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.load import loads
from docksim.scenario.quantities import Seconds
from docksim.scenario.section import Name, Section
from docksim.simulation import simulate_once
from docksim.study.estimates import estimate

REPLICATIONS = 10


class Case(Section):
    """A published figure, and the scenario that it states."""

    name: Name
    """What was measured."""
    source: Name
    """Where it is published."""
    assumed: Name
    """What is not stated, and was assumed."""
    measure: Literal["spread", "median", "total"]
    """"spread": from the first command's end to the last's; "median": of latency; "total": until
    the last end."""
    published: tuple[Seconds, Seconds]
    """Its range."""
    scenario: dict[str, Any]
    """Sections of a scenario."""


class Unpredicted(Section):
    """A published figure that no scenario is stated for."""

    name: Name
    """What was measured."""
    source: Name
    """Where it is published."""
    why: Name
    """What is missing."""


class Cases(Section):
    """A file of published cases."""

    case: tuple[Case, ...]
    """Those that are predicted."""
    unpredicted: tuple[Unpredicted, ...] = ()
    """Those that are not."""


def load_cases(path: Path) -> Cases:
    """The cases of a file. Raises ScenarioError with all that is wrong with it."""
    try:
        document = parse_toml(read_text(path), str(path))
        return Cases.model_validate(document)
    except RefusedError as error:
        raise ScenarioError(*error.problems) from None
    except ValidationError as error:
        problems = explain(error, document)
    raise ScenarioError(
        *(Problem(p.found, p.allowed, p.suggestion, p.at, str(path)) for p in problems)
    )


def predict(cases: Cases, profile: Path) -> pd.DataFrame:
    """A row a case: name, source, assumed, measure, published_low and published_high (s), and
    predicted with low and high, its 95 % interval over replications (s).

    Raises ScenarioError when a case's scenario or the profile is not valid.
    """
    rows = []
    for case in cases.case:
        found = estimate(_values(case, profile))
        rows.append(
            {key: getattr(case, key) for key in ("name", "source", "assumed", "measure")}
            | {"published_low": case.published[0], "published_high": case.published[1]}
            | {"predicted": found.value, "low": found.low, "high": found.high}
        )
    return pd.DataFrame(rows)


def _values(case: Case, profile: Path) -> list[float]:
    base = {"profile": {"base": str(profile.absolute())}, "flow": {"variant": "engine"}}
    scenario = loads(tomli_w.dumps({"name": case.name} | base | case.scenario))
    return [
        _measured(case, simulate_once(scenario, replication=number).commands)
        for number in range(REPLICATIONS)
    ]


def _measured(case: Case, commands: pd.DataFrame) -> float:
    match case.measure:
        case "spread":
            return float(np.ptp(commands["ended"]))
        case "median":
            return float((commands["ended"] - commands["arrived"]).median())
        case "total":
            return float(commands["ended"].max())
