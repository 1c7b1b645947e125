"""Brief computations beside others: served at once mostly, else after a slice of theirs.

A kernel lets a thread that wakes up go first, mostly, and each go on for a slice of time (EEVDF:
sched-eevdf.rst, and protect_slice and check_preempt_wakeup_fair in kernel/sched/fair.c). So a brief
computation is not slowed down: it is done at full speed, or waits for what is left of another's
slice. It loses as much on average as it would by sharing every moment: interruptions are those of a
Poisson process that has as many of them.
"""

from __future__ import annotations

from math import log

from docksim.des.environment import Environment
from docksim.des.sharing import SharedStation
from docksim.des.streams import Draws
from docksim.system.infrastructure.turns import Events, compute

GLANCES = 6
"""How often in a slice who waits sees whether a core has fallen idle."""

LEAST = 1e-12
"""A uniform of 0 would have no logarithm."""


class Slices:
    """Of the brief computations of a group; `chances` are drawn in the order of interruptions."""

    def __init__(
        self, env: Environment, station: SharedStation, group: str, length: float, chances: Draws
    ) -> None:
        """`length`: s that a thread computes beside others before it is their turn."""
        self._env = env
        self._station = station
        self._group = group
        self._length = length
        self._chances = chances
        self._drawn = 0
        self._waiting = 0.0

    def compute(self, demand: float, threads: float) -> Events:
        """Spend core-seconds on as many cores as there are threads; who is interrupted takes the
        work back."""
        most = self._length * threads
        while demand > 0.0:
            portion = min(demand, most)
            yield from self._wait(portion / threads, threads)
            yield from compute(self._station, portion, threads, self._group, brief=True)
            demand -= portion

    def _wait(self, span: float, threads: float) -> Events:
        """For others, before computing for a span (s); no longer than they are there."""
        share = self._share(threads)
        wait = self._interruptions(span * (1.0 / share - 1.0)) if share < 1.0 else 0.0
        self._waiting += threads
        try:
            while wait > 0.0 and share < 1.0:
                glance = min(wait, self._length / GLANCES)
                yield self._env.sleep(glance)
                wait -= glance
                share = self._share(0.0)
        finally:
            self._waiting -= threads

    def _share(self, threads: float) -> float:
        """Of full speed, what so many threads more would get beside those that wait."""
        return self._station.share_of_one_more(self._group, threads + self._waiting)

    def _interruptions(self, lost: float) -> float:
        """How long they last (s), each uniform up to a slice, where so much is lost on average."""
        rest = self._interval()
        waited = 0.0
        while rest < 2.0 * lost / self._length:
            waited += self._length * self._chance()
            rest += self._interval()
        return waited

    def _interval(self) -> float:
        return -log(max(self._chance(), LEAST))

    def _chance(self) -> float:
        self._drawn += 1
        return self._chances.at(self._drawn)
