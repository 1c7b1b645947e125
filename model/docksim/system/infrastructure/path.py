"""What a transfer passes on its way: stations that all have to let it through."""

from __future__ import annotations

from collections.abc import Sequence

import simpy

from docksim.des.environment import Environment
from docksim.des.sharing import Job, SharedStation


class Passage(simpy.AllOf):
    """A transfer under way through several stations; it happens when the slowest has done it."""

    def __init__(self, env: Environment, jobs: Sequence[Job]) -> None:
        super().__init__(env, jobs)
        self.jobs = jobs


class Path:
    """Stations that a transfer passes at the same time, each at its own pace (bytes/s)."""

    def __init__(self, env: Environment, *stations: SharedStation) -> None:
        self._env = env
        self._stations = stations

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to pass: what is sent is there."""
        return not self._stations

    def begin(self, size: float, rate: float) -> tuple[simpy.Event, float]:
        """Send `size` bytes at up to `rate`: the event of their arrival, and how long that takes at
        the least (s). Not on an empty path."""
        slowest = min(rate, *(station.capacity for station in self._stations))
        jobs = [station.serve(size, rate) for station in self._stations]
        return (jobs[0] if len(jobs) == 1 else Passage(self._env, jobs)), size / slowest

    def withdraw(self, transfer: simpy.Event) -> None:
        """Take back what was begun and is no longer wanted."""
        jobs = transfer.jobs if isinstance(transfer, Passage) else (transfer,)
        for station, job in zip(self._stations, jobs, strict=True):
            station.withdraw(job)
