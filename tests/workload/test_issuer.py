"""Issuing commands: numbers, outcomes, and when there is nothing left to issue."""

from __future__ import annotations

from typing import Any

import pytest

from docksim.simulation import simulate_once
from tests.helpers import ONE_LAYER, PRESENT, Run, scenario, with_cost, without_cost

PS = {"command": "ps"}


def test_commands_are_numbered_as_they_come() -> None:
    workloads = [
        {"kind": "open", "rate": "5 /s", "mix": [PS]},
        {"kind": "closed", "clients": 3, "think": "1 s", "cycle": [PS]},
    ]
    frame = Run(scenario(workload=workloads, run={"commands": 60})).to_the_end()
    assert list(frame["number"]) == list(range(60))
    assert frame["arrived"].is_monotonic_increasing


def test_each_command_is_recorded_with_what_it_was_about() -> None:
    cycle = [{"command": "run"}, {"command": "rm"}, PS, {"command": "pull"}]
    closed = {"kind": "closed", "clients": 1, "cycle": cycle}
    frame = Run(scenario(workload=[closed], run={"commands": 4})).to_the_end()
    assert list(frame["image"]) == ["app", "", "", "app"]
    assert list(frame["container"]) == [0, 0, -1, -1]
    assert set(frame["workload"]) == {"closed"}


def test_a_timeout_is_an_outcome_of_its_own() -> None:
    workload = [{"kind": "batch", "count": 3, "timeout": "1 s", "mix": [PS]}]
    given = with_cost(without_cost(scenario(workload=workload)), "cli.start", wait=2.0)
    frame = simulate_once(given).commands
    assert list(frame["outcome"]) == ["timeout"] * 3
    assert list(frame["ended"]) == [1.0] * 3


@pytest.mark.parametrize(
    "workload",
    [
        {"kind": "open", "arrivals": "deterministic", "rate": "0.001 /s", "mix": [PS]},
        {"kind": "closed", "clients": 1, "think": "1000 s", "cycle": [PS]},
    ],
)
def test_a_run_ends_with_its_last_command_and_not_with_the_next_arrival(
    workload: dict[str, Any],
) -> None:
    records = simulate_once(scenario(workload=[workload], run={"commands": 1}))
    assert records.window[1] == pytest.approx(records.commands["ended"].max())


def test_an_error_at_the_instant_of_the_timeout_is_one_of_both() -> None:
    images = [PRESENT, ONE_LAYER | {"name": "unknown", "published": False}]
    mix = [{"command": "pull", "image": "unknown"}]
    workload = [{"kind": "batch", "count": 1, "timeout": "2 s", "mix": mix}]
    given = without_cost(scenario(images=images, workload=workload))
    frame = simulate_once(with_cost(given, "cli.start", wait=2.0)).commands
    assert frame["outcome"][0] in ("timeout", "image not found")
