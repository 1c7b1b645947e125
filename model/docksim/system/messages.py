"""Messages: the arrows of the sequence diagrams, each with what it costs.

A call (`→`) is worked on by its receiver, a reply (`⇢`) by its sender, work (`↻`) by the
component itself. What that work demands is looked up in the profile by the operation's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

import simpy

from docksim.des.distributions import Constant, Distribution, Shifted
from docksim.des.environment import Environment
from docksim.des.fair_groups import KERNEL
from docksim.des.fifo import FifoStation
from docksim.des.recorder import Recorder
from docksim.des.streams import Draws, Streams
from docksim.scenario.errors import Problem, ScenarioError
from docksim.scenario.profile import Step as StepCost
from docksim.scenario.scenario import Scenario
from docksim.system.activity import Activity, Step
from docksim.system.command import EXIT_BRANCH, Command
from docksim.system.components import DOCKERD
from docksim.system.infrastructure.caches import EVERYTHING, Caches, Displacement, Refill
from docksim.system.infrastructure.demand import Demand
from docksim.system.infrastructure.heap import Allocation, Heap
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.pace import Pace
from docksim.system.kernel_waits import KernelWaits
from docksim.system.ledger import Ledger
from docksim.system.steps import (
    Background,
    Chain,
    Flow,
    Locked,
    Pause,
    Transfer,
    Visit,
)
from docksim.system.traced import Kind, TracedMessage


class Message(Protocol):
    """Sends one message (for `yield from`), for so many items and a payload of `size` bytes."""

    def __call__(
        self, command: Command, items: float = 0, size: float = 0.0
    ) -> Iterable[simpy.Event]: ...


class Costs:
    """The cost book: makes messages out of the profile's operations.

    Its methods raise ScenarioError when the profile lacks what the system needs.
    """

    def __init__(
        self,
        env: Environment,
        scenario: Scenario,
        streams: Streams,
        host: Host,
        trace: Recorder | None,
    ) -> None:
        self._env = env
        self._operations = scenario.profile.operations
        self._cores = scenario.host.cores
        self._slowness = 1.0 / scenario.host.cpu_speed
        self._collector = scenario.daemon.collector
        self._heap: Heap | None = None
        caches = scenario.daemon.caches
        self._cached = caches.group if caches else None
        self._caches = Caches(caches.size, caches.shared) if caches else None
        self._uniforms = streams.uniforms
        self._rtt = scenario.registry.rtt
        self._stream_rate = scenario.registry.stream_rate
        self._draws = streams.draws
        self._host = host
        self._kernel = KernelWaits(env, host, scenario.host, streams)
        self._trace = trace
        self.ledgers: dict[str, Ledger] = {}

    def call(
        self, source: str, target: str, text: str, *operations: str, visit: Step | None = None
    ) -> Message:
        """`source → target`: the target works, and may make the call visit a station."""
        return self._message("call", source, target, text, operations, visit=visit)

    def visit(self, component: str, station: FifoStation, operation: str) -> Step:
        """A visit at a component's station, whose service time is the operation's pure wait."""
        cost = self._only_cost_of(operation)
        service = self._draws(f"{component}: {operation}", cost.wait)
        return Visit(self._ledger(component), station, service)

    def reply(
        self, source: str, target: str, text: str, *operations: str, over_link: bool = False
    ) -> Message:
        """`source ⇢ target`: the source works; its payload may come over the host's path."""
        return self._message("reply", source, target, text, operations, over_link)

    def work(self, component: str, text: str, *operations: str) -> Message:
        """`component ↻`: work inside one component."""
        return self._message("work", component, component, text, operations)

    def throughput(self, operation: str) -> float:
        """How many bytes a second one core works off in an operation of one step, on average."""
        cost = self._only_cost_of(operation)
        if cost.throughput is None:
            raise _lacking(operation, "no throughput", "a throughput, in bytes a second")
        return cost.throughput.mean / self._slowness

    def _message(
        self,
        kind: Kind,
        source: str,
        target: str,
        text: str,
        operations: Sequence[str],
        over_link: bool = False,
        visit: Step | None = None,
    ) -> Message:
        worker = source if kind == "reply" else target
        steps = [
            step
            for name in operations
            for i, cost in enumerate(self._costs_of(name))
            for step in self._steps(
                f"{source} > {target}: {text} / {name}[{i}]", worker, cost, over_link
            )
        ]
        if visit is not None:
            steps.append(visit)
        if self._trace is not None:
            return TracedMessage(
                self._env, Chain(self._env, steps), self._trace, source, target, text, kind
            )
        if not steps:
            return _send_for_free
        return _as_one(self._env, steps).perform

    def _costs_of(self, name: str) -> tuple[StepCost, ...]:
        component, _, operation = name.rpartition(".")
        try:
            return self._operations[component][operation]
        except KeyError:
            raise _lacking(name, "missing from the profile", "one or more steps") from None

    def _only_cost_of(self, name: str) -> StepCost:
        costs = self._costs_of(name)
        if len(costs) != 1:
            raise _lacking(name, f"{len(costs)} steps", "a single step")
        return costs[0]

    def _steps(self, name: str, worker: str, cost: StepCost, over_link: bool) -> list[Step]:
        """A cost as a chain of steps, which draw from streams of that name."""
        ledger = self._ledger(worker)
        steps = self._work(name, ledger, cost, over_link)
        steps += self._displacement(cost)
        steps += self._kernel.of(name, ledger, cost)
        pause = _plus(cost.wait, cost.round_trips * self._rtt)
        if pause.mean or cost.wait_per_item:
            waits = self._varying(f"{name}.wait", pause, cost, chance=cost.varies_with)
            steps.append(Pause(waits, cost.wait_per_item))
        retry, joint, lasts = cost.retry, cost.joint, cost.lasts
        for name in filter(None, (cost.inner_lock, cost.lock)):
            lock = self._host.lock(name)
            steps = [Locked(self._env, ledger, lock, steps, retry, joint=joint, lasts=lasts)]
            retry, joint, lasts = 0.0, False, 0.0  # the innermost is what is polled, or shared
        if cost.background:
            steps = [Background(self._env, Chain(self._env, steps))]
        return steps

    def _work(self, name: str, ledger: Ledger, cost: StepCost, over_link: bool) -> list[Step]:
        """What a cost has the cores do, and perhaps the disk and the link at the same time."""
        law = cost.cpu.scaled(self._slowness)
        cpu = self._varying(f"{name}.cpu", law, cost, chance=cost.varies_with)
        pace = self._pace(name, cost)
        on_disk = cost.payload != "none"
        flow = None
        if over_link and not self._host.path.is_empty:
            rates = self._draws(f"{name}.stream_rate", self._stream_rate)
            flow = Flow(self._host.path, rates)
        if on_disk or flow:
            transfer = Transfer(
                self._env,
                ledger,
                self._host,
                cpu,
                pace,
                threads=cost.threads,
                group=cost.group,
                on_disk=on_disk,
                flow=flow,
            )
            return [transfer]
        if cost.cpu.mean or cost.cpu_per_item.mean or pace:
            per_item = self._draws(f"{name}.cpu_per_item", cost.cpu_per_item.scaled(self._slowness))
            demand = Demand(cpu, per_item, pace, self._refill(name, cost))
            labour = (ledger, demand, cost.threads, cost.group, cost.quantum)
            allocation = self._allocation(cost)
            return [self._host.cpu.labour(*labour, allocation, brief=cost.brief)]
        return []

    def _pace(self, name: str, cost: StepCost) -> Pace | None:
        if cost.throughput is None:
            return None
        law = cost.throughput.scaled(1.0 / self._slowness)
        return Pace(self._varying(f"{name}.throughput", law, cost), cost.grain)

    def _varying(
        self, name: str, law: Distribution, cost: StepCost, chance: str | None = None
    ) -> Draws:
        """What varies with others does so in all layers of a command alike."""
        return self._draws(name, law, chance=chance, alike=EXIT_BRANCH if cost.varies_with else 1)

    def _allocation(self, cost: StepCost) -> Allocation | None:
        """What a step allocates of the memory that is collected."""
        collector = self._collector
        if collector is None or cost.group != collector.group:
            return None
        if not (cost.allocates or cost.allocates_per_item):
            return None
        turns = self._host.cpu.turns(collector.group)
        if turns is None:
            return None
        if self._heap is None:
            cpu = self._draws("collection.cpu", collector.cpu.scaled(self._slowness))
            used = collector.every * self._uniforms("collection.used").at(0)
            of = (self._ledger(DOCKERD), turns, collector.every, cpu, collector.slice, used)
            self._heap = Heap(self._env, *of)
        return Allocation(self._heap, cost.allocates, cost.allocates_per_item)

    def _refill(self, name: str, cost: StepCost) -> Refill | None:
        if self._caches is None or cost.group != self._cached or not cost.refill:
            return None
        return Refill(self._caches, name, cost.refill * self._slowness)

    def _displacement(self, cost: StepCost) -> list[Step]:
        """What a step goes through on the way: its own memory, or as another program everything."""
        if self._caches is None or cost.group is None:
            return []
        if cost.group == self._cached:
            sizes = (cost.allocates, cost.allocates_per_item, cost.displaces)
        elif cost.group == KERNEL or cost.brief or not cost.cpu.mean:
            return []
        else:
            sizes = (EVERYTHING, 0.0, 0.0)
        return [Displacement(self._caches, *sizes)] if any(sizes) else []

    def _ledger(self, component: str) -> Ledger:
        if component not in self.ledgers:
            self.ledgers[component] = Ledger(self._env, component, self._cores)
        return self.ledgers[component]


def _as_one(env: Environment, steps: Sequence[Step]) -> Activity:
    first, *more = steps
    return first if isinstance(first, Activity) and not more else Chain(env, steps)


def _send_for_free(command: Command, items: float = 0, size: float = 0.0) -> Iterable[simpy.Event]:
    return ()


def _lacking(operation: str, found: str, allowed: str) -> ScenarioError:
    component, _, name = operation.rpartition(".")
    return ScenarioError(Problem(found, allowed, at=("profile", "operations", component, name)))


def _plus(law: Distribution, constant: float) -> Distribution:
    if isinstance(law, Constant):
        return Constant(law.value + constant)
    return Shifted(law, constant) if constant else law
