"""The shipped profiles: complete, and with a source for every number."""

import pytest

from docksim.scenario import Scenario, loads
from docksim.scenario.operations import OPERATIONS
from docksim.scenario.profiles import shipped_profiles

WORK = '[[workload]]\nkind = "batch"\ncount = 1\nmix = [{ command = "ps" }]'


@pytest.fixture(params=sorted(shipped_profiles()))
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return loads(WORK, overrides={"profile.base": request.param})


def test_a_scenario_needs_to_state_nothing_but_its_load(scenario: Scenario) -> None:
    assert loads(scenario.to_toml()) == scenario


def test_every_operation_has_its_price(scenario: Scenario) -> None:
    priced = {name: set(table) for name, table in scenario.profile.operations.items()}
    assert priced == {name: set(table) for name, table in OPERATIONS.items()}


def test_every_number_has_its_source(scenario: Scenario) -> None:
    assert scenario.host.source
    assert scenario.profile.description
    for table in scenario.profile.operations.values():
        for steps in table.values():
            assert steps
            assert all(step.source for step in steps)
