"""A container: its record at the daemon, and the process behind it."""

from __future__ import annotations

from enum import Enum

import simpy

from docksim.des.environment import Environment
from docksim.des.semaphore import Lock
from docksim.des.sharing import Occupation
from docksim.scenario.containers import ContainerKind
from docksim.scenario.images import Image


class State(Enum):
    """As `docker inspect` names them, as far as the model tells them apart."""

    CREATED = "created"
    RUNNING = "running"
    EXITED = "exited"
    REMOVED = "removed"


class Container:
    """One container.

    number, occurrence  those of the command that created it; they select its random traits
    network      which of the networks it is attached to
    auto_remove  whether it goes away when it ends (`run --rm`)
    exited       happens when the process has ended
    stopped      happens when the daemon has taken note of that
    removed      happens when it has left the list
    claimed      a command is stopping or removing it; others are not to choose it
    attended     a command is waiting to clean up after its exit
    ended_by     number of the command whose signal ended it, for the record
    """

    __slots__ = (
        "attended",
        "auto_remove",
        "claimed",
        "ended_by",
        "exited",
        "image",
        "kind",
        "lock",
        "log_counted_at",
        "log_ended_at",
        "log_written",
        "network",
        "number",
        "occupations",
        "occurrence",
        "removed",
        "removing",
        "state",
        "stopped",
        "unkillable",
    )

    def __init__(
        self,
        env: Environment,
        number: int,
        kind: ContainerKind,
        image: Image,
        network: int,
        occurrence: int = 0,
    ) -> None:
        self.number = number
        self.occurrence = occurrence
        self.kind = kind
        self.image = image
        self.network = network
        self.state = State.CREATED
        self.lock = Lock(env, "dockerd.container_lock")
        self.exited = simpy.Event(env)
        self.stopped = simpy.Event(env)
        self.removed = simpy.Event(env)
        self.occupations: tuple[Occupation, ...] = ()
        self.log_written = 0.0
        self.log_counted_at = 0.0
        self.log_ended_at = 0.0
        self.auto_remove = False
        self.attended = False
        self.claimed = False
        self.removing = False
        self.unkillable = False
        self.ended_by = number

    @property
    def running(self) -> bool:
        return self.state is State.RUNNING

    def log_size(self, now: float) -> float:
        """Bytes of log so far."""
        grown = self.kind.log_rate * (now - self.log_counted_at) if self._writes else 0.0
        return self.log_written + grown

    def log_since(self, instant: float, now: float) -> float:
        """Bytes of log written from `instant` on; earlier runs' count as of the last start."""
        if instant <= self.log_counted_at:
            return self.log_size(now)
        end = now if self._writes else self.log_ended_at
        return self.kind.log_rate * max(0.0, end - instant)

    @property
    def _writes(self) -> bool:
        return self.running and not self.exited.triggered
