"""libnetwork's store of networks and endpoints: one file, opened and locked anew for each access.

libnetwork's own accesses exclude each other by a mutex, and so do those of the bridge driver, which
has a handle of its own. Of the two handles, the one that finds the file locked by the other sleeps
and tries again, with its mutex in its hands (flock in bolt_unix.go, bbolt; both were seen in dumps
of dockerd's goroutines under load).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

FILE = "dockerd.network_file"
HANDLE, BRIDGE_HANDLE = "dockerd.network_store", "dockerd.bridge_store"
"""The mutexes."""

RETRY = 0.050
"""Seconds between two tries: flockRetryTimeout, bolt_unix.go, bbolt."""

BRIDGES_OWN = {"start": (0, -2), "rm --force": (0, -3)}
"""Which writes of an operation on a bridge are its driver's: in CreateEndpoint and
ProgramExternalConnectivity (after which only the sandbox's key is set), RevokeExternalConnectivity
and DeleteEndpoint (drivers/bridge/bridge.go, libnetwork)."""

CREATING = 3
"""Writes while an endpoint is created on a bridge, under its network's lock: the driver's, the
endpoint, and how many there are (createEndpoint in network.go, libnetwork)."""


@dataclass(frozen=True)
class Access:
    """One locking of the file: s since the request, s held, core-seconds of that."""

    began: float
    seconds: float
    cpu: float = 0.0
    writes: bool = False
    handle: str = HANDLE


def told_apart(accesses: Sequence[Access], operation: str, *, bridge: bool) -> list[Access]:
    """Reads and writes of a whole operation, the latter by handle; a write takes many times as long
    as a read.

    A read sleeps nowhere: it is all computing (the file is opened, mapped and searched), and a
    write computes as much before its flushes.
    """
    if not accesses:
        return []
    lengths = [access.seconds for access in accesses]
    middle = min(lengths) * max(lengths)  # squared, in the geometric sense
    reads = [length for length in lengths if length**2 < middle]
    reading = sum(reads) / len(reads) if reads else 0.0
    marked = [
        replace(each, writes=True, cpu=reading)
        if each.seconds**2 >= middle
        else replace(each, cpu=each.seconds)
        for each in accesses
    ]
    writes = [at for at, access in enumerate(marked) if access.writes]
    for place in BRIDGES_OWN[operation] if bridge else ():
        if -len(writes) <= place < len(writes):
            at = writes[place]
            marked[at] = replace(marked[at], handle=BRIDGE_HANDLE)
    return marked


def computing(accesses: Sequence[Access]) -> float:
    """Core-seconds of all of them."""
    return sum(access.cpu for access in accesses)


def creation(accesses: Sequence[Access]) -> int:
    """How many of a start's accesses belong to the creation of its endpoint."""
    writes = [at for at, access in enumerate(accesses) if access.writes]
    return writes[CREATING - 1] + 1 if len(writes) >= CREATING else len(accesses)


def gaps(accesses: Sequence[Access], end: float) -> list[float]:
    """Seconds from each access to the next one, and from the last to the end."""
    begins = [*(access.began for access in accesses), end][1:]
    return [
        begin - access.began - access.seconds
        for access, begin in zip(accesses, begins, strict=True)
    ]


def split(accesses: Sequence[Access], end: float, parts: int) -> list[Sequence[Access]]:
    """Accesses in so many parts, between which there is most time, and perhaps at the end; the
    first are empty where there are too few."""
    idle = gaps(accesses, end)
    widest = sorted(range(len(idle)), key=idle.__getitem__, reverse=True)[: parts - 1]
    edges = [0, *sorted(at + 1 for at in widest), len(accesses)]
    found = [accesses[begin:end] for begin, end in pairwise(edges)]
    return [[]] * (parts - len(found)) + found
