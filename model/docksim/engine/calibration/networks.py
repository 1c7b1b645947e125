"""What a network costs: the endpoint, the namespace, and their parts in the store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.shares import (
    BARRIER,
    BRIDGE,
    DAEMON,
    NETLINK,
    RUNTIME,
    Book,
    Section,
    Share,
)
from docksim.engine.calibration.store import Access, computing, creation, gaps

STARTING = ("dockerd", "reexec", "hook", "init", "runc", "kernel")
REMOVING = ("dockerd", "kernel")
"""Components whose work depends on the network. containerd and its shims know nothing of it: by how
much theirs differs between two measurements is chance."""

CALLS: Mapping[str, Any] = {"group": DAEMON, "in_turn": False}
"""Devices are made, moved and deleted in system calls: of what a bridge has dockerd compute more to
remove a container, 12 of 15 ms (/proc/PID/stat, kernel 6.18)."""


def network(book: Book, name: str) -> dict[str, Share]:
    """What a network costs more than the host's own, and all of its part in the store."""
    start, removal = book.key("start", name), book.key("rm --force", name)
    return {
        f"network.{name}.allocate": _allocation(book, start),
        f"network.{name}.join": _joining(book, start),
        f"network.{name}.namespace": _namespace(book, start),
        f"network.{name}.release": _release(book, removal),
    }


def _opening(book: Book, start: Key) -> tuple[list[Access], int]:
    """Accesses to the store before anything is executed, and how many of them are for the
    endpoint's creation."""
    opened = book.demand(start).opened
    stored = [access for access in book.stored(start) if access.began < opened]
    return stored, creation(stored)


def _allocation(book: Book, start: Key) -> Share:
    """dockerd makes the endpoint, under its network's lock; what it does besides storing it, it
    does where there is most time between its accesses to the store."""
    stored, creating = _opening(book, start)
    cpu, end = _connecting(book, start)[0], book.demand(start).opened
    if creating < len(stored):
        end = stored[creating].began
    made = stored[:creating]
    within = min(cpu, max(gaps(made, end), default=cpu))
    lock = NETLINK if start.network == BRIDGE else ""
    return book.part(start, within, **CALLS, lock=lock, stored=made, stored_until=end)


def _joining(book: Book, start: Key) -> Share:
    """The rest that is done before anything is executed."""
    stored, creating = _opening(book, start)
    cpu, wait = _connecting(book, start)
    rest = cpu - _allocation(book, start).cpu
    end = book.demand(start).opened
    joined = stored[creating:]
    return book.part(start, rest, wait, **CALLS, stored=joined, stored_until=end)


def _connecting(book: Book, start: Key) -> tuple[float, float]:
    """Core-seconds and s of waiting that a network adds before anything is executed, but for the
    store's."""
    plain_start = book.key("start")
    here, plain = book.demand(start), book.demand(plain_start)
    stored = computing(_opening(book, start)[0]) - computing(_opening(book, plain_start)[0])
    cpu = max(0.0, sum(here.opening.values()) - sum(plain.opening.values()) - stored)
    held = here.held_at_first - plain.held_at_first
    return cpu, max(0.0, here.opened - plain.opened - cpu - held)


def _namespace(book: Book, start: Key) -> Share:
    here, plain = book.demand(start), book.demand(book.key("start"))
    connecting, waiting = _connecting(book, start)
    barrier = max(0.0, here.locked("rcu_barrier") - plain.locked("rcu_barrier"))
    computed = computing(book.stored(start)) - computing(book.stored(book.key("start")))
    held = here.held - plain.held - computed
    wait = max(0.0, here.wait - plain.wait - waiting - barrier - held)
    again = here.cpu.get("reexec", 0.0)
    cpu = max(0.0, _more(here, plain, STARTING) - connecting - again - computed)
    moved = Section(NETLINK, barrier, here.sleeps("rcu_barrier"), inner=BARRIER)
    late = [access for access in book.stored(start) if access.began >= here.opened]
    waited = max(0.0, here.grace_periods - plain.grace_periods)
    return book.part(
        start,
        cpu,
        wait,
        again=again,
        grace_periods=waited,
        locked=moved,
        group=RUNTIME,
        stored=late,
    )


def _release(book: Book, removal: Key) -> Share:
    """What the latency has no room for, beside its waiting, is computed while it waits: barriers
    and other sleeps are longer together than no core is busy."""
    here, plain = book.demand(removal), book.demand(book.key("rm --force"))
    barrier = max(0.0, here.locked("rcu_barrier") - plain.locked("rcu_barrier"))
    stored = book.stored(removal)
    computed = computing(stored) - computing(book.stored(book.key("rm --force")))
    held = here.held - plain.held
    wait = max(0.0, here.wait - plain.wait - barrier - held + computed)
    cpu = max(0.0, _more(here, plain, REMOVING) - computed)
    longer = here.engine_time - plain.engine_time - barrier - held - wait
    within = min(cpu, max(0.0, longer) * here.threads)
    after = sum(here.after[each] - plain.after[each] for each in REMOVING)
    return book.part(
        removal,
        within,
        wait,
        grace_periods=max(0.0, here.grace_periods - plain.grace_periods),
        **CALLS,
        stored=stored,
        locked=Section(NETLINK, barrier, here.sleeps("rcu_barrier"), inner=BARRIER),
        beside=cpu - within,
        background=max(0.0, after),
        background_locked=Section(BARRIER, *here.asleep_after.get("rcu_barrier", (0.0, 0.0))),
    )


def _more(here: Demand, plain: Demand, components: Sequence[str]) -> float:
    """Core-seconds that components spend more until the reply."""
    return sum(here.cpu[each] - plain.cpu[each] for each in components)
