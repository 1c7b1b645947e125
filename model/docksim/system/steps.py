"""Steps: what a message costs at the component that works on it.

A cost of the profile becomes a chain of the plainest steps that do: labour on the cores (or a
transfer, when a payload moves at the same time), flushes, a pause; under its lock if it names one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import Any

import simpy

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.semaphore import Lock, Semaphore
from docksim.des.streams import Draws
from docksim.system.activity import Activity, Booking, Step
from docksim.system.command import Command
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.pace import Pace
from docksim.system.infrastructure.path import Path
from docksim.system.infrastructure.processor import NOTHING
from docksim.system.ledger import Ledger

Events = Generator[simpy.Event, object, None]


class Pause(Booking):
    """Time that passes and uses nothing."""

    __slots__ = ("per_item", "wait")

    settles = False

    def __init__(self, wait: Draws, per_item: float) -> None:
        self.wait = wait
        self.per_item = per_item

    def book(self, command: Command, items: float, size: float) -> None:
        command.owed += self.wait.at(command.number, command.occurrence) + items * self.per_item


class Visit(Booking):
    """Service by a FIFO station, in its turn, as by the registry's servers."""

    __slots__ = ("ledger", "service", "station")

    settles = True

    def __init__(self, ledger: Ledger, station: FifoStation, service: Draws) -> None:
        self.ledger = ledger
        self.station = station
        self.service = service

    def book(self, command: Command, items: float, size: float) -> None:
        service = self.service.at(command.number, command.occurrence)
        command.owed = delay = self.station.visit(service)
        if delay > service:
            command.waited += delay - service
            self.ledger.waited += delay - service


class Flow:
    """The path that a payload comes over, at most at the rate of one stream (bytes/s)."""

    def __init__(self, path: Path, stream_rate: Draws) -> None:
        self._path = path
        self._stream_rate = stream_rate
        self.withdraw = path.withdraw

    def begin(self, command: Command, size: float) -> tuple[simpy.Event, float]:
        """Start the transfer: the event of its end, and how long it takes at the least (s)."""
        return self._path.begin(size, self._stream_rate.at(command.number, command.occurrence))


class Transfer(Activity):
    """A payload over the link, through the cores and to or from the disk, all at once.

    It lasts as long as the slowest of the three.
    """

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        host: Host,
        cpu: Draws,
        pace: Pace | None,
        *,
        threads: float,
        group: str | None,
        on_disk: bool,
        flow: Flow | None,
    ) -> None:
        self._env = env
        self._ledger = ledger
        self._host = host
        self._cpu = cpu
        self._pace = pace
        self._threads = threads
        self._group = group
        self._on_disk = on_disk
        self._flow = flow

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        yield from command.settle(self._env)
        began = self._env.now
        demand = self._demand(command, size)
        under_way, shortest = self._begin(command, demand, size)
        try:
            yield self._env.all_of([event for event, _ in under_way])
        except BaseException:
            for event, withdraw in under_way:
                withdraw(event)
            raise
        self._ledger.visits += 1
        self._ledger.busy += demand
        waited = self._env.now - began - shortest
        if waited > NOTHING:
            self._ledger.waited += waited
            command.waited += waited

    def _demand(self, command: Command, size: float) -> float:
        demand = self._cpu.at(command.number, command.occurrence)
        return demand + self._pace.seconds(command, size) if self._pace else demand

    def _begin(
        self, command: Command, demand: float, size: float
    ) -> tuple[list[tuple[simpy.Event, Callable[[Any], object]]], float]:
        """What is under way, with how to take each back; how long it takes at the least (s)."""
        host = self._host
        under_way: list[tuple[simpy.Event, Callable[[Any], object]]]
        under_way = [(host.cpu.begin(demand, self._threads, self._group), host.cpu.withdraw)]
        shortest = demand / self._threads
        if self._on_disk:
            under_way.append((host.disk.serve(size), host.disk.withdraw))
            shortest = max(shortest, size / host.disk.capacity)
        if self._flow:
            transfer, at_least = self._flow.begin(command, size)
            under_way.append((transfer, self._flow.withdraw))
            shortest = max(shortest, at_least)
        return under_way, shortest


class Chain(Activity):
    """Steps one after the other: what a message costs."""

    __slots__ = ("env", "steps")

    def __init__(self, env: Environment, steps: Sequence[Step]) -> None:
        self.env = env
        self.steps = steps

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        for step in self.steps:
            if isinstance(step, Activity):
                yield from step.perform(command, items, size)
                continue
            if command.owed and step.settles:
                yield self.env.sleep(command.owed)
            step.book(command, items, size)


class Locked(Activity):
    """Steps under a lock, which is held until all that they owe is over.

    Who hands it over to one that waits lets that one go first: so does Go with a mutex that has
    been waited for (starving mode in mutex.go, direct handoff in runtime/sema.go).
    With a `retry` (s) nobody queues: who finds the lock taken sleeps that long and looks again.
    Where steps are `joint`, they serve all who wait when they begin: these find nothing left to do.
    What they do may hold for a while, which `lasts` so many times as long as it took, after the
    last who came: nor does who comes by then.
    """

    __slots__ = ("env", "joint", "lasts", "ledger", "lock", "retry", "steps")

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        lock: Lock,
        steps: Sequence[Step],
        retry: float = 0.0,
        *,
        joint: bool = False,
        lasts: float = 0.0,
    ) -> None:
        self.env = env
        self.ledger = ledger
        self.lock = lock
        self.steps = steps
        self.retry = retry
        self.joint = joint
        self.lasts = lasts

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        env = self.env
        if command.owed:
            yield env.sleep(command.owed)
            command.owed = 0.0
        began = env.now
        while self.retry and self.lock.is_taken:
            yield env.sleep(self.retry)
        turn = self.lock.acquire()
        if turn or env.now > began:
            yield from turn
            command.waited += env.now - began
            self.ledger.waited += env.now - began
        try:
            left, since = self._left(began), env.now
            for step in left:
                if isinstance(step, Activity):
                    yield from step.perform(command, items, size)
                    continue
                if command.owed and step.settles:
                    yield env.sleep(command.owed)
                step.book(command, items, size)
            if command.owed:
                yield env.sleep(command.owed)
                command.owed = 0.0
            if self.lasts:
                self._renew(env.now - since if left else self.lock.took)
        finally:
            handed_over = self.lock.waiting
            self.lock.release()
        if handed_over:
            yield env.sleep(0.0)

    def _left(self, arrived: float) -> Sequence[Step]:
        """What there is to do for one who came then."""
        if self.lasts and self.env.now < self.lock.holds_until:
            return ()
        if not self.joint:
            return self.steps
        if self.lock.served_since > arrived:
            return ()
        self.lock.served_since = self.env.now
        return self.steps

    def _renew(self, took: float) -> None:
        """Let what was done hold from now on, which took so long (s)."""
        self.lock.took = took
        self.lock.holds_until = self.env.now + self.lasts * took


class Background(Booking):
    """Work that goes on beside what follows; nobody waits for it."""

    __slots__ = ("env", "work")

    def __init__(self, env: Environment, work: Activity) -> None:
        self.env = env
        self.work = work

    def book(self, command: Command, items: float, size: float) -> None:
        command.owed = 0.0
        self.env.process(self._carry_on(command.fork(command.occurrence), items, size))

    def _carry_on(self, branch: Command, items: float, size: float) -> Events:
        yield from self.work.perform(branch, items, size)
        yield from branch.settle(self.env)


def hold(env: Environment, command: Command, lock: Semaphore) -> Events:
    """Acquire a lock for a command, after all that it owes; the caller releases."""
    if command.owed:
        yield env.sleep(command.owed)
        command.owed = 0.0
    began = env.now
    yield from lock.acquire()
    command.waited += env.now - began
