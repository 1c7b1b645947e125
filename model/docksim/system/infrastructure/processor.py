"""The host's cores, and who of those that want them is served.

`fair` is what a kernel's scheduler comes to: all share the cores at once, none gets more than one.
Where steps name groups, it is the groups that share, and within each group its members.
`fifo` serves to completion in the order of arrival; its departures are known on arrival, which
makes it the discipline to compare with request-hold-release models.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator
from functools import partial
from typing import Any, Protocol

import simpy

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.sharing import Job, Occupation, SharedStation
from docksim.des.statistics import Totals
from docksim.des.streams import Draws
from docksim.scenario.host import Host
from docksim.system.activity import Activity, Booking
from docksim.system.command import Command
from docksim.system.infrastructure.demand import Demand
from docksim.system.infrastructure.heap import Allocation
from docksim.system.infrastructure.slices import Slices
from docksim.system.infrastructure.turns import Spend, Turns, compute
from docksim.system.ledger import Ledger

Events = Generator[simpy.Event, object, None]

CONTAINERS = "containers"
"""The group of what runs in containers: one control group is the parent of all of theirs."""

NOTHING = 1e-12
"""Seconds that are no waiting but rounding."""


class Processor(Protocol):
    """Cores that commands and containers compete for."""

    def labour(
        self,
        ledger: Ledger,
        demand: Demand,
        threads: float,
        group: str | None,
        quantum: float,
        allocation: Allocation | None = None,
        *,
        brief: bool = False,
    ) -> FairLabour | FifoLabour:
        """A step that works; if it has a `quantum` (s), in turn with those of its group, whose
        memory it may allocate. A `brief` one loses parts of slices to others, and no time else."""

    def turns(self, group: str | None) -> Turns | None:
        """The turns of a group, where cores are shared."""

    def begin(self, demand: float, threads: float, group: str | None) -> simpy.Event:
        """Start `demand` core-seconds now; the event is their end."""

    def withdraw(self, work: simpy.Event) -> object:
        """Take back work that was begun and is no longer wanted."""

    def occupy(self, cores: float) -> Occupation:
        """Keep up to `cores` busy until released."""

    def contenders(self, apart_from: str | None = None) -> float:
        """How many threads contend with one that is woken up, over the cores that there are; see
        `FairGroups.rivals`."""

    def totals(self) -> Totals:
        """What the cores have done so far."""


class FairProcessor:
    """Processor sharing; a step runs on as many cores at once as it has threads.

    `cores` is what they all get done together, in cores that run alone; `slice_` how long a thread
    computes beside others before it is their turn (s; 0: all share every moment).
    """

    def __init__(
        self,
        env: Environment,
        name: str,
        cores: float,
        slice_: float,
        uniforms: Callable[[str], Draws],
        *,
        grouped: bool,
    ) -> None:
        self._env = env
        self._slice = slice_
        self._uniforms = uniforms
        self._slices: dict[str, Slices] = {}
        self._station = SharedStation(env, name, cores, grouped=grouped)
        self._turns: dict[str | None, Turns] = {}
        self.totals = self._station.totals

    def labour(
        self,
        ledger: Ledger,
        demand: Demand,
        threads: float,
        group: str | None,
        quantum: float,
        allocation: Allocation | None = None,
        *,
        brief: bool = False,
    ) -> FairLabour:
        labour = (self._env, ledger, demand)
        threads = min(threads, self._station.capacity)
        spend = self._spend(group, brief=brief)
        if not quantum:
            return FairLabour(spend, threads, *labour)
        return LabourInTurn(self.turns(group), quantum, allocation, spend, threads, *labour)

    def _spend(self, group: str | None, *, brief: bool) -> Spend:
        if not (brief and group and self._slice):
            return partial(compute, self._station, group=group)
        if group not in self._slices:
            chances = self._uniforms(f"slices of {group}")
            of = (self._env, self._station, group, self._slice, chances)
            self._slices[group] = Slices(*of)
        return self._slices[group].compute

    def begin(self, demand: float, threads: float, group: str | None) -> simpy.Event:
        return self._station.serve(demand, threads, threads, group)

    def contenders(self, apart_from: str | None = None) -> float:
        return self._station.rivals(apart_from) / self._station.capacity

    def withdraw(self, work: simpy.Event) -> float:
        assert isinstance(work, Job)
        return self._station.withdraw(work)

    def turns(self, group: str | None) -> Turns:
        """As many at once as there are cores."""
        if group not in self._turns:
            cores = math.ceil(self._station.capacity)
            self._turns[group] = Turns(self._env, self._station, group, cores)
        return self._turns[group]

    def occupy(self, cores: float) -> Occupation:
        """A container's threads: each core of its share has a thread's weight."""
        return self._station.occupy(cores, max(1.0, math.ceil(cores)), CONTAINERS)


class Labour:
    """Work on the cores."""

    __slots__ = ("demand", "env", "ledger")

    def __init__(self, env: Environment, ledger: Ledger, demand: Demand) -> None:
        self.env = env
        self.ledger = ledger
        self.demand = demand


class FairLabour(Labour, Activity):
    """On shared cores; a process that is interrupted takes its work back."""

    __slots__ = ("spend", "threads")

    def __init__(self, spend: Spend, threads: float, *labour: Any) -> None:
        super().__init__(*labour)
        self.spend = spend
        self.threads = threads

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        env = self.env
        if command.owed:
            yield env.sleep(command.owed)
            command.owed = 0.0
        began = env.now
        demand = self.demand.of(command, items, size)
        yield from self.compute(demand, items)
        ledger = self.ledger
        ledger.visits += 1
        ledger.busy += demand
        waited = env.now - began - demand / self.threads
        if waited > NOTHING:
            command.waited += waited
            ledger.waited += waited

    def compute(self, demand: float, items: float) -> Events:
        """Spend core-seconds on the cores."""
        return self.spend(demand, self.threads)


class LabourInTurn(FairLabour):
    """On shared cores, in turn with others of the group, whose memory it may allocate."""

    __slots__ = ("allocation", "quantum", "turns")

    def __init__(
        self, turns: Turns, quantum: float, allocation: Allocation | None, *labour: Any
    ) -> None:
        super().__init__(*labour)
        self.turns = turns
        self.quantum = quantum
        self.allocation = allocation

    def compute(self, demand: float, items: float) -> Events:
        if self.allocation:
            return self.allocation.during(demand, items, self._take)
        return self._take(demand)

    def _take(self, demand: float) -> Events:
        return self.turns.take(demand, self.threads, self.quantum, self.spend)


class FifoProcessor:
    """Run to completion in the order of arrival, each step on one core."""

    def __init__(self, env: Environment, name: str, cores: int) -> None:
        self._env = env
        self._station = FifoStation(env, name, cores)
        self.totals = self._station.totals

    def labour(
        self,
        ledger: Ledger,
        demand: Demand,
        threads: float,
        group: str | None,
        quantum: float,
        allocation: Allocation | None = None,
        *,
        brief: bool = False,
    ) -> FifoLabour:
        return FifoLabour(self._station, self._env, ledger, demand)

    def turns(self, group: str | None) -> None:
        """None: who has begun computes to the end."""

    def begin(self, demand: float, threads: float, group: str | None) -> simpy.Event:
        return self._env.timeout(self._station.visit(demand))

    def contenders(self, apart_from: str | None = None) -> float:
        return 1.0 if self._station.is_full else 0.0

    def withdraw(self, work: simpy.Event) -> None:
        """A departure that was promised on arrival is kept: the work is done for nobody."""

    def occupy(self, cores: float) -> Occupation:
        raise NotImplementedError("a run-to-completion processor has no share to give")


class FifoLabour(Labour, Booking):
    """In turn, to completion."""

    __slots__ = ("station",)

    def __init__(self, station: FifoStation, *labour: Any) -> None:
        super().__init__(*labour)
        self.station = station

    def book(self, command: Command, items: float, size: float) -> None:
        demand = self.demand.of(command, items, size)
        command.owed = delay = self.station.visit(demand)
        ledger = self.ledger
        ledger.visits += 1
        ledger.busy += demand
        if delay > demand:
            command.waited += delay - demand
            ledger.waited += delay - demand


def processor(
    env: Environment, name: str, host: Host, uniforms: Callable[[str], Draws], *, grouped: bool
) -> Processor:
    """The host's cores under its scheduler; `grouped`: some work is done in groups."""
    if host.scheduler == "fifo":
        return FifoProcessor(env, name, host.cores)
    # One core alone has nobody to lose by.
    cores = max(1.0, host.cores * host.parallel_efficiency)
    return FairProcessor(env, name, cores, host.slice, uniforms, grouped=grouped)
