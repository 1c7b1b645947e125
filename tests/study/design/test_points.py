"""Which combinations of levels a design has."""

import numpy as np
import pytest

from docksim.scenario.errors import ScenarioError
from docksim.study.design.document import StudyFile
from docksim.study.design.points import baseline_of, find, points_of
from tests.theory.hosts import mmc_host

HOST = mmc_host(rate=5, service=0.1, servers=2, duration=40)
CORES = {"name": "cores", "key": "host.cores", "levels": [1, 2, 4]}
RATES = {"name": "rate", "key": "workload[0].rate", "levels": ["2 /s", "4 /s"]}
SPEED = {"name": "speed", "key": "host.cpu_speed", "range": [0.5, 2.0], "scale": "log"}
KINDS = {
    "name": "kind",
    "alternative": [
        {"name": "small", "set": {"host.cores": 1, "host.cpu_speed": 1.0}},
        {"name": "large", "set": {"host.cores": 8, "host.cpu_speed": 2.0}},
    ],
}


def study(*factors, **more):
    given = {"name": "s", "question": "?", "scenario": "s.toml", "measures": ["ps.mean"]}
    return StudyFile.model_validate(given | {"factor": list(factors)} | more)


def points(*factors, **more):
    return points_of(study(*factors, **more), HOST, "study.toml")


def test_a_grid_has_every_combination():
    found = points(CORES, RATES)
    assert [p.levels for p in found] == [
        {"cores": cores, "rate": rate} for cores in "124" for rate in ("2 /s", "4 /s")
    ]
    assert [p.scenario.host.cores for p in found] == [1, 1, 2, 2, 4, 4]
    assert [p.scenario.workload[0].rate for p in found] == [2, 4] * 3
    assert found[2].numbers == {"cores": 2.0}


def test_one_at_a_time_varies_each_factor_around_the_baseline():
    found = points(CORES, RATES, design={"kind": "one at a time"}, baseline={"cores": 2})
    assert [tuple(p.levels.values()) for p in found] == [
        ("2", "2 /s"), ("1", "2 /s"), ("4", "2 /s"), ("2", "4 /s"),
    ]  # fmt: skip


def test_an_alternative_changes_several_keys():
    small, large = points(KINDS)
    assert (small.scenario.host.cores, large.scenario.host.cores) == (1, 8)
    assert large.scenario.host.cpu_speed == 2.0


def test_a_latin_hypercube_has_one_point_in_every_slice():
    found = points(SPEED, CORES, design={"kind": "latin hypercube", "points": 30})
    speeds = np.array([p.numbers["speed"] for p in found])
    slices = np.floor(30 * np.log(speeds / 0.5) / np.log(4.0) + 1e-6)
    assert sorted(slices) == list(range(30))
    assert [sum(p.levels["cores"] == level for p in found) for level in "124"] == [10, 10, 10]


def test_sampled_points_are_the_same_again_and_others_with_another_seed():
    def speeds(seed):
        design = {"kind": "sobol", "points": 8, "seed": seed}
        return [p.numbers["speed"] for p in points(SPEED, design=design)]

    assert speeds(1) == speeds(1) != speeds(2)


def test_the_baseline_is_named_or_the_first_levels():
    given = study(CORES, RATES, baseline={"cores": 4})
    found = points_of(given, HOST, "study.toml")
    assert baseline_of(given, found).name == "cores = 4, rate = 2 /s"
    assert find(given, found, {"rate": "4 /s"}).name == "cores = 4, rate = 4 /s"
    with pytest.raises(LookupError, match="cores = 3"):
        find(given, found, {"cores": 3})


@pytest.mark.parametrize(
    ("factor", "told"),
    [
        (CORES | {"key": "host.core"}, "core"),
        (CORES | {"levels": [0]}, "cores"),
        (CORES | {"levels": ["many"]}, "many"),
    ],
)
def test_a_point_that_cannot_be_simulated_is_told_before_anything_runs(factor, told):
    with pytest.raises(ScenarioError) as error:
        points(factor)
    assert told in str(error.value)
    assert "study.toml" in str(error.value)


def test_a_range_that_is_none_is_told():
    design = {"kind": "sobol", "points": 2}
    with pytest.raises(ScenarioError, match="lower end below"):
        points(SPEED | {"range": [2.0, 1.0]}, design=design)
