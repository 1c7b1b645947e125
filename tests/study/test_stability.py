from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from docksim.study.stability import judge
from tests.study.factory import backlog, queue_records


def queue(rate, replications=5, first=0, **parameters):
    return [
        queue_records(rate=rate, replication=first + r, **parameters) for r in range(replications)
    ]


def from_times(arrived, ended, end, offered, names="run"):
    """Records of one replication whose commands arrive and end at these times."""
    commands = pd.DataFrame({"command": names, "arrived": arrived, "ended": ended})
    commands.loc[commands["ended"] > end, "ended"] = np.nan
    return replace(
        queue_records(count=20),
        commands=commands,
        window=(0.0, end),
        offered=offered,
        backlog=backlog(commands, 0.0, end),
    )


@pytest.mark.parametrize("replications", [1, 2, 5])
@pytest.mark.parametrize("rate", [1.2, 2.0, 10.0])
def test_a_load_above_capacity_is_unstable(rate, replications):
    verdict = judge(queue(rate, replications, names=("run",)))
    assert verdict.verdict == "unstable"
    assert not verdict.stable
    assert verdict.unstable_commands == {"run"}
    assert "UNSTABLE" in verdict.statement


def test_the_drift_is_the_load_above_capacity():
    drift = judge(queue(1.5, 10, names=("run",))).drift
    assert drift is not None
    assert drift.growth.low < 0.5 < drift.growth.high
    assert drift.offered == 1.5


@pytest.mark.parametrize("rate", [0.05, 0.5, 0.9])
def test_a_load_below_capacity_is_hardly_ever_called_unstable(rate):
    alarms = sum(not judge(queue(rate, 3, first=3 * k, count=500)).stable for k in range(60))
    assert alarms <= 2


def test_light_loads_of_few_commands_are_stable():
    alarms = sum(not judge(queue(0.05, 20, first=20 * k, count=30)).stable for k in range(20))
    assert alarms == 0


def test_filling_up_with_long_commands_is_not_growth():
    # Every command takes 60 s and none waits: the number grows for 60 of the 200 s.
    rng = np.random.default_rng(1)
    replications = []
    for _ in range(5):
        arrived = np.sort(rng.uniform(0, 200, 400))
        replications.append(from_times(arrived, arrived + 60.0, 200.0, 2.0))
    assert judge(replications).stable


def test_a_run_that_drains_at_its_end_is_judged_up_to_the_last_arrival():
    # D/D/1 at twice its capacity, run until all 200 are done.
    arrived = np.arange(200) * 1.0
    ended = np.arange(1, 201) * 2.0
    assert not judge([from_times(arrived, ended, 400.0, 1.0)]).stable


def test_only_the_command_that_drowns_is_unstable():
    # 1 ps a second takes 0.1 s; a pull every 4 s takes 10 s of the only download slot.
    ps = np.arange(400) + 0.05
    pull = np.arange(100) * 4.0 + 0.01
    arrived = np.concatenate([ps, pull])
    ended = np.concatenate([ps + 0.1, 10.0 * np.arange(1, 101)])
    names = ["ps"] * 400 + ["pull"] * 100
    verdict = judge([from_times(arrived, ended, 400.0, 1.25, names)])
    assert verdict.unstable_commands == {"pull"}


def test_without_an_open_load_stability_is_not_asked():
    verdict = judge([replace(records, offered=None) for records in queue(5.0, 2)])
    assert verdict.verdict == "not applicable"
    assert verdict.stable


def test_no_commands_at_all_are_stable():
    nothing = from_times([], [], 100.0, 0.001)
    assert judge([nothing]).verdict == "stable"
