"""What an operation demands when it is alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from docksim.engine.calibration.laws import spread, usual_mean
from docksim.engine.calibration.store import Access


class Key(NamedTuple):
    """An operation and its conditions: network, behaviour on SIGTERM, containers and images lying
    about, containers that run besides, bytes of the log that is read."""

    operation: str
    network: str = "host"
    behaviour: str = "ignores"
    containers: int = 0
    images: int = 0
    running: int = 0
    log_size: float = 0.0


CONDITIONS = list(Key._fields[1:])

SERIALISED = ("cgroup", "rcu_barrier")
"""Reasons of kernel sleeps that are told apart from other waiting."""

Cpu = Mapping[str, float]
"""Core-seconds by component."""


@dataclass(frozen=True)
class Demand:
    """Of one operation; means but for the latency.

    latency   s, one value an operation
    cpu, after   core-seconds by component until the reply, and after it
    opening   core-seconds by component before the first program is executed; none where none is
    opened    s until then
    busy      s until the reply with at least one core busy
    client    core-seconds of the client
    asleep, asleep_after   uninterruptible sleep by reason (s, count), until the reply and after it
    flushing   s that the engine's processes sleep in flushes until the reply
    flushes    how many calls of fsync there are until then; 0 where they were not told
    committing   s of it that containerd's do, whose only file that is flushed is its database
    accesses   dockerd's to files that it locks, in their order
    allocated  bytes that dockerd allocates
    paused    median latency (s) with pauses before it, which make an engine slower; `latency` is
              without any where that was measured
    """

    latency: npt.NDArray[np.float64]
    cpu: Cpu
    after: Cpu
    busy: float
    client: float
    opening: Cpu = field(default_factory=dict)
    opened: float = 0.0
    asleep: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    asleep_after: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    flushing: float = 0.0
    flushes: float = 0.0
    committing: float = 0.0
    accesses: Sequence[Access] = ()
    allocated: float = 0.0
    paused: float = 0.0

    @property
    def total(self) -> float:
        """Core-seconds until the reply."""
        return sum(self.cpu.values())

    @property
    def mean(self) -> float:
        """Winsorised mean latency (s)."""
        return usual_mean(self.latency)

    @property
    def median(self) -> float:
        """Of the latency (s)."""
        return float(np.median(self.latency))

    @property
    def brisker(self) -> float:
        """Of the median with pauses, the part that it takes without; 1 where that is not known."""
        return self.median / self.paused if self.paused else 1.0

    @property
    def engine_time(self) -> float:
        """Mean latency without the client's own part (s)."""
        return max(self.mean - self.client, 0.0)

    @property
    def spread(self) -> float:
        """Standard deviation of the latency (s), without its outliers."""
        return spread(self.latency)

    @property
    def threads(self) -> float:
        """Cores that it uses at once while it uses any."""
        return max(1.0, self.total / self.busy) if self.busy else 1.0

    @property
    def wait(self) -> float:
        """Seconds that it neither computes nor is with the client."""
        return max(0.0, self.engine_time - self.total / self.threads)

    @property
    def held(self) -> float:
        """Seconds that dockerd holds locks of files."""
        return sum(access.seconds for access in self.accesses)

    @property
    def held_at_first(self) -> float:
        """Seconds of it before the first program is executed."""
        return sum(access.seconds for access in self.accesses if access.began < self.opened)

    def locked(self, reason: str) -> float:
        """Seconds of its waiting that are sleeps for that reason."""
        return min(self.wait, self.asleep.get(reason, (0.0, 0.0))[0])

    def sleeps(self, reason: str) -> float:
        """How many sleeps for that reason there are until the reply."""
        return self.asleep.get(reason, (0.0, 0.0))[1]

    @property
    def grace_periods(self) -> float:
        """How many of RCU it waits for, where that is not part of something else: an overlay's
        unmount has one in it, where it is detached."""
        return max(0.0, self.sleeps("grace period") - self.unmounts)

    @property
    def unmounts(self) -> float:
        """How many overlays are unmounted until the reply."""
        return self.sleeps("unmount")
