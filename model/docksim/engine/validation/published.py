"""Measurements that others have published, predicted from a profile and what they state."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import pandas as pd
import tomli_w
from annotated_types import Ge
from pydantic import AfterValidator, Strict, ValidationError

from docksim.scenario.errors import Problem, RefusedError, ScenarioError, refusal, shown
from docksim.scenario.explain import explain
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.load import loads
from docksim.scenario.quantities import Seconds
from docksim.scenario.scenario import Scenario
from docksim.scenario.section import Name, Section
from docksim.simulation import simulate_once
from docksim.study.estimates import estimate

QUANTILES = {"median": 0.5, "p99": 0.99, "p99.9": 0.999}


def _ascending(ends: tuple[float, float]) -> tuple[float, float]:
    if ends[0] > ends[1]:
        raise refusal(f"from {ends[0]:g} s to {ends[1]:g} s", "the lower end first")
    return ends


def _over_a_profile(scenario: dict[str, Any]) -> dict[str, Any]:
    costs = scenario.get("profile", {})
    if not isinstance(costs, dict):
        allowed = "a table of what differs from the profile that predicts"
        raise refusal(f"found {shown(costs)}", allowed, at=("profile",))
    return scenario


class Case(Section):
    """A published figure, and the scenario that it states."""

    name: Name
    """What was measured."""
    source: Name
    """Where it is published."""
    assumed: Name
    """What is not stated, and was assumed."""
    measure: Literal["spread", "median", "p99", "p99.9", "total"]
    """"spread": from the first command's end to the last's; "median" and other quantiles: of
    latency; "total": until the last end."""
    published: Annotated[tuple[Seconds, Seconds], AfterValidator(_ascending)]
    """Its range."""
    replications: Annotated[int, Strict(), Ge(2)] = 10
    """How many are simulated."""
    scenario: Annotated[dict[str, Any], AfterValidator(_over_a_profile)]
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
    costs = {"base": str(profile.absolute())} | case.scenario.get("profile", {})
    base = {"name": case.name, "flow": {"variant": "engine"}}
    scenario = loads(tomli_w.dumps(base | case.scenario | {"profile": costs}))
    return [_measured(case, _commands(scenario, number)) for number in range(case.replications)]


@cache
def _commands(scenario: Scenario, number: int) -> pd.DataFrame:
    """Of one replication, which several cases may be about."""
    return simulate_once(scenario, replication=number).commands


def _measured(case: Case, commands: pd.DataFrame) -> float:
    match case.measure:
        case "spread":
            return float(np.ptp(commands["ended"]))
        case "total":
            return float(commands["ended"].max())
        case quantile:
            latency = commands["ended"] - commands["arrived"]
            return float(latency.quantile(QUANTILES[quantile]))
