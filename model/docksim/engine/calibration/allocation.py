"""Which operation of the profile gets which part of what was measured.

An operation of the Engine API is measured as a whole: its latency, the CPU time of each component,
and the kernel sleeps that are serialised. Networks cost what they cost more than the host's own.
What the data do not tell apart, one operation of the profile stands for, and says so; the others
of that request are free then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from docksim.engine.calibration.demands import Demand, Key
from docksim.engine.errors import EngineError

NETWORKS = ("none", "bridge")

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

STORE = "dockerd.network_store"
"""The file in which libnetwork keeps endpoints, opened and locked anew for each access. Its own
accesses exclude each other by a mutex; the bridge driver has a handle of its own, and of two
handles the one that comes second polls the lock of the file: flock in bolt_unix.go, bbolt. Seen in
dumps of dockerd's goroutines under load."""

STORE_RETRY = 0.050
"""Seconds between two tries: flockRetryTimeout, bolt_unix.go, bbolt."""

POLLING = "bridge"

RTNL = "kernel.rtnl"
"""Changes of network devices are made one at a time; a device that moves into a namespace waits
for that barrier meanwhile: do_setlink under rtnl_lock, net/core/rtnetlink.c."""


@dataclass(frozen=True)
class Section:
    """Serialised waiting: `count` times, `seconds` in all, under `lock` and perhaps another; who
    finds the lock taken tries again after `retry` s, or queues."""

    lock: str
    seconds: float
    count: float
    inner: str = ""
    retry: float = 0.0


@dataclass(frozen=True)
class Share:
    """A part of an operation: core-seconds and s of waiting, means.

    of          whose latency tells how variable it is
    weight      part of that operation's time, for how variability is divided among parts
    per_item, per_byte   core-seconds that each adds; `per_item_cv` says how variable that is
    stored      waiting that is serialised before all else
    locked      waiting that is serialised besides, before the reply and after it
    flushing    s of it that are flushes
    background  core-seconds after the reply
    group   the scheduler's group that it is done in; empty: none
    """

    cpu: float
    wait: float
    threads: float
    of: Key
    weight: float
    per_item: float = 0.0
    per_item_cv: float = 0.0
    per_byte: float = 0.0
    flushing: float = 0.0
    stored: Section | None = None
    locked: Section | None = None
    background: float = 0.0
    background_locked: Section | None = None
    group: str = ""


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
                flushing=max(0.0, end.flushing - removal.flushing),
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
            f"network.{name}.namespace": self._namespace(start),
            f"network.{name}.release": self._release(removal),
        }

    def _stored(self, key: Key) -> Section | None:
        demand = self._demand(key)
        retry = STORE_RETRY if key.network == POLLING else 0.0
        return Section(STORE, demand.held, demand.holds, retry=retry) if demand.held else None

    def _allocation(self, start: Key) -> Share:
        """Before anything is executed, dockerd has made the endpoint, under its network's lock."""
        here, plain = self._demand(start), self._demand(self._key("start"))
        cpu = max(0.0, sum(here.opening.values()) - sum(plain.opening.values()))
        stored = here.held - plain.held
        wait = max(0.0, here.opened - plain.opened - cpu - stored)
        return self._part(start, cpu, wait, group=DAEMON, stored=self._stored(start))

    def _namespace(self, start: Key) -> Share:
        here, plain = self._demand(start), self._demand(self._key("start"))
        allocation = self._allocation(start)
        barrier = max(0.0, here.locked("rcu_barrier") - plain.locked("rcu_barrier"))
        stored = here.held - plain.held
        wait = here.wait - plain.wait - allocation.wait - barrier - stored
        cpu = max(0.0, here.total - plain.total - allocation.cpu)
        moved = Section(RTNL, barrier, here.sleeps("rcu_barrier"), inner=BARRIER)
        return self._part(start, cpu, max(0.0, wait), locked=moved, group=RUNTIME)

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
            locked=Section(BARRIER, barrier, here.sleeps("rcu_barrier")),
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
        per_item = extra / (getattr(many, counted) - getattr(few, counted))
        variance = max(0.0, long.spread**2 - short.spread**2)
        cv = float(variance**0.5) / extra if extra else 0.0
        return replace(listing, weight=1.0, per_item=per_item, per_item_cv=cv)

    def _whole(self, key: Key) -> Share:
        demand = self._demand(key)
        return self._part(key, demand.total, demand.wait, group=DAEMON)

    def _part(self, key: Key, cpu: float, wait: float = 0.0, **more: object) -> Share:
        demand = self._demand(key)
        share = Share(cpu, wait, demand.threads, key, 0.0, **more)  # type: ignore[arg-type]
        took = cpu / demand.threads + wait + (share.locked.seconds if share.locked else 0.0)
        return replace(share, weight=took / demand.engine_time)

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
