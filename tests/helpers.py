"""What tests of the model share: scenarios made of a few words, and a host to play with."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from functools import cache
from math import inf
from typing import Any

import pandas as pd
import simpy
import tomli_w
from pydantic import TypeAdapter

from docksim.des.distributions import Constant, Distribution
from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.des.streams import Streams
from docksim.scenario.load import loads
from docksim.scenario.profile import Step
from docksim.scenario.scenario import Scenario
from docksim.scenario.workload import Action
from docksim.system.command import Command
from docksim.system.container import Container
from docksim.system.outcomes import IN_PROGRESS, OK, CommandError
from docksim.system.traced import HOP_COLUMNS
from docksim.system.wiring import System
from docksim.workload.choices import Chooser
from docksim.workload.issuer import Issuer
from docksim.workload.log import CommandLog
from docksim.workload.sources import sources

MB = 1e6

ONE_LAYER: dict[str, Any] = {
    "name": "app",
    "layers": [{"compressed": "10 MB", "uncompressed": "25 MB"}],
}
THREE_LAYERS: dict[str, Any] = {
    "name": "app",
    "layers": [
        {"digest": "base", "compressed": "20 MB", "uncompressed": "50 MB"},
        {"digest": "middle", "compressed": "10 MB", "uncompressed": "25 MB"},
        {"digest": "top", "compressed": "5 MB", "uncompressed": "10 MB"},
    ],
}
PRESENT = ONE_LAYER | {"present": True}

_ACTIONS: TypeAdapter[Action] = TypeAdapter(Action)


def scenario(**sections: Any) -> Scenario:
    """A scenario of these sections; an image that is present and one `ps` where none is given.

    Costs are the provisional profile's: a calibration is to move no test of the model.
    """
    sections["profile"] = {"base": "provisional"} | sections.get("profile", {})
    sections.setdefault("images", [PRESENT])
    sections.setdefault("workload", [{"kind": "batch", "count": 1, "mix": [{"command": "ps"}]}])
    return loads(tomli_w.dumps(sections))


def replayed(*rows: tuple[float, dict[str, Any]]) -> list[dict[str, Any]]:
    """A workload of these commands at these times (s)."""
    timed = [{"time": f"{time!r} s", "action": action} for time, action in rows]
    return [{"kind": "replay", "rows": timed}]


def without_cost(given: Scenario) -> Scenario:
    """The same with steps that take no time, so that only what is waited for does.

    Locks stay, and so do payloads: bytes still take their time on the link and on the disk.
    """

    def free(step: Step) -> Step:
        never = Constant(0.0)
        lazy = {"cpu": never, "cpu_per_item": never, "wait": never, "throughput": None}
        nothing = {"wait_per_item": 0.0, "flushes": 0, "round_trips": 0}
        return step.model_copy(update=lazy | nothing)

    freed = _with_steps(given, free)
    for operation in ("dockerd.copy_log", "dockerd.decode_log"):  # both have to have a speed
        freed = with_cost(freed, operation, throughput=1e15)
    return freed


def without_variance(given: Scenario) -> Scenario:
    """The same with every step's distribution at its mean."""
    host = given.host.model_copy(update={"flush": Constant(given.host.flush.mean)})
    rate = Constant(given.registry.stream_rate.mean)
    registry = given.registry.model_copy(update={"stream_rate": rate})

    def steady(step: Step) -> Step:
        laws = {key: getattr(step, key) for key in ("cpu", "cpu_per_item", "wait", "throughput")}
        return step.model_copy(
            update={
                key: Constant(law.mean)
                for key, law in laws.items()
                if isinstance(law, Distribution)
            }
        )

    return _with_steps(given.model_copy(update={"host": host, "registry": registry}), steady)


def with_cost(given: Scenario, operation: str, **costs: Any) -> Scenario:
    """The same with one operation that has a single step with these costs (SI units, or laws)."""
    component, _, name = operation.rpartition(".")
    step = Step(source="the test")
    for key, value in costs.items():
        fixed = key in ("cpu", "wait", "throughput") and not isinstance(value, Distribution)
        step = step.model_copy(update={key: Constant(value) if fixed else value})
    operations = {key: dict(table) for key, table in given.profile.operations.items()}
    operations[component][name] = (step,)
    profile = given.profile.model_copy(update={"operations": operations})
    return given.model_copy(update={"profile": profile})


def _with_steps(given: Scenario, change: Any) -> Scenario:
    operations = {
        component: {name: tuple(change(step) for step in steps) for name, steps in table.items()}
        for component, table in given.profile.operations.items()
    }
    profile = given.profile.model_copy(update={"operations": operations})
    return given.model_copy(update={"profile": profile})


@dataclass(eq=False)
class Call:
    """One command that a test sent, and what became of it."""

    command: Command
    began: float = float("nan")
    ended: float = float("nan")
    outcome: str = IN_PROGRESS
    process: simpy.Process | None = field(default=None, repr=False)

    @property
    def latency(self) -> float:
        """Seconds from the enter key to the last line."""
        return self.ended - self.began

    @property
    def first_byte(self) -> float:
        """Seconds from the enter key to the first byte."""
        return self.command.first_byte - self.began

    @property
    def container(self) -> Container:
        """The container that it made, or that it was about."""
        assert self.command.container is not None
        return self.command.container


class Bench:
    """A host under test, to which commands are sent one by one."""

    def __init__(self, given: Scenario, *, seed: int = 1, trace: bool = True) -> None:
        self.env = Environment()
        self.scenario = given
        self._trace = Recorder(HOP_COLUMNS) if trace else None
        self.system = System(self.env, given, Streams(seed), self._trace)
        self.calls: list[Call] = []

    def send(
        self,
        command: str,
        *,
        at: float = 0.0,
        on: Call | Container | None = None,
        image: str | None = None,
        kind: str = "default",
        **keys: Any,
    ) -> Call:
        """`docker command` at an instant (s); `on` names its container, or who will make it."""
        action = _ACTIONS.validate_python({"command": command, **keys})
        images = {known.name: known for known in self.scenario.images}
        kinds = {known.name: known for known in self.scenario.containers}
        about_image = command in ("pull", "run", "create", "rmi")
        sent = Command(
            len(self.calls),
            action,
            images[image or self.scenario.images[0].name] if about_image else None,
            kinds[kind] if command in ("run", "create") else None,
        )
        call = Call(sent)
        self.calls.append(call)
        call.process = self.env.process(self._perform(call, at, on))
        return call

    def run(self, until: float | None = None) -> Bench:
        """Let time pass: to the end of all that happens, or to an instant (s)."""
        self.env.run(until)
        return self

    def hops(self, call: Call, branch: int | None = 0) -> pd.DataFrame:
        """The messages of a command, in the order of their beginnings."""
        assert self._trace is not None
        frame = self._trace.frame().sort_values("start", kind="stable", ignore_index=True)
        frame = frame[frame["number"] == call.command.number]
        return frame if branch is None else frame[frame["branch"] == branch]

    def arrows(self, call: Call, branch: int | None = 0) -> list[tuple[str, str, str]]:
        """The same as (from, to, message)."""
        columns = self.hops(call, branch)[["source", "target", "message"]]
        return list(columns.itertuples(index=False, name=None))

    def containers(self, state: str = "running") -> list[Container]:
        """Those of the list that are in a state, oldest first."""
        table = self.system.table
        chosen = [container for container in table if container.state.value == state]
        return sorted(chosen, key=lambda container: container.number)

    def _perform(
        self, call: Call, at: float, on: Call | Container | None
    ) -> Generator[simpy.Event, Any, None]:
        yield self.env.timeout(at)
        if on is not None:
            call.command.container = on.container if isinstance(on, Call) else on
        call.began = self.env.now
        try:
            yield from self.system.cli.execute(call.command)
            call.outcome = OK
        except CommandError as error:
            call.outcome = error.outcome
        call.ended = self.env.now


class Run:
    """A scenario on its way to its very end: to when nothing is left to happen."""

    def __init__(self, given: Scenario) -> None:
        self.scenario = given
        self.env = Environment()
        streams = Streams(given.run.seed)
        self.system = System(self.env, given, streams, None)
        self.log = CommandLog(self.env, given.run.commands or inf)
        issuer = Issuer(self.env, self.system, self.log)
        chooser = Chooser(given, streams, self.system.table)
        for workload in given.workload:
            for source in sources(self.env, workload, streams, chooser, issuer):
                issuer.run(source)

    def to_the_end(self, watch: Callable[[], None] | None = None) -> pd.DataFrame:
        """All commands; `watch` is called after every event."""
        while self.env.peek() < inf:
            self.env.step()
            if watch is not None:
                watch()
        self.log.record_in_progress()
        return self.log.records.frame().sort_values("number", ignore_index=True)


@cache
def plain(variant: str = "diagram") -> Scenario:
    """One present image of one layer, everything else by default."""
    return scenario(flow={"variant": variant})
