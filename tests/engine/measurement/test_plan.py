"""A plan means what it says, and what is wrong with it is told with its place."""

from pathlib import Path

import pytest

from docksim.engine.measurement.plan import load_plan
from docksim.scenario.errors import ScenarioError

PLANS = Path(__file__).parents[3] / "experiments" / "plans"

POINT = """
[[point]]
set = "cycles"
operations = ["create", "start", "rm --force"]
"""
CLOSED = POINT + 'load = { kind = "closed" }\n'
IMAGE = """
[[image]]
name = "small"
"""


def plan_of(tmp_path, text):
    file = tmp_path / "plan.toml"
    file.write_text('name = "test"\n' + text)
    return load_plan(file)


def problem_of(tmp_path, text):
    with pytest.raises(ScenarioError) as caught:
        plan_of(tmp_path, text)
    return str(caught.value)


def test_lists_make_a_grid(tmp_path):
    text = POINT + (
        'load = { kind = "closed", clients = [1, 2, 4] }\n'
        'network = ["host", "bridge"]\ncontainers = [0, 50]\n'
    )
    points = plan_of(tmp_path, text).points()
    assert len(points) == 12
    assert len({point.name for point in points}) == 12
    assert {(p.clients, p.network, p.containers) for p in points} == {
        (c, n, k) for c in (1, 2, 4) for n in ("host", "bridge") for k in (0, 50)
    }


def test_units_are_read(tmp_path):
    text = POINT + (
        'load = { kind = "open", rate = "30 /min" }\nstop_timeout = "2000 ms"\n'
        'link_rate = ["none", "100 Mbit/s"]\n'
    )
    points = plan_of(tmp_path, text).points()
    assert [point.link_rate for point in points] == [0.0, 12.5e6]
    assert {(point.rate, point.stop_timeout) for point in points} == {(0.5, 2.0)}


def test_a_share_of_capacity_is_not_yet_a_rate(tmp_path):
    text = CLOSED + POINT + 'load = { kind = "open", of_capacity = [0.3, 0.9] }\n'
    assert [(p.rate, p.of_capacity) for p in plan_of(tmp_path, text).points()] == [
        (0.0, 0.0),
        (0.0, 0.3),
        (0.0, 0.9),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (POINT + 'load = { kind = "closd" }\n', ["plan.toml", "load", "closd", "closed"]),
        (POINT + 'load = { kind = "closed", clients = 0 }\n', ["clients", "at least 1"]),
        (POINT + 'load = { kind = "closed" }\nnetwork = "overlay"\n', ["network", "overlay"]),
        (POINT + 'load = { kind = "closed" }\nnetwrk = "host"\n', ["netwrk", "network"]),
        (POINT + 'load = { kind = "closed" }\nimage = "huge"\n', ["image", "huge", "small"]),
        (POINT + 'load = { kind = "open", rate = "5" }\n', ["rate", "no unit"]),
        (POINT + 'load = { kind = "open" }\n', ["rate", "exactly one"]),
        (POINT + 'load = { kind = "open", rate = "1 /s", of_capacity = 0.5 }\n', ["exactly one"]),
        (
            POINT + 'load = { kind = "closed", clients = 2 }\naccounting = true\n',
            ["accounting", "one closed client"],
        ),
        (
            POINT + 'load = { kind = "batch", size = 2 }\nbrisk = true\n',
            ["brisk", "one closed client"],
        ),
        (
            POINT + 'load = { kind = "closed" }\nbeside = { clients = 2 }\naccounting = true\n',
            ["accounting", "one closed client alone"],
        ),
        (
            POINT + 'load = { kind = "closed" }\ntimed_runtime = true\nbrisk = true\n',
            ["timed_runtime", "one or the other"],
        ),
        (2 * (POINT + 'load = { kind = "closed" }\n'), ["there twice"]),
        (
            CLOSED.replace("cycles", "a.partial"),
            ["point[0].set", "a.partial", "a name without .partial"],
        ),
        (IMAGE.replace("small", "a.partial") + CLOSED, ["image[0].name", "without .partial"]),
        (CLOSED.replace("cycles", "c" * 250), ["point", "a name of", "bytes", "at most"]),
        (
            POINT + 'load = { kind = "closed" }\nbeside = { operations = ["pull", "ps"] }\n',
            ["point[0].beside.operations", "pull beside a load"],
        ),
        (
            CLOSED.replace('"create"', '"pull", "create"') + "beside = {}\n",
            ["point[0].beside", "beside a pull of their image"],
        ),
        (
            CLOSED.replace('"rm --', '"stop", "rm --') + 'stop_timeout = "300 s"\n',
            ["point[0].stop_timeout", "300 s for containers that ignore SIGTERM", "less than"],
        ),
        (
            CLOSED + 'stop_timeout = "5 min"\nbeside = { operations = ["run", "stop", "rm"] }\n',
            ["point[0].stop_timeout", "300 s for containers that ignore SIGTERM"],
        ),
        (POINT + 'load = { kind = "open", rate = "0 /s" }\n', ["load.rate", "more than 0"]),
        (
            POINT + 'load = { kind = "open", of_capacity = 0.5 }\n',
            ["point[0].load", "no capacity", "a closed load of the same cycle"],
        ),
        (
            POINT + 'load = { kind = "closed" }\nstop_timeout = "500 ms"\n',
            ["stop_timeout", "0.5 s", "whole seconds"],
        ),
        (IMAGE + "layers = 200\n" + CLOSED, ["image[0]", "1 to 127 layers, not 200"]),
        (IMAGE + "skew = 2\n" + CLOSED, ["image[0]", "skew"]),
        (IMAGE + "shared = 2\n" + CLOSED, ["image[0]", "2 shared layers of 1"]),
        (IMAGE.replace("small", "A b") + CLOSED, ["image[0].name", "lower-case letters"]),
        (2 * IMAGE + CLOSED, ["image[1]", "twice"]),
        ("", ["point", "missing"]),
        ("point = [", ["TOML"]),
    ],
)
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, words):
    problem = problem_of(tmp_path, text)
    assert str(tmp_path / "plan.toml") in problem
    for word in words:
        assert word in problem


def cycle(*operations):
    return CLOSED.replace('["create", "start", "rm --force"]', str(list(operations)))


@pytest.mark.parametrize(
    ("operations", "refused"),
    [
        (["stop", "rm"], "stop of nothing; allowed: stop after create or run"),
        (["ps", "start"], "start of nothing"),
        (["kill", "create"], "kill of nothing"),
        (["rm --force"], "rm --force of nothing"),
        (["pull", "run", "rmi", "rm"], None),
        (["rmi", "pull"], "rmi of nothing; allowed: rmi after pull"),
        (["logs", "create"], "logs of nothing; allowed: logs after create or run"),
        (["inspect", "run", "rm --force"], "inspect of nothing"),
        (["inspect", "logs --tail 10", "logs"], None),
        (["run", "inspect", "kill", "rm", "inspect"], None),
    ],
    ids=str,
)
def test_operations_come_after_what_makes_their_object(tmp_path, operations, refused):
    if refused is None:
        assert plan_of(tmp_path, cycle(*operations)).points()
    else:
        problem = problem_of(tmp_path, cycle(*operations))
        assert f"point[0].operations: {refused}" in problem


def test_what_looks_at_a_container_beside_a_load_is_given_none(tmp_path):
    beside = 'beside = { operations = ["inspect"] }\n'
    assert "inspect of nothing" in problem_of(tmp_path, CLOSED + beside)


def test_what_makes_no_containers_may_go_on_beside_a_pull(tmp_path):
    beside = 'beside = { operations = ["ps"] }\n'
    assert plan_of(tmp_path, cycle("pull", "rmi") + beside).points()


def test_a_long_stop_of_what_honours_sigterm_is_no_long_answer(tmp_path):
    text = cycle("create", "start", "stop", "rm") + 'stop_timeout = "300 s"\n'
    assert plan_of(tmp_path, text + 'behaviour = ["honours", "delays"]\n').points()


def test_the_longest_name_leaves_room_for_what_a_dataset_appends(tmp_path):
    short = len(plan_of(tmp_path, CLOSED.replace("cycles", "c")).points()[0].name) - 1
    longest = 255 - len("-999.partial999") - short
    assert plan_of(tmp_path, CLOSED.replace("cycles", "c" * longest)).points()
    assert "bytes" in problem_of(tmp_path, CLOSED.replace("cycles", "c" * (longest + 1)))


def test_one_mistake_is_told_once(tmp_path):
    problem = problem_of(tmp_path, POINT + 'load = { kind = "closed", clients = 0 }\n')
    assert len(problem.splitlines()) == 1


def test_a_plan_that_is_not_there_is_told():
    with pytest.raises(ScenarioError, match="no such file"):
        load_plan(Path("nowhere.toml"))


@pytest.mark.parametrize("file", sorted(PLANS.glob("*.toml")), ids=lambda file: file.stem)
def test_the_plans_that_ship_are_valid(file):
    assert load_plan(file).points()
