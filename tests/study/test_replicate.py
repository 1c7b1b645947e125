import pandas as pd
import pytest

from docksim.scenario import loads
from docksim.study.replicate import replicate, simulate

SCENARIO = """
name = "small"
[[images]]
name = "alpine:3.17"
present = true
[[containers]]
name = "web"
[[workload]]
name = "users"
kind = "open"
rate = "5 /s"
mix = [{ command = "ps" }, { command = "run", image = "alpine:3.17", container = "web" }]
[run]
duration = "8 s"
warm_up = "1 s"
replications = 3
seed = 11
"""


@pytest.fixture(scope="module")
def scenario():
    return loads(SCENARIO)


@pytest.fixture(scope="module")
def serial(scenario):
    return replicate(scenario, jobs=1)


def test_serial_and_parallel_runs_give_the_same_records(scenario, serial):
    parallel = replicate(scenario, jobs=2)
    assert [one.replication for one in parallel.records] == [0, 1, 2]
    for table in ("commands", "components", "backlog"):
        pd.testing.assert_frame_equal(
            getattr(serial, table), getattr(parallel, table), check_exact=True
        )
    assert serial.to_json() == parallel.to_json()


def test_replications_differ(serial):
    first, second, _ = (one.commands["arrived"].to_list() for one in serial.records)
    assert first != second


def test_the_scenario_gives_what_is_not_asked_for(serial):
    assert len(serial.records) == 3
    assert serial.seed == 11


def test_one_replication_is_the_first_of_many(scenario, serial):
    alone = simulate(scenario)
    pd.testing.assert_frame_equal(alone.records[0].commands, serial.records[0].commands)
    assert simulate(scenario, seed=12).seed == 12


def test_tracing_and_progress_change_nothing(scenario, serial):
    traced = simulate(scenario, trace=True, progress=lambda share: None)
    pd.testing.assert_frame_equal(traced.records[0].commands, serial.records[0].commands)
    assert len(traced.hops) > 0
    assert len(serial.hops) == 0


@pytest.mark.parametrize("jobs", [1, 2])
def test_progress_rises_to_one(scenario, jobs):
    heard: list[float] = []
    replicate(scenario, jobs=jobs, progress=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1.0
    assert len(heard) >= 3


@pytest.mark.parametrize("wrong", [{"replications": 0}, {"jobs": 0}])
def test_less_than_one_is_refused(scenario, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replicate(scenario, **wrong)
