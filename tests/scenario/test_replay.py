"""Recorded loads, read from CSV and JSON Lines."""

from pathlib import Path

import pytest

from docksim.scenario import Scenario, ScenarioError, loads
from docksim.scenario.actions import Logs, Ps, Rm, Run
from docksim.scenario.workload import Replay

PROFILE = Path(__file__).parent / "profile.toml"


def replay(folder: Path, text: str, name: str = "load.csv") -> Scenario:
    (folder / name).write_text(text)
    return loads(
        f"""
        profile.base = "{PROFILE}"
        [[images]]
        name = "alpine:3.17"
        [[containers]]
        name = "web"
        [[workload]]
        kind = "replay"
        file = "{name}"
        """,
        folder,
    )


CSV = """time,command,image,container,tail
0,run,alpine:3.17,web,
250 ms,ps,,,
1.5,logs,,oldest,10

2,rm,,,
"""
JSONL = """
{"time": 0, "command": "run", "image": "alpine:3.17", "container": "web"}
{"time": "250 ms", "command": "ps"}

{"time": 1.5, "command": "logs", "container": "oldest", "tail": 10}
{"time": 2, "command": "rm"}
"""


@pytest.mark.parametrize(("name", "text"), [("load.csv", CSV), ("load.jsonl", JSONL)])
def test_rows_become_actions(tmp_path: Path, name: str, text: str) -> None:
    (workload,) = replay(tmp_path, text, name).workload
    assert isinstance(workload, Replay)
    assert [row.time for row in workload.rows] == [0.0, 0.25, 1.5, 2.0]
    assert [row.action for row in workload.rows] == [
        Run(command="run", image="alpine:3.17", container="web"),
        Ps(command="ps"),
        Logs(command="logs", target="oldest", tail=10),
        Rm(command="rm"),
    ]


def test_equal_commands_are_one_action(tmp_path: Path) -> None:
    (workload,) = replay(tmp_path, "time,command\n0,ps\n1,ps\n").workload
    assert isinstance(workload, Replay)
    assert workload.rows[0].action is workload.rows[1].action


def test_a_loaded_replay_needs_its_file_no_more(tmp_path: Path) -> None:
    scenario = replay(tmp_path, CSV)
    (tmp_path / "load.csv").unlink()
    assert loads(scenario.to_toml()) == scenario


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("time,comand\n0,ps\n", 'line 1: unknown column "comand"'),
        ("time,comand\n0,ps\n", 'did you mean "command"?'),
        ("command\nps\n", 'line 1: the header has no column "time"'),
        ("time,command\n", "no commands"),
        ("", 'line 1: the header has no column "time"'),
        ("time,command\nsoon,ps\n", "line 2: time: 'soon' is not a duration"),
        ("time,command\n-1,ps\n", "line 2: time: '-1 s' is negative"),
        ("time,command\n,ps\n", "line 2: time: no time"),
        ("time,command\n2,ps\n1,ps\n", "line 3: time 1 s comes after 2 s; allowed: ascending"),
        ("time,command\n2,pss\n", 'line 2: command: unknown command "pss"'),
        ("time,command\n2,pss\n", 'did you mean "ps"?'),
        ("time,command\n2,\n", "line 2: command: missing"),
        ("time,command\n2,ps,3\n", "line 2: 3 cells under a header of 2"),
        ("time,command,tail\n2,ps,3\n", 'line 2: tail: unknown key "tail"'),
        ("time,command,container\n2,run,old\n", "unknown container kind \"old\""),
        ("time,command,container\n2,rm,old\n", 'line 2: target: found "old"'),
        ("time,command,container\n2,rm,own\n", 'target "own" in a replay'),
        ("time,command\n2,rm\n", "rm of a container, but there can never be one"),
    ],
)  # fmt: skip
def test_bad_rows_are_told_with_their_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        replay(tmp_path, text)
    assert told in str(caught.value)
    if "line" in told:
        expected = f"scenario: workload[0].file: {tmp_path / 'load.csv'}, line"
        assert str(caught.value).startswith(expected)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('{"time": 0, "command": "ps"\n', "line 1: no valid JSON"),
        ("[1, 2]\n", "line 1: found a list of 2; allowed: a JSON object"),
        ('{"time": 0, "command": "ps", "al": true}\n', 'line 1: al: unknown key "al"'),
        ('{"time": true, "command": "ps"}\n', "line 1: time: true is not a duration"),
    ],
)
def test_bad_json_lines(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        replay(tmp_path, text, "load.jsonl")
    assert told in str(caught.value)


def test_no_such_file(tmp_path: Path) -> None:
    text = f'profile.base = "{PROFILE}"\n[[workload]]\nkind = "replay"\nfile = "gone.csv"'
    with pytest.raises(ScenarioError, match=r"workload\[0\]\.file: .*gone\.csv: no such file"):
        loads(text, tmp_path)


def test_neither_file_nor_rows(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"workload\[0\]\.file: nothing to replay"):
        loads(f'profile.base = "{PROFILE}"\n[[workload]]\nkind = "replay"', tmp_path)
