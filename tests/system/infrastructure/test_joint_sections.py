"""One section may serve all who wait for its lock when it begins, as a barrier of RCU does; or all
who come for a while after it, as the grace period does that a lock for many readers begins with."""

from __future__ import annotations

from typing import Any

import pytest

from docksim.scenario.scenario import Scenario
from docksim.simulation import simulate_once
from tests.helpers import scenario, without_cost


def latencies(arrivals: list[float], **step: Any) -> list[float]:
    """Of lists that come at these instants (s), each of which holds a lock for 10 s."""
    times = [f"{instant} s" for instant in arrivals]
    given = scenario(
        workload=[
            {"kind": "open", "arrivals": "listed", "times": times, "cycle": [{"command": "ps"}]}
        ],
        run={"commands": len(arrivals)},
    )
    document: dict[str, Any] = without_cost(given).document()
    held = {"lock": "kernel.barrier", "wait": "10 s", "source": "test"}
    document["profile"]["operations"]["dockerd"]["containers_json"] = [held | step]
    commands = simulate_once(Scenario.model_validate(document)).commands
    return (commands["ended"] - commands["arrived"]).tolist()


ARRIVALS = [0.0, 1.0, 2.0, 11.0]


def test_who_waited_while_a_whole_section_went_by_has_nothing_left_to_do() -> None:
    """The second's, from 10 to 20 s, serves the third too; the fourth came after it began."""
    assert latencies(ARRIVALS, joint=True) == pytest.approx([10.0, 19.0, 18.0, 19.0])


def test_others_hold_the_lock_one_after_the_other() -> None:
    assert latencies(ARRIVALS) == pytest.approx([10.0, 19.0, 28.0, 29.0])


def test_of_two_locks_it_is_the_inner_one_whose_section_is_shared() -> None:
    """Under an outer lock nobody waits for the inner one: each has its own section."""
    assert latencies(ARRIVALS, joint=True, inner_lock="kernel.inner") == pytest.approx(
        [10.0, 19.0, 28.0, 29.0]
    )


def test_who_comes_while_it_holds_has_nothing_left_to_do() -> None:
    """The first's holds until 15 s; the third's coming at 14 s lets it hold until 19 s, so that the
    fourth has nothing to do, and the last does it anew."""
    arrivals = [0.0, 1.0, 14.0, 18.0, 30.0]
    assert latencies(arrivals, lasts=0.5) == pytest.approx([10.0, 9.0, 0.0, 0.0, 10.0])


def test_who_comes_when_it_has_just_ceased_to_hold_does_it_anew() -> None:
    assert latencies([0.0, 14.0, 19.1], lasts=0.5) == pytest.approx([10.0, 0.0, 10.0])
    assert latencies([0.0, 15.1], lasts=0.5) == pytest.approx([10.0, 10.0])
