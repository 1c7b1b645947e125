"""What requests use is displaced from the processor's caches by what others go through."""

from __future__ import annotations

from math import exp
from typing import Any

import pandas as pd
import pytest

from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from docksim.system.infrastructure.caches import Caches
from tests.helpers import scenario, without_cost

SIZE = 1e6
GONE = 1.0 - exp(-1.0)


def test_as_much_as_the_caches_size_displaces_all_but_one_part_in_e() -> None:
    caches = Caches(SIZE, shared=0.0)
    caches.displace(SIZE)
    assert caches.miss("inspect") == pytest.approx(GONE)
    assert caches.miss("inspect") == 0.0


def test_any_request_brings_back_what_all_use_and_only_its_kind_the_rest() -> None:
    caches = Caches(SIZE, shared=0.25)
    caches.displace(SIZE)
    assert caches.miss("images") == pytest.approx(GONE)
    assert caches.miss("inspect") == pytest.approx(0.75 * GONE)
    assert caches.miss("inspect") == 0.0


def looks(caches: dict[str, Any] | None, size: str = "1 MB", **listing: str | bool) -> pd.Series:
    """Latencies (s) of `images` by one client, each after a list that allocates so much: 1 s, and
    4 s more when all is gone. `listing`: what else is said of the list."""
    cycle = [{"command": "ps"}, {"command": "images"}]
    given = scenario(
        host={"cores": 2},
        workload=[{"kind": "closed", "clients": 1, "cycle": cycle}],
        run={"commands": 20},
    )
    document: dict[str, Any] = without_cost(given).document()
    step = {"cpu": "1 s", "group": "daemon", "source": "test"}
    steps = document["profile"]["operations"]["dockerd"]
    steps["containers_json"] = [step | {"allocates": size} | listing]
    steps["images_json"] = [step | {"refill": "4 s"}]
    if caches is not None:
        document["daemon"]["caches"] = caches
    commands = simulate_once(Scenario.model_validate(document)).commands
    return (commands["ended"] - commands["arrived"])[commands["command"] == "images"]


CACHES = {"size": "1 MB", "shared": 0.5, "group": "daemon", "source": "test"}


def test_a_request_after_a_long_list_takes_as_much_longer_as_that_has_displaced() -> None:
    assert looks(CACHES).tolist() == pytest.approx([1.0 + 4.0 * GONE] * 10)
    assert looks(CACHES, "100 MB").tolist() == pytest.approx([5.0] * 10)


@pytest.mark.parametrize("caches", [None, CACHES | {"group": "other"}])
def test_without_caches_of_its_group_a_request_always_takes_the_same(
    caches: dict[str, Any] | None,
) -> None:
    assert looks(caches).tolist() == pytest.approx([1.0] * 10)


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"group": "containers"}, 5.0),
        ({"group": "kernel"}, 1.0),
        ({"group": "containers", "brief": True}, 1.0),
        ({"group": "containers", "cpu": "0 s", "wait": "1 s"}, 1.0),
    ],
)
def test_another_program_that_computes_displaces_all(
    other: dict[str, Any], expected: float
) -> None:
    assert looks(CACHES, **other).tolist() == pytest.approx([expected] * 10)
