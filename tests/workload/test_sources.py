"""Closed, batch and replayed workloads: when they issue commands, and when they end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from docksim.scenario.load import loads
from docksim.simulation import simulate_once
from tests.helpers import PRESENT, Run, replayed, scenario, with_cost, without_cost

PS = {"command": "ps"}


def issued(
    *workload: dict[str, Any], service: float = 0.0, run: dict[str, Any] | None = None
) -> pd.DataFrame:
    """Commands, each of which takes `service` seconds and hinders no other."""
    given = without_cost(scenario(workload=list(workload), run=run or {}))
    return simulate_once(with_cost(given, "cli.start", wait=service)).commands


def closed(clients: int, think: Any, *cycle: dict[str, Any], **keys: Any) -> dict[str, Any]:
    workload = {"kind": "closed", "clients": clients, "think": think, "cycle": list(cycle)}
    return workload | keys


def test_a_client_thinks_between_the_end_of_a_command_and_the_next() -> None:
    frame = issued(closed(1, "3 s", PS), service=2.0, run={"duration": "22 s"})
    assert list(frame["arrived"]) == pytest.approx([0, 5, 10, 15, 20])
    assert list(frame["ended"])[:4] == pytest.approx([2, 7, 12, 17])


def test_a_random_think_time_has_its_law() -> None:
    think = {"distribution": "exponential", "mean": "2 s"}
    frame = issued(closed(1, think, PS), service=1.0, run={"commands": 2000})
    pauses = frame["arrived"].to_numpy()[1:] - frame["ended"].to_numpy()[:-1]
    assert pauses.mean() == pytest.approx(2.0, abs=3.5 * 2 / np.sqrt(2000))


def test_each_client_has_one_command_under_way() -> None:
    frame = issued(closed(4, "0 s", PS), service=1.0, run={"commands": 40})
    counts = frame.groupby("arrived").size()
    assert list(counts) == [4] * 10


def test_a_client_repeats_its_cycle_in_order() -> None:
    cycle = [PS, {"command": "images"}, {"command": "system df"}]
    frame = issued(closed(1, "1 s", *cycle), run={"commands": 9})
    assert list(frame["command"]) == ["ps", "images", "system df"] * 3


def test_a_limit_on_commands_lets_all_clients_end_their_cycles() -> None:
    """Two begin their second cycles when the last command is counted; both are carried through."""
    frame = issued(closed(2, "0 s", *CYCLE), service=1.0, run={"commands": 10})
    assert frame["command"].value_counts().to_dict() == {"create": 4, "start": 4, "rm": 4}
    assert list(frame.groupby(frame["number"] // 3)["container"].nunique()) == [1] * 4


def test_a_batch_comes_all_at_once() -> None:
    batch = {"kind": "batch", "count": 7, "start": "4 s", "mix": [PS]}
    frame = issued(batch, service=1.0)
    assert list(frame["arrived"]) == [4.0] * 7
    assert list(frame["number"]) == list(range(7))


def test_a_run_without_length_ends_when_all_is_done() -> None:
    batch = {"kind": "batch", "count": 2, "mix": [PS]}
    records = simulate_once(
        with_cost(without_cost(scenario(workload=[batch])), "cli.start", wait=3.0)
    )
    assert records.window == (0.0, pytest.approx(3.0))
    assert records.in_progress == 0


def test_replayed_commands_come_when_they_were_recorded() -> None:
    rows = [(0.5, PS), (0.5, {"command": "images"}), (2.0, PS), (7.25, {"command": "images"})]
    frame = issued(*replayed(*rows))
    assert list(frame["arrived"]) == [0.5, 0.5, 2.0, 7.25]
    assert list(frame["command"]) == ["ps", "images", "ps", "images"]


def test_a_replay_is_read_from_its_file(tmp_path: Any) -> None:
    (tmp_path / "recorded.csv").write_text("time,command,image\n1,ps,\n1500 ms,pull,app\n")
    text = """
        images = [{ name = "app", layers = [{ compressed = "1 MB" }] }]
        workload = [{ kind = "replay", file = "recorded.csv", start = "1 s" }]
    """
    frame = simulate_once(loads(text, tmp_path)).commands
    assert list(frame["arrived"]) == [2.0, 2.5]
    assert list(frame["image"]) == ["", "app"]


def test_an_open_workload_begins_at_its_start() -> None:
    workload = {"kind": "open", "arrivals": "deterministic", "rate": "2 /s", "mix": [PS]}
    frame = issued(workload | {"start": "10 s"}, run={"duration": "12.1 s"})
    assert list(frame["arrived"]) == pytest.approx([10.5, 11.0, 11.5, 12.0])


def test_several_workloads_run_side_by_side_and_are_told_apart() -> None:
    one = {"kind": "open", "name": "one", "rate": "5 /s", "mix": [PS]}
    other = closed(2, "1 s", {"command": "images"}, name="other")
    frame = issued(one, other, run={"duration": "100 s"})
    assert set(frame["workload"]) == {"one", "other"}
    assert set(frame[frame["workload"] == "other"]["command"]) == {"images"}
    assert (frame["number"].diff()[1:] == 1).all()


def test_the_number_of_commands_is_that_of_all_workloads() -> None:
    one = {"kind": "open", "name": "one", "rate": "5 /s", "mix": [PS]}
    frame = issued(one, closed(2, "1 s", PS), run={"commands": 33})
    assert len(frame) == 33
    assert (frame["outcome"] == "ok").all()


def test_a_client_whose_run_fails_has_no_container_of_its_own() -> None:
    cycle = [{"command": "run"}, {"command": "rm"}]
    given = scenario(
        images=[{"name": "app", "layers": [{"compressed": "1 MB"}], "published": False}],
        workload=[closed(1, "0 s", *cycle)],
        run={"commands": 4},
    )
    frame = Run(given).to_the_end()
    assert list(frame["outcome"]) == ["image not found", "no such container"] * 2


def test_a_client_gives_up_after_its_timeout() -> None:
    frame = issued(closed(1, "1 s", PS, timeout="2 s"), service=10.0, run={"duration": "8.5 s"})
    assert list(frame["arrived"]) == pytest.approx([0, 3, 6])
    assert list(frame["outcome"]) == ["timeout"] * 3
    assert list(frame["ended"]) == pytest.approx([2, 5, 8])


def test_a_timeout_longer_than_the_command_changes_nothing() -> None:
    plain = scenario(images=[PRESENT], workload=[closed(3, "0 s", PS)], run={"commands": 30})
    patient = closed(3, "0 s", PS, timeout="1 h")
    other = scenario(images=[PRESENT], workload=[patient], run={"commands": 30})
    pd.testing.assert_frame_equal(simulate_once(plain).commands, simulate_once(other).commands)


CYCLE = [{"command": "create"}, {"command": "start"}, {"command": "rm", "force": True}]


def test_an_arrival_may_perform_a_cycle_on_its_own_container() -> None:
    batch = {"kind": "batch", "count": 4, "start": "4 s", "cycle": CYCLE}
    frame = issued(batch, service=1.0).sort_values("number")
    assert list(frame["command"]) == ["create", "start", "rm"] * 4
    assert (frame["outcome"] == "ok").all()
    assert list(frame["arrived"]) == pytest.approx([4.0, 5.0, 6.0] * 4)
    assert list(frame.groupby(frame["number"] // 3)["container"].nunique()) == [1] * 4


def test_a_limit_on_commands_cuts_no_visit_short() -> None:
    visits = {"kind": "open", "arrivals": "deterministic", "rate": "2 /s", "cycle": CYCLE}
    frame = issued(visits, service=1.0, run={"commands": 9})
    assert frame["command"].value_counts().to_dict() == {"create": 3, "start": 3, "rm": 3}
    came = frame.loc[frame["command"] == "create", "arrived"]
    assert list(came) == pytest.approx([0.5, 1.0, 1.5])
