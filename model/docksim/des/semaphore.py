"""Permits that are held over several steps: locks and slots.

A FIFO station cannot serve here, for how long a permit is held is not known when it is asked for.
Taking a free permit costs no event; a release hands the permit to the first that waits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Generator, Iterable
from math import inf
from typing import Any

from simpy import Environment, Event

from docksim.des.statistics import Totals


class Semaphore:
    """`permits` permits (may be infinite), given out in order of arrival.

    Use:
        yield from semaphore.acquire()
        try:
            ...
        finally:
            semaphore.release()
    """

    __slots__ = (
        "_abandoned",
        "_arrivals",
        "_busy",
        "_changed",
        "_env",
        "_held",
        "_permits",
        "_queue",
        "_queue_area",
        "_wait_sum",
        "name",
    )

    def __init__(self, env: Environment, name: str, permits: float) -> None:
        """Raises ValueError unless the number of permits is whole, from 1, or infinite."""
        if not (permits >= 1 and (permits == inf or permits == int(permits))):
            raise ValueError(f"{name!r} needs a whole number of permits from 1, not {permits}")
        self.name = name
        self._env = env
        self._permits = permits
        self._queue: OrderedDict[Event, float] = OrderedDict()  # ticket → when it was drawn
        self._held = 0
        self._arrivals = 0
        self._abandoned = 0
        self._busy = self._queue_area = self._wait_sum = 0.0
        self._changed = env.now  # the areas are counted up to this instant

    @property
    def held(self) -> int:
        """Permits given out."""
        return self._held

    @property
    def is_taken(self) -> bool:
        """Whether who asks now would have to wait."""
        return self._held == self._permits

    @property
    def waiting(self) -> int:
        """Processes that wait for a permit."""
        return len(self._queue)

    def acquire(self) -> Iterable[Event]:
        """Take a permit: for `yield from`, at once.

        A process that is interrupted while it waits leaves the queue, or passes the permit on when
        it had just been given one; it holds nothing and must not release.
        """
        self._arrivals += 1
        held = self._held
        if held == self._permits:
            return self._wait()
        now = self._env.now
        if held:
            self._busy += held * (now - self._changed)
        self._changed = now
        self._held = held + 1
        return ()

    def release(self) -> None:
        """Give a permit back. Raises RuntimeError when none is held."""
        held = self._held
        if not held:
            raise RuntimeError(f"{self.name!r} was released more often than acquired")
        if self._queue:
            self._hand_over()
            return
        now = self._env.now
        self._busy += held * (now - self._changed)
        self._changed = now
        self._held = held - 1

    def totals(self) -> Totals:
        """What has been seen until now; a customer departs when it releases its permit.

        Customers that gave up waiting are arrivals only, but their waiting is in queue_area.
        """
        now = self._env.now
        span = now - self._changed
        started = self._arrivals - self._abandoned - len(self._queue)
        return Totals(
            time=now,
            arrivals=self._arrivals,
            started=started,
            departures=started - self._held,
            busy=self._busy + self._held * span,
            queue_area=self._queue_area + len(self._queue) * span,
            wait_sum=self._wait_sum,
            capacity=self._permits,
        )

    def _wait(self) -> Generator[Event, Any, None]:
        ticket = Event(self._env)
        self._count()
        self._queue[ticket] = self._env.now
        try:
            yield ticket
        except BaseException:
            if ticket.triggered:
                self.release()
            else:
                self._count()
                del self._queue[ticket]
                self._abandoned += 1
            raise

    def _hand_over(self) -> None:
        """Give the permit that is being released to the first in the queue."""
        self._count()
        ticket, drawn = self._queue.popitem(last=False)
        self._wait_sum += self._env.now - drawn
        ticket.succeed()

    def _count(self) -> None:
        """Bring the areas up to now, before what they integrate changes."""
        now = self._env.now
        span = now - self._changed
        self._changed = now
        self._busy += self._held * span
        self._queue_area += len(self._queue) * span


class Lock(Semaphore):
    """A single permit.

    served_since   when what was done last under it for all who waited began; -∞: nothing was
    took    s that what was done last under it took, where that holds for a while; `holds_until`
            when it does no more
    """

    __slots__ = ("holds_until", "served_since", "took")

    def __init__(self, env: Environment, name: str) -> None:
        super().__init__(env, name, 1)
        self.served_since = self.holds_until = -inf
        self.took = 0.0
