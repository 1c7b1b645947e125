"""What the next command is: actions by weight, images by weight or Zipf, targets by age."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from docksim.workload.choices import Weighted
from tests.helpers import ONE_LAYER, Run, scenario, without_cost

SURE = 1e-3
NAMES = ["a", "b", "c", "d"]
IMAGES = [
    {"name": name, "layers": [{"digest": "same", "compressed": "1 MB"}], "present": True}
    for name in NAMES
]


def commands(count: int, *workload: dict[str, Any], **sections: Any) -> Any:
    """What becomes of a batch of commands, one after the other in numbers."""
    sections.setdefault("images", IMAGES)
    given = scenario(workload=list(workload), run={"commands": count}, **sections)
    return Run(without_cost(given)).to_the_end()


def batch(count: int, *mix: dict[str, Any]) -> dict[str, Any]:
    return {"kind": "batch", "count": count, "mix": list(mix)}


def assert_shares(names: Any, expected: dict[str, float]) -> None:
    counts = names.value_counts()
    assert set(counts.index) == {name for name, weight in expected.items() if weight}
    weights = np.array([expected[name] for name in counts.index])
    test = stats.chisquare(counts.to_numpy(), weights / weights.sum() * counts.sum())
    assert test.pvalue > SURE


def test_actions_come_by_their_weights() -> None:
    mix = [
        {"command": "ps", "weight": 5},
        {"command": "images", "weight": 3},
        {"command": "system df", "weight": 0},
        {"command": "pull", "weight": 2, "image": "a"},
    ]
    frame = commands(3000, batch(3000, *mix))
    assert_shares(frame["command"], {"ps": 5, "images": 3, "pull": 2, "system df": 0})


def test_without_weights_all_images_are_alike() -> None:
    frame = commands(2000, batch(2000, {"command": "pull"}))
    assert_shares(frame["image"], dict.fromkeys(NAMES, 1))


def test_images_come_by_their_weights() -> None:
    pull = {"command": "pull", "images": ["b", "c", "a"], "weights": [6, 3, 0]}
    frame = commands(2000, batch(2000, pull))
    assert_shares(frame["image"], {"a": 0, "b": 6, "c": 3})


@pytest.mark.parametrize("exponent", [0.0, 1.0, 2.0])
def test_images_come_by_zipfs_law_the_first_most_often(exponent: float) -> None:
    frame = commands(3000, batch(3000, {"command": "pull", "zipf": exponent}))
    law = {name: (rank + 1) ** -exponent for rank, name in enumerate(NAMES)}
    assert_shares(frame["image"], law)


def test_a_named_image_is_always_chosen() -> None:
    frame = commands(50, batch(50, {"command": "pull", "image": "c"}))
    assert set(frame["image"]) == {"c"}


def test_choices_of_action_and_image_are_independent() -> None:
    mix = [{"command": "pull"}, {"command": "create"}]
    frame = commands(4000, batch(4000, *mix))
    table = frame.groupby(["command", "image"]).size().unstack()
    assert stats.chi2_contingency(table).pvalue > SURE


def test_a_weighted_choice_takes_all_of_the_unit_interval() -> None:
    choice = Weighted(["x", "y", "z"], [1.0, 0.0, 3.0])
    assert choice.pick(0.0) == "x"
    assert choice.pick(0.2499) == "x"
    assert choice.pick(0.25) == "z"
    assert choice.pick(np.nextafter(1.0, 0.0)) == "z"


# Targets


def targets(
    command: dict[str, Any], rows: list[tuple[float, dict[str, Any]]], **sections: Any
) -> list[int]:
    """The containers that a command aims at, issued after the others."""
    timed = [{"time": f"{time} s", "action": action} for time, action in [*rows, (1000, command)]]
    frame = commands(10**6, {"kind": "replay", "rows": timed}, **sections)
    return list(frame["container"])[len(rows) :]


RUN, CREATE = {"command": "run"}, {"command": "create"}
SOME = [(10.0 * i, RUN if i % 2 else CREATE) for i in range(6)]  # 1, 3, 5 run; 0, 2, 4 do not


@pytest.mark.parametrize(
    ("target", "state", "expected"),
    [
        ("oldest", "any", 0),
        ("newest", "any", 5),
        ("oldest", "running", 1),
        ("newest", "running", 5),
        ("oldest", "stopped", 0),
        ("newest", "stopped", 4),
    ],
)
def test_the_oldest_and_the_newest_in_a_state(target: str, state: str, expected: int) -> None:
    command = {"command": "logs", "target": target, "state": state}
    assert targets(command, SOME) == [expected]


@pytest.mark.parametrize(
    ("command", "expected"), [("stop", 1), ("kill", 1), ("start", 0), ("inspect", 0), ("rm", 0)]
)
def test_commands_choose_among_those_that_they_can_do_something_to(
    command: str, expected: int
) -> None:
    assert targets({"command": command, "target": "oldest"}, SOME) == [expected]


def test_what_was_there_at_the_start_is_older_than_all_others() -> None:
    kinds = [{"name": "default", "running": 3}]
    frame = commands(
        10**6,
        {
            "kind": "replay",
            "rows": [
                {"time": "0 s", "action": RUN},
                {"time": "1 s", "action": {"command": "rm", "target": "oldest", "force": True}},
                {"time": "2 s", "action": {"command": "ps"}},
            ],
        },
        containers=kinds,
    )
    assert list(frame["outcome"]) == ["ok"] * 3
    assert frame["container"][1] == 0


def test_random_targets_are_all_alike() -> None:
    kinds = [{"name": "default", "running": 8}]
    mix = {"command": "inspect", "target": "random"}
    frame = commands(2000, batch(2000, mix), containers=kinds)
    assert_shares(frame["container"], dict.fromkeys(range(8), 1))


def test_without_any_container_there_is_none_to_be_found() -> None:
    kinds = [{"name": "default", "stopped": 1}]
    rows = [(0.0, {"command": "rm"})]
    assert targets({"command": "rm"}, rows, containers=kinds) == [-1]


def test_no_two_removals_choose_the_same_container() -> None:
    kinds = [{"name": "default", "running": 10}]
    for order in ("oldest", "newest", "random"):
        remove = {"command": "rm", "target": order, "force": True}
        given = scenario(
            images=[ONE_LAYER | {"present": True}],
            workload=[batch(12, remove)],
            containers=kinds,
        )
        frame = Run(given).to_the_end()
        assert sorted(frame["container"]) == [-1, -1, *range(10)]
        assert list(frame["outcome"].value_counts()[["ok", "no such container"]]) == [10, 2]


def test_a_client_means_its_own_last_container() -> None:
    cycle = [RUN, {"command": "logs"}, {"command": "rm"}]
    closed = {"kind": "closed", "clients": 3, "cycle": cycle}
    given = scenario(workload=[closed], run={"commands": 90})
    frame = Run(given).to_the_end()
    assert (frame["outcome"] == "ok").all()
    runs = set(frame[frame["command"] == "run"]["container"])
    logs = frame[frame["command"] == "logs"]["container"]
    assert len(runs) == (frame["command"] == "run").sum()
    assert logs.is_unique
    assert set(logs) <= runs
