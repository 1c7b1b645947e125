"""The host's cores, and who of those that want them is served.

`fair` is what a kernel's scheduler comes to: all share the cores at once, none gets more than one.
Where steps name groups, it is the groups that share, and within each group its members.
`fifo` serves to completion in the order of arrival; its departures are known on arrival, which
makes it the discipline to compare with request-hold-release models.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import Any, Protocol

import simpy

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.semaphore import Semaphore
from docksim.des.sharing import Job, Occupation, SharedStation
from docksim.des.statistics import Totals
from docksim.des.streams import Draws
from docksim.scenario.host import Host
from docksim.system.activity import Activity, Booking
from docksim.system.command import Command
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
        cpu: Draws,
        per_item: Draws,
        throughput: Draws | None,
        threads: float,
        group: str | None,
        quantum: float,
    ) -> FairLabour | FifoLabour:
        """A step that works: as drawn, for each item, and for each byte of its payload; if it has
        a `quantum` (s), in turn with those of its group."""

    def begin(self, demand: float, threads: float, group: str | None) -> simpy.Event:
        """Start `demand` core-seconds now; the event is their end."""

    def withdraw(self, work: simpy.Event) -> object:
        """Take back work that was begun and is no longer wanted."""

    def occupy(self, cores: float) -> Occupation:
        """Keep up to `cores` busy until released."""

    @property
    def contenders(self) -> float:
        """How many cores the groups at work would keep busy, each if it were alone: whom a thread
        that is woken up has to wait for, none as long as a core is idle."""

    def totals(self) -> Totals:
        """What the cores have done so far."""


class FairProcessor:
    """Processor sharing; a step runs on as many cores at once as it has threads.

    `cores` is what they all get done together, in cores that run alone.
    """

    def __init__(self, env: Environment, name: str, cores: float, *, grouped: bool) -> None:
        self._env = env
        self._station = SharedStation(env, name, cores, grouped=grouped)
        self._turns: dict[str | None, Semaphore] = {}
        self.totals = self._station.totals

    def labour(
        self,
        ledger: Ledger,
        cpu: Draws,
        per_item: Draws,
        throughput: Draws | None,
        threads: float,
        group: str | None,
        quantum: float,
    ) -> FairLabour:
        labour = (self._env, ledger, cpu, per_item, throughput)
        threads = min(threads, self._station.capacity)
        if not quantum:
            return FairLabour(self._station, threads, group, *labour)
        return LabourInTurn(self._turns_of(group), quantum, self._station, threads, group, *labour)

    def begin(self, demand: float, threads: float, group: str | None) -> simpy.Event:
        return self._station.serve(demand, threads, threads, group)

    @property
    def contenders(self) -> float:
        return self._station.claims if self._station.is_full else 0.0

    def withdraw(self, work: simpy.Event) -> float:
        assert isinstance(work, Job)
        return self._station.withdraw(work)

    def _turns_of(self, group: str | None) -> Semaphore:
        """As many turns at once as there are cores."""
        if group not in self._turns:
            cores = math.ceil(self._station.capacity)
            self._turns[group] = Semaphore(self._env, f"host.cpu.{group}", cores)
        return self._turns[group]

    def occupy(self, cores: float) -> Occupation:
        """A container's threads: each core of its share has a thread's weight."""
        return self._station.occupy(cores, max(1.0, math.ceil(cores)), CONTAINERS)


class Labour:
    """Work on the cores: core-seconds as drawn, for each item, and for each byte of a payload."""

    __slots__ = ("cpu", "env", "ledger", "per_item", "throughput")

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        cpu: Draws,
        per_item: Draws,
        throughput: Draws | None,
    ) -> None:
        self.env = env
        self.ledger = ledger
        self.cpu = cpu
        self.per_item = per_item
        self.throughput = throughput

    def besides(self, command: Command, items: float, size: float) -> float:
        """The demand of so many items and `size` bytes, besides what is drawn."""
        key = (command.number, command.occurrence)
        demand = items * self.per_item.at(*key) if items else 0.0
        return demand + size / self.throughput.at(*key) if self.throughput else demand


class FairLabour(Labour, Activity):
    """On shared cores; a process that is interrupted takes its work back."""

    __slots__ = ("group", "station", "threads")

    def __init__(
        self, station: SharedStation, threads: float, group: str | None, *labour: Any
    ) -> None:
        super().__init__(*labour)
        self.station = station
        self.group = group
        self.threads = threads

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        env = self.env
        if command.owed:
            yield env.sleep(command.owed)
            command.owed = 0.0
        demand = self.cpu.at(command.number, command.occurrence)
        if items or size:
            demand += self.besides(command, items, size)
        began = env.now
        yield from self.compute(demand)
        ledger = self.ledger
        ledger.visits += 1
        ledger.busy += demand
        waited = env.now - began - demand / self.threads
        if waited > NOTHING:
            command.waited += waited
            ledger.waited += waited

    def compute(self, demand: float) -> Events:
        """Spend core-seconds on the cores."""
        work = self.station.serve(demand, self.threads, self.threads, self.group)
        try:
            yield work
        except BaseException:
            self.station.withdraw(work)
            raise


class LabourInTurn(FairLabour):
    """On shared cores, but at most so many of a group at once, each for at most a quantum (s) of
    its threads' time before the next has its turn: round robin.

    So does Go's scheduler with goroutines, of which GOMAXPROCS run at a time and none longer than
    10 ms while others wait (forcePreemptNS, runtime/proc.go).
    """

    __slots__ = ("quantum", "turns")

    def __init__(self, turns: Semaphore, quantum: float, *labour: Any) -> None:
        super().__init__(*labour)
        self.turns = turns
        self.quantum = quantum * self.threads

    def compute(self, demand: float) -> Events:
        while demand > 0.0:
            yield from self.turns.acquire()
            try:
                yield from super().compute(min(demand, self.quantum))
            finally:
                self.turns.release()
            demand -= self.quantum


class FifoProcessor:
    """Run to completion in the order of arrival, each step on one core."""

    def __init__(self, env: Environment, name: str, cores: int) -> None:
        self._env = env
        self._station = FifoStation(env, name, cores)
        self.totals = self._station.totals

    def labour(
        self,
        ledger: Ledger,
        cpu: Draws,
        per_item: Draws,
        throughput: Draws | None,
        threads: float,
        group: str | None,
        quantum: float,
    ) -> FifoLabour:
        return FifoLabour(self._station, self._env, ledger, cpu, per_item, throughput)

    def begin(self, demand: float, threads: float, group: str | None) -> simpy.Event:
        return self._env.timeout(self._station.visit(demand))

    @property
    def contenders(self) -> float:
        return self._station.totals().capacity if self._station.is_full else 0.0

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
        demand = self.cpu.at(command.number, command.occurrence)
        if items or size:
            demand += self.besides(command, items, size)
        command.owed = delay = self.station.visit(demand)
        ledger = self.ledger
        ledger.visits += 1
        ledger.busy += demand
        if delay > demand:
            command.waited += delay - demand
            ledger.waited += delay - demand


def processor(env: Environment, name: str, host: Host, *, grouped: bool) -> Processor:
    """The host's cores under its scheduler; `grouped`: some work is done in groups."""
    if host.scheduler == "fifo":
        return FifoProcessor(env, name, host.cores)
    # One core alone has nobody to lose by.
    cores = max(1.0, host.cores * host.parallel_efficiency)
    return FairProcessor(env, name, cores, grouped=grouped)
