"""Which operation of the profile gets which part of what was measured.

Networks cost what they cost more than the host's own. What the data do not tell apart, one
operation of the profile stands for, and says so; the others of that request are free then.
"""

from __future__ import annotations

from collections.abc import Mapping

from docksim.des.fair_groups import KERNEL
from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.networks import network
from docksim.engine.calibration.reading import reading
from docksim.engine.calibration.shares import (
    CGROUP,
    CONTAINERS,
    DAEMON,
    METADATA,
    NETWORKS,
    RUNTIME,
    UPDATES,
    Book,
    Section,
    Share,
)
from docksim.engine.calibration.store import computing


def allocate(found: Mapping[Key, Demand], refill: float = 0.0) -> dict[str, Share]:
    """Shares by operation of the profile; `refill`: s that a request that only looks takes longer
    when nothing that it uses is in the caches. Raises EngineError when a measurement is missing."""
    book = Book(found)
    shares = _creation(book) | _start(book) | _removal(book) | reading(book, refill)
    for name in ("host", *NETWORKS):
        shares |= network(book, name)
    return shares


def _creation(book: Book) -> dict[str, Share]:
    key = book.key("create")
    demand = book.demand(key)
    rest = demand.total - demand.cpu["dockerd"]
    return {
        "dockerd.containers_create": book.part(
            key, demand.cpu["dockerd"], group=DAEMON, allocated=demand.allocated
        ),
        "storage.overlay2.create_layer": book.part(
            key,
            rest,
            demand.wait,
            flushing=demand.flushing,
            flushes=demand.flushes,
            unmounts=demand.unmounts,
            grace_periods=demand.grace_periods,
            group=KERNEL,
            waits_in=DAEMON,
        ),
    }


def _start(book: Book) -> dict[str, Share]:
    key = book.key("start")
    demand = book.demand(key)
    moved = Section(CGROUP, demand.locked("cgroup"), 1.0)
    after = sum(demand.after.values())
    beside = _beside(book, key)
    storing = computing(book.stored(key))
    apart = demand.held - storing + demand.committing
    return {
        "dockerd.containers_start": book.part(
            key,
            max(0.0, demand.cpu["dockerd"] - storing),
            group=DAEMON,
            allocated=demand.allocated,
            per_item=beside[DAEMON],
        ),
        "storage.overlay2.mount": book.part(key, demand.cpu["kernel"], group=KERNEL),
        "containerd.create_task": book.part(
            key,
            demand.cpu["containerd"],
            group=RUNTIME,
            locked=_updates(demand, "start"),
            per_item=beside[RUNTIME],
        ),
        "shim.start": book.part(key, demand.cpu["shim"], group=RUNTIME),
        "runtime.runc.create": book.part(
            key,
            demand.cpu["runc"] + demand.cpu["hook"],
            max(0.0, demand.wait - moved.seconds - apart),
            flushing=max(0.0, demand.flushing - apart),
            flushes=demand.flushes,
            grace_periods=demand.grace_periods,
            group=RUNTIME,
        ),
        "runtime.runc.set_up": book.part(
            key, demand.cpu["init"], locked=moved, background=after, group=CONTAINERS
        ),
    }


def _removal(book: Book) -> dict[str, Share]:
    """A removal by force is an end and a removal; the end is what it has more than `rm`.

    Who waits for an end hears of it when dockerd's work on it is done, but for the network's:
    a removal after a stop finds nothing left to wait for.
    """
    forced, plain, stop = book.key("rm --force"), book.key("rm"), book.key("stop")
    removal, end = book.demand(plain), book.demand(forced)
    storing = computing(book.stored(forced))
    apart = end.held - storing + end.committing
    exit_work = max(0.0, end.cpu["dockerd"] - removal.cpu["dockerd"] - storing)
    stopping = max(0.0, book.demand(stop).cpu["dockerd"] - exit_work - storing)
    kernel = max(0.0, end.cpu["kernel"] - removal.cpu["kernel"])
    runc = (end.cpu["runc"] + end.cpu["init"] + end.cpu["hook"]) / 2
    rest = removal.total - removal.cpu["dockerd"]
    after = sum(end.after.values())
    beside = _beside(book, forced)
    ending = max(0.0, end.allocated - removal.allocated)
    return {
        "dockerd.containers_delete": book.part(
            plain, removal.cpu["dockerd"], group=DAEMON, allocated=removal.allocated
        ),
        "storage.overlay2.delete_layer": book.part(
            plain,
            rest,
            removal.wait,
            flushing=removal.flushing,
            flushes=removal.flushes,
            unmounts=removal.unmounts,
            grace_periods=removal.grace_periods,
            group=KERNEL,
            waits_in=DAEMON,
        ),
        "dockerd.containers_stop": book.part(stop, stopping, group=DAEMON),
        "runtime.runc.kill": book.part(forced, runc, group=RUNTIME),
        "containerd.delete_task": book.part(
            forced,
            end.cpu["containerd"],
            group=RUNTIME,
            locked=_updates(end, "rm --force"),
            per_item=beside[RUNTIME] + beside[DAEMON],
        ),
        "shim.delete_task": book.part(forced, end.cpu["shim"], group=RUNTIME),
        "runtime.runc.delete": book.part(
            forced,
            runc + kernel,
            max(0.0, end.wait - removal.wait - apart),
            flushing=max(0.0, end.flushing - removal.flushing - apart),
            flushes=max(0.0, end.flushes - removal.flushes),
            unmounts=max(0.0, end.unmounts - removal.unmounts),
            grace_periods=max(0.0, end.grace_periods - removal.grace_periods),
            background=after,
            group=RUNTIME,
        ),
        "containerd.delete": book.part(forced, exit_work, group=DAEMON, allocated=ending),
    }


def _beside(book: Book, key: Key) -> dict[str, float]:
    """Core-seconds that each container that runs besides adds: of dockerd, and of all others,
    who read tables of mounts and control groups that grow with them."""
    running = [
        other for other in book.all_of(key.operation)
        if other.network == key.network and other.running
    ]  # fmt: skip
    if not running:
        return {DAEMON: 0.0, RUNTIME: 0.0}
    many = max(running, key=lambda other: other.running)
    here, plain = book.demand(many), book.demand(key)
    daemon = here.cpu["dockerd"] - plain.cpu["dockerd"]
    others = here.total - plain.total - daemon
    return {
        DAEMON: max(0.0, daemon) / many.running,
        RUNTIME: max(0.0, others) / many.running,
    }


def _updates(demand: Demand, operation: str) -> Section:
    """Those of containerd's database; each is flushed twice without anything renamed, which comes
    to one flush."""
    return Section(METADATA, demand.committing, UPDATES[operation], flushes=1)
