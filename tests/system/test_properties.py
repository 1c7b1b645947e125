"""Whatever is asked of a host: all that comes ends or is counted, and nothing is lost or kept."""

from __future__ import annotations

from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, reject, settings

from docksim.simulation import simulate_once
from docksim.system.outcomes import IN_PROGRESS, OK, TIMEOUT, CommandError
from tests.helpers import Run, scenario
from tests.system.conservation import check_limits, check_nothing_is_held
from tests.system.scenarios import COMMANDS, documents

FEW = settings(
    deadline=None,
    max_examples=100,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OUTCOMES = {OK, IN_PROGRESS, TIMEOUT, *(error.outcome for error in CommandError.__subclasses__())}


def started(document: dict[str, Any]) -> Run:
    """A run; what does not even fit the host at the start has none."""
    try:
        return Run(scenario(**document))
    except CommandError:
        reject()


@FEW
@given(document=documents())
def test_everything_ends_or_is_counted_and_nothing_is_held(document: dict[str, Any]) -> None:
    run = started(document)
    commands = run.to_the_end(lambda: check_limits(run.system, run.scenario))
    assert commands["number"].is_monotonic_increasing
    assert commands["number"].is_unique
    # The last cycles are carried through, but where a client waits for one that never ends.
    longest = max(len(each.get("cycle", [None])) for each in document["workload"])
    assert len(commands) < COMMANDS + longest
    if run.log.in_progress == 0:
        assert list(commands["number"]) == list(range(len(commands)))
    assert set(commands["outcome"]) <= OUTCOMES
    ended = commands[commands["outcome"] != IN_PROGRESS]
    assert (ended["ended"] >= ended["arrived"]).all()
    assert commands["ended"].isna().sum() == run.log.in_progress
    # Only what waits for a container that never ends is still under way.
    assert set(commands[commands["ended"].isna()]["command"]) <= {"run", "logs"}
    check_nothing_is_held(run.system, run.scenario)


@settings(FEW, max_examples=25)
@given(document=documents())
def test_the_same_seed_gives_the_same_records_traced_or_not(document: dict[str, Any]) -> None:
    document["run"] |= {"commands": 60}
    plan = scenario(**document)
    # What never ends (an attached run, a followed log) would keep the run from becoming idle.
    limited = plan.model_copy(
        update={"run": plan.run.model_copy(update={"commands": None, "duration": 6.0})}
    )
    once, again, traced = (simulate_once(limited, trace=trace) for trace in (False, False, True))
    for other in (again, traced):
        pd.testing.assert_frame_equal(once.commands, other.commands, check_exact=True)
        pd.testing.assert_frame_equal(once.components, other.components, check_exact=True)
        pd.testing.assert_frame_equal(once.backlog, other.backlog, check_exact=True)
    assert len(traced.hops) > 0
    assert len(once.hops) == 0
