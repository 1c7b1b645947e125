"""Cores that slow each other down: what one does alone, and what all do at once."""

from typing import Any

import pytest

from docksim.simulation import simulate_once
from tests.helpers import scenario, with_cost, without_cost


def ended(clients: int, **host: Any) -> float:
    """When so many commands of one core-second each have ended that begin at once."""
    batch = {"kind": "batch", "count": clients, "mix": [{"command": "ps"}]}
    given = without_cost(scenario(host={"cores": 2} | host, workload=[batch]))
    return float(simulate_once(with_cost(given, "cli.start", cpu=1.0)).commands["ended"].max())


@pytest.mark.parametrize("efficiency", [1.0, 0.8, 0.5])
def test_all_cores_at_once_get_done_what_their_efficiency_says(efficiency: float) -> None:
    assert ended(6, parallel_efficiency=efficiency) == pytest.approx(6 / (2 * efficiency))


@pytest.mark.parametrize("efficiency", [1.0, 0.8, 0.5])
def test_one_core_alone_is_as_fast_as_ever(efficiency: float) -> None:
    assert ended(1, parallel_efficiency=efficiency) == pytest.approx(1.0)
