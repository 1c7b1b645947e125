"""Which operation of the profile gets which part of what was measured.

An operation of the Engine API is measured as a whole: its latency, the CPU time of each component,
and the kernel sleeps that are serialised. Networks cost what they cost more than the host's own.
What the data do not tell apart, one operation of the profile stands for, and says so; the others
of that request are free then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import hypot

from docksim.engine.calibration.demands import Demand, Key
from docksim.engine.calibration.store import Access, creation, gaps, told_apart
from docksim.engine.errors import EngineError

BRIDGE = "bridge"
NETWORKS = ("none", BRIDGE)

QUANTUM = 0.010
"""Seconds that a goroutine computes at most while others wait: forcePreemptNS, runtime/proc.go of
Go. dockerd's goroutines have GOMAXPROCS processors, in the order in which they become ready."""

CGROUP = "kernel.cgroup"
"""Moving a process into a cgroup (v1) takes the thread groups' lock for writing, which lasts an
RCU grace period: cgroup_procs_write_start, kernel/cgroup/cgroup.c."""

BARRIER = "kernel.rcu_barrier"
"""Network devices that move or go, and network namespaces that end, wait for all RCU callbacks,
one at a time: barrier_mutex in rcu_barrier, kernel/rcu/tree.c."""

DAEMON, RUNTIME, CONTAINERS = "dockerd", "containerd", "containers"
"""Groups of the scheduler: dockerd is a session by itself, containerd with the shims and whatever
they execute is another (moby starts it with setsid), and all containers' control groups have one
parent. Seen in /proc/PID/autogroup and /proc/PID/cgroup."""

NETLINK = "dockerd.netlink"
"""All requests of dockerd's that change network devices of the host's go over one socket, one at a
time; those that move a device or delete it are answered when that barrier is over: NlHandle in
ns/init_linux.go, libnetwork, and Execute in nl/nl_linux.go, netlink."""


@dataclass(frozen=True)
class Section:
    """Serialised waiting: `count` times, `seconds` in all, under `lock` and perhaps another."""

    lock: str
    seconds: float
    count: float
    inner: str = ""

    @property
    def times(self) -> int:
        """The count, as it is mostly."""
        return max(1, round(self.count))


@dataclass(frozen=True)
class Share:
    """A part of an operation: core-seconds and s of waiting, means.

    of          whose latency tells how variable it is
    weight      part of that operation's time, for how variability is divided among parts; what is
                drawn by itself adds in squares
    per_item, per_byte   core-seconds that each adds; `per_item_cv` says how variable that is
    stored      accesses to the network's store; what else there is, is done between them, or until
                `stored_until` (s) after them
    locked      waiting that is serialised, before the reply and after it
    again       core-seconds besides of programs that dockerd executes for it
    flushing    s of it that are flushes
    background  core-seconds after the reply
    group   the scheduler's group that it is done in; empty: none
    lock    under which it is done; empty: none
    """

    cpu: float
    wait: float
    threads: float
    of: Key
    weight: float
    per_item: float = 0.0
    per_item_cv: float = 0.0
    per_byte: float = 0.0
    again: float = 0.0
    flushing: float = 0.0
    stored: Sequence[Access] = ()
    stored_until: float = 0.0
    locked: Section | None = None
    background: float = 0.0
    background_locked: Section | None = None
    group: str = ""
    lock: str = ""


def allocate(found: Mapping[Key, Demand]) -> dict[str, Share]:
    """Shares by operation of the profile. Raises EngineError when a measurement is missing."""
    book = _Book(found)
    shares = book.creation() | book.start() | book.removal() | book.reading()
    for network in ("host", *NETWORKS):
        shares |= book.network(network)
    return shares


class _Book:
    def __init__(self, found: Mapping[Key, Demand]) -> None:
        self._found = found

    def creation(self) -> dict[str, Share]:
        key = self._key("create")
        demand = self._demand(key)
        rest = demand.total - demand.cpu["dockerd"]
        return {
            "dockerd.containers_create": self._part(key, demand.cpu["dockerd"], group=DAEMON),
            "storage.overlay2.create_layer": self._part(
                key, rest, demand.wait, flushing=demand.flushing
            ),
        }

    def start(self) -> dict[str, Share]:
        key = self._key("start")
        demand = self._demand(key)
        moved = Section(CGROUP, demand.locked("cgroup"), 1.0)
        after = sum(demand.after.values())
        return {
            "dockerd.containers_start": self._part(key, demand.cpu["dockerd"], group=DAEMON),
            "storage.overlay2.mount": self._part(key, demand.cpu["kernel"]),
            "containerd.create_task": self._part(key, demand.cpu["containerd"], group=RUNTIME),
            "shim.start": self._part(key, demand.cpu["shim"], group=RUNTIME),
            "runtime.runc.create": self._part(
                key,
                demand.cpu["runc"] + demand.cpu["hook"],
                max(0.0, demand.wait - moved.seconds - demand.held),
                flushing=max(0.0, demand.flushing - demand.held),
                group=RUNTIME,
            ),
            "runtime.runc.set_up": self._part(
                key, demand.cpu["init"], locked=moved, background=after, group=CONTAINERS
            ),
        }

    def removal(self) -> dict[str, Share]:
        """A removal by force is an end and a removal; the end is what it has more than `rm`.

        Who waits for an end hears of it when dockerd's work on it is done, but for the network's:
        a removal after a stop finds nothing left to wait for.
        """
        forced, plain, stop = self._key("rm --force"), self._key("rm"), self._key("stop")
        removal, end = self._demand(plain), self._demand(forced)
        exit_work = max(0.0, end.cpu["dockerd"] - removal.cpu["dockerd"])
        stopping = max(0.0, self._demand(stop).cpu["dockerd"] - exit_work)
        kernel = max(0.0, end.cpu["kernel"] - removal.cpu["kernel"])
        runc = (end.cpu["runc"] + end.cpu["init"] + end.cpu["hook"]) / 2
        rest = removal.total - removal.cpu["dockerd"]
        after = sum(end.after.values())
        return {
            "dockerd.containers_delete": self._part(plain, removal.cpu["dockerd"], group=DAEMON),
            "storage.overlay2.delete_layer": self._part(
                plain, rest, removal.wait, flushing=removal.flushing
            ),
            "dockerd.containers_stop": self._part(stop, stopping, group=DAEMON),
            "runtime.runc.kill": self._part(forced, runc, group=RUNTIME),
            "containerd.delete_task": self._part(forced, end.cpu["containerd"], group=RUNTIME),
            "shim.delete_task": self._part(forced, end.cpu["shim"], group=RUNTIME),
            "runtime.runc.delete": self._part(
                forced,
                runc + kernel,
                max(0.0, end.wait - removal.wait - end.held),
                flushing=max(0.0, end.flushing - removal.flushing - end.held),
                background=after,
                group=RUNTIME,
            ),
            "containerd.delete": self._part(forced, exit_work, group=DAEMON),
        }

    def network(self, name: str) -> dict[str, Share]:
        """What a network costs more than the host's own, and all of its part in the store."""
        start, removal = self._key("start", name), self._key("rm --force", name)
        return {
            f"network.{name}.allocate": self._allocation(start),
            f"network.{name}.join": self._joining(start),
            f"network.{name}.namespace": self._namespace(start),
            f"network.{name}.release": self._release(removal),
        }

    def _stored(self, key: Key) -> list[Access]:
        accesses = self._demand(key).accesses
        return told_apart(accesses, key.operation, bridge=key.network == BRIDGE)

    def _opening(self, start: Key) -> tuple[list[Access], int]:
        """Accesses to the store before anything is executed, and how many of them are for the
        endpoint's creation."""
        opened = self._demand(start).opened
        stored = [access for access in self._stored(start) if access.began < opened]
        return stored, creation(stored)

    def _allocation(self, start: Key) -> Share:
        """dockerd makes the endpoint, under its network's lock; what it does besides storing it, it
        does where there is most time between its accesses to the store."""
        stored, creating = self._opening(start)
        cpu, end = self._connecting(start)[0], self._demand(start).opened
        if creating < len(stored):
            end = stored[creating].began
        made = stored[:creating]
        within = min(cpu, max(gaps(made, end), default=cpu))
        lock = NETLINK if start.network == BRIDGE else ""
        return self._part(start, within, group=DAEMON, lock=lock, stored=made, stored_until=end)

    def _joining(self, start: Key) -> Share:
        """The rest that is done before anything is executed."""
        stored, creating = self._opening(start)
        cpu, wait = self._connecting(start)
        rest = cpu - self._allocation(start).cpu
        end = self._demand(start).opened
        joined = stored[creating:]
        return self._part(start, rest, wait, group=DAEMON, stored=joined, stored_until=end)

    def _connecting(self, start: Key) -> tuple[float, float]:
        """Core-seconds and s of waiting that a network adds before anything is executed."""
        here, plain = self._demand(start), self._demand(self._key("start"))
        cpu = max(0.0, sum(here.opening.values()) - sum(plain.opening.values()))
        held = here.held_at_first - plain.held_at_first
        return cpu, max(0.0, here.opened - plain.opened - cpu - held)

    def _namespace(self, start: Key) -> Share:
        here, plain = self._demand(start), self._demand(self._key("start"))
        connecting, waiting = self._connecting(start)
        barrier = max(0.0, here.locked("rcu_barrier") - plain.locked("rcu_barrier"))
        held = here.held - plain.held
        wait = max(0.0, here.wait - plain.wait - waiting - barrier - held)
        again = here.cpu.get("reexec", 0.0)
        cpu = max(0.0, here.total - plain.total - connecting - again)
        moved = Section(NETLINK, barrier, here.sleeps("rcu_barrier"), inner=BARRIER)
        late = [access for access in self._stored(start) if access.began >= here.opened]
        return self._part(start, cpu, wait, again=again, locked=moved, group=RUNTIME, stored=late)

    def _release(self, removal: Key) -> Share:
        here, plain = self._demand(removal), self._demand(self._key("rm --force"))
        barrier = max(0.0, here.locked("rcu_barrier") - plain.locked("rcu_barrier"))
        after = sum(here.after.values()) - sum(plain.after.values())
        cpu = max(0.0, here.total - plain.total)
        return self._part(
            removal,
            cpu,
            max(0.0, here.wait - plain.wait - barrier - (here.held - plain.held)),
            group=DAEMON,
            stored=self._stored(removal),
            locked=Section(NETLINK, barrier, here.sleeps("rcu_barrier"), inner=BARRIER),
            background=max(0.0, after),
            background_locked=Section(BARRIER, *here.asleep_after.get("rcu_barrier", (0.0, 0.0))),
        )

    def reading(self) -> dict[str, Share]:
        shares = {
            "dockerd.images_json": self._listing("images", "images"),
            "dockerd.containers_json": self._listing("ps", "containers"),
            "dockerd.containers_inspect": self._whole(self._key("inspect")),
        }
        return shares | (self._logs() if self._all("logs") else {})

    def _logs(self) -> dict[str, Share]:
        """The last lines cost what is fixed; a byte's cost is in how much a long log adds.

        A log goes from thread to thread until it is sent, while the client reads what came before:
        what a byte adds to the latency beyond its CPU time is how far those wait for each other.
        """
        short, long = (pick(self._all("logs"), key=lambda key: key.log_size) for pick in (min, max))
        some, many = self._demand(short), self._demand(long)
        cpu = max(0.0, many.total - some.total)
        longer = many.mean - some.mean
        decoding = self._part(
            long, 0.0, per_byte=cpu / (long.log_size - short.log_size), group=DAEMON
        )
        if cpu and longer > 0.0:
            decoding = replace(decoding, threads=cpu / longer)
        return {
            "dockerd.containers_logs": self._whole(self._key("logs --tail 10")),
            "dockerd.decode_log": decoding,
        }

    def _listing(self, operation: str, counted: str) -> Share:
        """A list's fixed cost, and what each container or image adds."""
        few, many = (
            pick(self._all(operation), key=lambda key: getattr(key, counted), default=None)
            for pick in (min, max)
        )
        listing = self._whole(few or self._key(operation))
        if few is None or many is None or getattr(few, counted) == getattr(many, counted):
            return listing
        long, short = self._demand(many), self._demand(few)
        extra = max(0.0, long.engine_time - short.engine_time)
        # Core-seconds: as many cores work on the items as on the rest.
        per_item = listing.threads * extra / (getattr(many, counted) - getattr(few, counted))
        variance = max(0.0, long.spread**2 - short.spread**2)
        cv = float(variance**0.5) / extra if extra else 0.0
        return replace(listing, weight=1.0, per_item=per_item, per_item_cv=cv)

    def _whole(self, key: Key) -> Share:
        demand = self._demand(key)
        return self._part(key, demand.total, demand.wait, group=DAEMON)

    def _part(self, key: Key, cpu: float, wait: float = 0.0, **more: object) -> Share:
        demand = self._demand(key)
        share = Share(cpu, wait, demand.threads, key, 0.0, **more)  # type: ignore[arg-type]
        drawn = [cpu / demand.threads, share.again / demand.threads, wait]
        if share.locked:
            times = share.locked.times
            drawn += [share.locked.seconds / times] * times
        return replace(share, weight=hypot(*drawn) / demand.engine_time)

    def _all(self, operation: str) -> list[Key]:
        return [key for key in self._found if key.operation == operation]

    def _demand(self, key: Key) -> Demand:
        try:
            return self._found[key]
        except KeyError:
            raise EngineError(
                f"the dataset lacks {key.operation} by one client with accounting, network "
                f"{key.network}, behaviour {key.behaviour}"
            ) from None

    def _key(self, operation: str, network: str = "host") -> Key:
        """The measurement with the fewest things lying about, the shortest log, and the quickest
        stop."""
        keys = [key for key in self._all(operation) if key.network == network]
        if operation in ("stop", "rm"):
            keys = [key for key in keys if key.behaviour == "honours"]
        wanted = Key(operation, network, "honours")
        return min(keys, key=lambda key: (key.containers, key.images, key.log_size), default=wanted)
