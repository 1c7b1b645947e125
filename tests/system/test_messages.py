"""What the system needs of a profile, and how it says so."""

from __future__ import annotations

import pytest

from docksim.scenario import ScenarioError
from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from tests.helpers import scenario


def lacking(component: str, operation: str, steps: list[dict[str, str]] | None) -> Scenario:
    """A plain scenario whose profile has other steps for an operation, or none."""
    plain = scenario(workload=[{"kind": "batch", "count": 1, "mix": [{"command": "ps"}]}])
    document = plain.document()
    if steps is None:
        del document["profile"]["operations"][component][operation]
    else:
        document["profile"]["operations"][component][operation] = steps
    return Scenario.model_validate(document)


def test_an_operation_that_the_profile_lacks_is_named() -> None:
    with pytest.raises(ScenarioError, match=r"runc.*set_up: missing from the profile"):
        simulate_once(lacking("runtime.runc", "set_up", None))


def test_a_log_that_nobody_can_decode_is_refused() -> None:
    steps = [{"cpu": "1 ms", "source": "test"}]
    with pytest.raises(ScenarioError, match=r"decode_log: no throughput"):
        simulate_once(lacking("dockerd", "decode_log", steps))


def test_the_registrys_service_is_a_single_step() -> None:
    steps = [{"wait": "1 ms", "source": "test"}] * 2
    with pytest.raises(ScenarioError, match=r"service: found 2 steps|service: 2 steps"):
        simulate_once(lacking("registry", "service", steps))
