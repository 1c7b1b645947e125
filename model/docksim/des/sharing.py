"""One capacity that all present share: cores under a fair scheduler, a link, a disk.

With capacity = cores and cap = 1 this is processor sharing by several cores; with capacity in
bytes per second, a link whose flows may each have a cap. docksim.des.fair_share does the sharing;
this is its place in the simulation.
"""

from __future__ import annotations

from math import inf
from typing import Any, cast

from simpy import Environment, Event
from simpy.core import StopSimulation
from simpy.events import NORMAL

from docksim.des.fair_groups import FairGroups
from docksim.des.fair_share import FairShare
from docksim.des.flow_class import Flow
from docksim.des.statistics import Totals

FULL = 1.0 - 1e-9
"""Of the capacity; sums of rates are rounded."""

_STOP = StopSimulation.callback


class Job(Flow, Event):
    """Work at a shared station, and the event that it is done."""

    __slots__ = ("arrived", "work")

    arrived: float  # s
    work: float  # what is to be done, or after a withdrawal, what was done


class Occupation(Flow):
    """A part of a shared station in use until it is released."""

    __slots__ = ("_station",)

    def __init__(self, station: SharedStation) -> None:
        self._station = station

    def release(self) -> None:
        """End it. Raises RuntimeError when it has ended before."""
        self._station._end(self)


class SharedStation:
    """A capacity in units of work a second, shared by max-min fairness with caps and weights."""

    __slots__ = (
        "_arrivals",
        "_departures",
        "_env",
        "_on_wake",
        "_share",
        "_timer",
        "_wait_sum",
        "_wake_at",
        "_waking",
        "name",
    )

    def __init__(
        self, env: Environment, name: str, capacity: float, *, grouped: bool = False
    ) -> None:
        """`grouped`: groups share first. Raises ValueError for a capacity that is none."""
        if not 0.0 < capacity < inf:
            raise ValueError(f"{name!r} needs a positive and finite capacity, not {capacity}")
        self.name = name
        self._env = env
        self._share: FairShare | FairGroups = (FairGroups if grouped else FairShare)(
            float(capacity), env.now
        )
        self._arrivals = 0
        self._departures = 0
        self._wait_sum = 0.0
        self._wake_at = inf  # the earliest time that the timer is set for
        self._waking = False  # whether finished jobs are being told so
        # One event is the timer of all times: it may stand in the schedule more than once, and
        # gets its callbacks back each time it happens. That saves making an event a wake-up.
        self._timer = Event(env)
        self._timer._ok = True
        self._timer._value = None
        self._on_wake: list[Any] = [self._wake]
        self._timer.callbacks = self._on_wake

    @property
    def capacity(self) -> float:
        """Units of work a second."""
        return self._share.capacity

    @property
    def is_full(self) -> bool:
        """Whether all of the capacity is in use."""
        return self._share.rate >= FULL * self._share.capacity

    def rivals(self, apart_from: str | None = None) -> float:
        """How many threads keep the capacity from one that is woken up; see `FairGroups`."""
        share = self._share
        return share.rivals(apart_from) if isinstance(share, FairGroups) else share.rate

    def share_of_one_more(self, group: str, cap: float) -> float:
        """Of its cap, what one more of a group would get; see `FairGroups`, without which it is
        served at once."""
        share = self._share
        return share.share_of_one_more(group, cap) if isinstance(share, FairGroups) else 1.0

    def serve(
        self,
        work: float,
        cap: float = inf,
        weight: float = 1.0,
        group: str | None = None,
        *,
        brief: bool = False,
    ) -> Job:
        """An event that happens when `work` is done, at a rate of at most `cap`; `brief` work goes
        before that of others, where groups share first.

        No work is done at once. A process that stops waiting for the event must withdraw it.
        Raises ValueError unless work is from 0 and finite, and cap and weight are positive.
        """
        if not (0.0 <= work < inf and cap > 0.0 and 0.0 < weight < inf):
            raise ValueError(f"{self.name}: work {work} with cap {cap} and weight {weight}")
        job = Job(self._env)
        job.work = work
        self._arrivals += 1
        if work == 0.0:
            job.home = None
            self._departures += 1
            fire(job)
            return job
        share = self._share
        job.cap = cap = cap if cap < share.capacity else share.capacity
        job.weight = weight
        job.group = group
        job.brief = brief
        job.arrived = now = self._env.now
        share.advance(now)
        share.add(job, work / cap)
        self._rearrange()
        return job

    def occupy(self, cap: float, weight: float = 1.0, group: str | None = None) -> Occupation:
        """Use up to `cap` until it is released: work done, but no customer that comes or waits.

        Raises ValueError unless cap and weight are positive.
        """
        if not (cap > 0.0 and 0.0 < weight < inf):
            raise ValueError(f"{self.name}: an occupation with cap {cap} and weight {weight}")
        share = self._share
        occupation = Occupation(self)
        occupation.cap = min(cap, share.capacity)
        occupation.weight = weight
        occupation.group = group
        occupation.brief = False
        share.advance(self._env.now)
        share.add(occupation, inf)
        self._rearrange()
        return occupation

    def withdraw(self, job: Event) -> float:
        """Take a job out before its end, so that its event never happens; the work it got done.

        Of a job that has ended, that is all of it. Raises TypeError for another kind of event.
        """
        if not isinstance(job, Job):
            raise TypeError(f"{self.name}: {job!r} is no job of a shared station")
        if job.home is None:
            return job.work
        share = self._share
        share.advance(self._env.now)
        job.work = max(0.0, job.work - share.remove(job) * job.cap)
        self._depart(job)
        self._rearrange()
        return job.work

    def totals(self) -> Totals:
        """What has been seen until now.

        A job's wait is its sojourn less work/cap, known when it leaves; it waits with the part
        1 - rate/cap of itself. Withdrawn jobs count as departures, occupations only as busy.
        """
        share = self._share
        now = self._env.now
        span = now - share.time
        return Totals(
            time=now,
            arrivals=self._arrivals,
            started=self._departures,
            departures=self._departures,
            busy=share.done + share.rate * span,
            queue_area=share.delayed + share.delay_rate * span,
            wait_sum=self._wait_sum,
            capacity=share.capacity,
        )

    def _end(self, occupation: Occupation) -> None:
        if occupation.home is None:
            raise RuntimeError(f"an occupation of {self.name!r} was released twice")
        self._share.advance(self._env.now)
        self._share.remove(occupation)
        self._rearrange()

    def _depart(self, job: Job) -> None:
        self._departures += 1
        self._wait_sum += self._share.time - job.arrived - job.work / job.cap

    def _rearrange(self) -> None:
        """After a change: new rates, and a timer for the next finish unless one is early enough.

        A timer that is too early finds nothing done and is set again, which costs less than to
        set one at each change.
        """
        if self._waking:
            return  # several changes at once: the last one is followed by a rearrangement
        share = self._share
        share.balance()
        due = share.next_finish()
        if due < self._wake_at:
            now = share.time
            delay = due - now if due > now else 0.0
            self._wake_at = now + delay  # as the schedule rounds it
            self._env.schedule(self._timer, NORMAL, delay)

    def _wake(self, timer: Event) -> None:
        timer.callbacks = self._on_wake
        now = self._env.now
        if now < self._wake_at:
            return  # an earlier timer was set after this one
        self._wake_at = inf
        self._share.advance(now)
        self._waking = True
        try:
            for job in cast("list[Job]", self._share.take_finished()):
                self._depart(job)
                fire(job)
        finally:
            self._waking = False
            self._rearrange()


def fire(event: Event) -> None:
    """Let an event happen now, within the one that is happening.

    That saves its way through the schedule, a good part of what a job costs. It is for callbacks
    only, not for a running process: SimPy knows one active process at a time. An event that the
    run is to stop at has to go the usual way.
    """
    callbacks = event.callbacks
    if _STOP in callbacks:
        event.succeed()
        return
    event._ok = True
    event._value = None
    event.callbacks = None  # type: ignore[assignment]  # as SimPy does: it has happened
    for callback in callbacks:
        callback(event)
