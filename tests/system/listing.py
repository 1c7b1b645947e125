"""A host on which nothing takes time but some steps of `docker ps`."""

from __future__ import annotations

import pandas as pd

from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from tests.helpers import scenario, without_cost


def listed(*steps: dict[str, object], clients: int = 1, cores: int = 4, **host: str) -> Scenario:
    """So many of `ps` at once, where nothing takes time but these steps in dockerd."""
    plain = scenario(
        host={"cores": cores, **host},
        workload=[{"kind": "batch", "count": clients, "mix": [{"command": "ps"}]}],
    )
    document = without_cost(plain).document()
    document["profile"]["operations"]["dockerd"]["containers_json"] = [
        {"source": "test"} | step for step in steps
    ]
    return Scenario.model_validate(document)


def listing(*steps: dict[str, object], **conditions: object) -> pd.Series:
    """Their latencies (s)."""
    commands = simulate_once(listed(*steps, **conditions)).commands
    return commands["ended"] - commands["arrived"]


def a_thread(delay):
    """How much longer something takes for each thread a core."""
    return [{"threads": 1, "delay": delay}]
