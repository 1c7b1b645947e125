"""Parts of what was measured, and what they are under.

An operation of the Engine API is measured as a whole: its latency, the CPU time of each component,
and the kernel sleeps that are serialised.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.store import Access, told_apart
from docksim.engine.errors import EngineError

BRIDGE = "bridge"
NETWORKS = ("none", BRIDGE)

QUANTUM = 0.015
"""Seconds that a goroutine computes mostly while others wait: it is preempted after 10 ms
(forcePreemptNS, runtime/proc.go of Go) by who looks every 10 ms when little else happens (sysmon,
there), so after 10 to 20. dockerd's goroutines have GOMAXPROCS processors."""

CGROUP = "kernel.cgroup"
"""Moving a process into a cgroup (v1) takes the thread groups' lock for writing, which begins with
an RCU grace period that all others wait for, too: cgroup_procs_write_start in
kernel/cgroup/cgroup.c, under cgroup_mutex."""

CGROUP_LASTS = 2.0
"""Grace periods after the last move in which no other has to wait: the one that it asks for, and
one more as others came meanwhile (GP_REPLAY in rcu_sync_func, kernel/rcu/sync.c). Seen: of two
processes that are moved one after the other, the second takes 0.3 ms up to 15 ms after the first
has waited 6, and as long as the first from 20 ms on."""

BARRIER = "kernel.rcu_barrier"
"""Network devices that move or go, and network namespaces that end, wait for all RCU callbacks,
one at a time: barrier_mutex in rcu_barrier, kernel/rcu/tree.c. Who has waited while a whole barrier
went by has nothing left to do (early exit, there)."""

DAEMON, RUNTIME, CONTAINERS = "dockerd", "containerd", "containers"
"""Groups of the scheduler: dockerd is a session by itself, containerd with the shims and whatever
they execute is another (moby starts it with setsid), and all containers' control groups have one
parent. Seen in /proc/PID/autogroup and /proc/PID/cgroup."""

METADATA = "containerd.metadata"
"""containerd's database has one writer at a time: beginRWTx in db.go, bbolt; seen in dumps of
containerd's goroutines under load."""

UPDATES = {"start": 3, "rm --force": 1}
"""Of containerd's database: to make a container, there is a lease meanwhile, which is made and
deleted too (NewContainer in client.go, containerd); one deletes it."""

NETLINK = "dockerd.netlink"
"""All requests of dockerd's that change network devices of the host's go over one socket, one at a
time; those that move a device or delete it are answered when that barrier is over: NlHandle in
ns/init_linux.go, libnetwork, and Execute in nl/nl_linux.go, netlink."""


@dataclass(frozen=True)
class Section:
    """Serialised waiting: `count` times, `seconds` in all, under `lock` and perhaps another; each
    time for so many flushes."""

    lock: str
    seconds: float
    count: float
    inner: str = ""
    flushes: int = 0

    @property
    def times(self) -> int:
        """The count, as it is mostly."""
        return max(1, round(self.count))


@dataclass(frozen=True)
class Share:
    """A part of an operation: core-seconds and s of waiting, means.

    of          whose latency tells how it varies
    per_item, per_byte   core-seconds that each adds on average
    variation   of what an item adds: values seen, over their mean; none where it is constant
    byte_variation   coefficient of variation of what a byte adds, from `grain` to `grain` (bytes)
    allocated, allocated_per_item   bytes of the daemon's memory
    displaces   bytes of the daemon's memory that it goes through for each byte of a payload
    refill      core-seconds more when nothing that it uses is in the caches
    stored      accesses to the network's store; what else there is, is done between them, or until
                `stored_until` (s) after them
    locked      waiting that is serialised, before the reply and after it
    again       core-seconds besides of programs that dockerd executes for it
    flushing    s of it that are flushes
    flushes     how many those are; 0 where they were not counted
    unmounts    how many unmounts of overlays are within its waiting
    grace_periods   how many of RCU are within its waiting
    beside      core-seconds while it waits and computes
    background  core-seconds after the reply
    group   the scheduler's group that it is done in; empty: none
    in_turn whether dockerd's goroutines take turns with it: not where it is in system calls, from
            which Go's scheduler takes the processor away (retake, runtime/proc.go)
    waits_in   the group of who waits, where another computes; empty: the same
    lock    under which it is done; empty: none
    wakeups  how often a thread is woken up for it, where it is so brief that it matters
    """

    cpu: float
    wait: float
    threads: float
    of: Key
    per_item: float = 0.0
    variation: Sequence[float] = ()
    per_byte: float = 0.0
    byte_variation: float = 0.0
    grain: float = 0.0
    allocated: float = 0.0
    allocated_per_item: float = 0.0
    displaces: float = 0.0
    refill: float = 0.0
    again: float = 0.0
    flushing: float = 0.0
    flushes: float = 0.0
    unmounts: float = 0.0
    grace_periods: float = 0.0
    stored: Sequence[Access] = ()
    stored_until: float = 0.0
    locked: Section | None = None
    beside: float = 0.0
    background: float = 0.0
    background_locked: Section | None = None
    group: str = ""
    in_turn: bool = True
    waits_in: str = ""
    lock: str = ""
    wakeups: int = 0


class Book:
    """What was measured, and who gets a part of it."""

    def __init__(self, found: Mapping[Key, Demand]) -> None:
        self.found = found

    def all_of(self, operation: str) -> list[Key]:
        """An operation, under whatever conditions."""
        return [key for key in self.found if key.operation == operation]

    def demand(self, key: Key) -> Demand:
        """Raises EngineError when that was not measured."""
        try:
            return self.found[key]
        except KeyError:
            raise EngineError(
                f"the dataset lacks {key.operation} by one client with accounting, network "
                f"{key.network}, behaviour {key.behaviour}"
            ) from None

    def key(self, operation: str, network: str = "host") -> Key:
        """The measurement with the fewest things lying about, the shortest log, and the quickest
        stop."""
        keys = [key for key in self.all_of(operation) if key.network == network]
        if operation in ("stop", "rm"):
            keys = [key for key in keys if key.behaviour == "honours"]
        wanted = Key(operation, network, "honours")
        return min(keys, key=lambda key: tuple(key[3:]), default=wanted)

    def stored(self, key: Key) -> list[Access]:
        """An operation's accesses to the network's store."""
        accesses = self.demand(key).accesses
        return told_apart(accesses, key.operation, bridge=key.network == BRIDGE)

    def part(self, key: Key, cpu: float, wait: float = 0.0, **more: object) -> Share:
        """A share of an operation."""
        return Share(cpu, wait, self.demand(key).threads, key, **more)  # type: ignore[arg-type]
