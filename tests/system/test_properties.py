"""Whatever is asked of a host: all that comes ends or is counted, and nothing is lost or kept."""

from __future__ import annotations

from math import inf
from typing import Any

import simpy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.helpers import scenario
from tests.system.conservation import check_limits, check_nothing_is_held
from tests.system.scenarios import COMMANDS, documents

from docksim.des.streams import Streams
from docksim.scenario.scenario import Scenario
from docksim.system.outcomes import IN_PROGRESS, OK, TIMEOUT, CommandError
from docksim.system.wiring import System
from docksim.workload.choices import Chooser
from docksim.workload.issuer import Issuer
from docksim.workload.sources import sources

FEW = settings(
    deadline=None,
    max_examples=40,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OUTCOMES = {OK, IN_PROGRESS, TIMEOUT, *(error.outcome for error in CommandError.__subclasses__())}


class Run:
    """A scenario on its way to its very end, watched at every event."""

    def __init__(self, plan: Scenario) -> None:
        self.plan = plan
        self.env = simpy.Environment()
        streams = Streams(plan.run.seed)
        self.system = System(self.env, plan, streams, None)
        self.issuer = Issuer(self.env, self.system, plan.run.commands or inf)
        chooser = Chooser(plan, streams, self.system.table)
        for workload in plan.workload:
            for source in sources(self.env, workload, streams, chooser, self.issuer):
                self.issuer.run(source)

    def to_the_end(self) -> None:
        while self.env.peek() < inf:
            self.env.step()
            check_limits(self.system, self.plan)
        self.issuer.record_in_progress()


@FEW
@given(document=documents())
def test_everything_ends_or_is_counted_and_nothing_is_held(document: dict[str, Any]) -> None:
    plan = scenario(**document)
    run = Run(plan)
    run.to_the_end()
    commands = run.issuer.records.frame()
    assert sorted(commands["number"]) == list(range(len(commands)))
    assert len(commands) <= COMMANDS
    assert set(commands["outcome"]) <= OUTCOMES
    ended = commands[commands["outcome"] != IN_PROGRESS]
    assert (ended["ended"] >= ended["arrived"]).all()
    assert commands["ended"].isna().sum() == run.issuer.in_progress
    # Only what waits for a container that never ends is still under way.
    assert set(commands[commands["ended"].isna()]["command"]) <= {"run", "logs"}
    check_nothing_is_held(run.system, plan)
