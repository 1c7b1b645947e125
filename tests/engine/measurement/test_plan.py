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
            POINT + 'load = { kind = "batch", size = 2 }\ntraced = true\n',
            ["traced", "one closed client"],
        ),
        (
            POINT + 'load = { kind = "closed" }\nbeside = { clients = 2 }\naccounting = true\n',
            ["accounting", "one closed client alone"],
        ),
        (
            POINT + 'load = { kind = "closed" }\ntimed_runtime = true\ntraced = true\n',
            ["timed_runtime", "one or the other"],
        ),
        (2 * (POINT + 'load = { kind = "closed" }\n'), ["there twice"]),
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


def test_one_mistake_is_told_once(tmp_path):
    problem = problem_of(tmp_path, POINT + 'load = { kind = "closed", clients = 0 }\n')
    assert len(problem.splitlines()) == 1


def test_a_plan_that_is_not_there_is_told():
    with pytest.raises(ScenarioError, match="no such file"):
        load_plan(Path("nowhere.toml"))


@pytest.mark.parametrize("file", sorted(PLANS.glob("*.toml")), ids=lambda file: file.stem)
def test_the_plans_that_ship_are_valid(file):
    assert load_plan(file).points()
