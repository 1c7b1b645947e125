"""Max-min fair sharing of one capacity in virtual time, without a simulator.

Rates are rate = min(cap, λ·weight), with one level λ that uses the capacity up when there is
demand enough (docksim.des.maxmin has the plain solution). A change of λ changes every rate, yet a
flow's coming or going costs O(log n), by virtual time as in fair queueing (Parekh & Gallager 1993):

Flows of equal pace ρ = cap/weight form a class, slowed by the same factor min(1, λ/ρ). A class has
its own clock, the seconds that its flows would have run at full speed, on which the finish of each
is known when it comes. A class with ρ ≤ λ is *capped*: its clock runs with the time. One with
ρ > λ is *shared*: its clock runs with Λ/ρ, where Λ = ∫λ dt. Classes stand in order of ρ, the capped
before the shared, and a change of λ moves the edge between them: mostly not at all. Each side has a
heap of its classes by their first finish, in time for the capped, in Λ for the shared.
"""

from __future__ import annotations

from bisect import bisect_left
from heapq import heapify, heappop, heappush
from math import inf
from operator import attrgetter

from docksim.des.flow_class import LINGERING, Due, Flow, FlowClass

# A finish nearer than a few units in the last place of the time counts as reached. Were it less,
# waiting for it might not advance the time, and there would be waits of length zero for ever.
_ROUNDING = 2.0**-50

# Classes without flows are kept, for the same paces mostly come again, unless there are many.
_KEPT_CLASSES = 8

_pace = attrgetter("pace")


class FairShare:
    """The flows present, and what they do as time passes.

    The caller calls `advance` before any change, and `balance` after it, before time goes on.
    """

    __slots__ = (
        "_capped_due",
        "_capped_rate",
        "_classes",
        "_edge",
        "_numbered",
        "_order",
        "_shared_due",
        "_shared_weight",
        "_slowed",
        "_slowness",
        "_virtual",
        "_virtual_rest",
        "capacity",
        "delayed",
        "done",
        "level",
        "time",
    )

    def __init__(self, capacity: float, time: float) -> None:
        self.capacity = capacity
        self.time = time
        self.level = inf  # λ; infinite when none shares
        self.done = 0.0  # ∫ Σ rate dt: the work done
        self.delayed = 0.0  # ∫ Σ (1 - rate/cap) dt over the jobs: s lost by sharing
        self._classes: dict[float, FlowClass] = {}
        self._order: list[FlowClass] = []  # by pace; capped before the edge, shared from there
        self._edge = 0
        self._capped_rate = 0.0  # Σ caps of the capped
        self._shared_weight = 0.0  # Σ weights of the shared
        self._slowed = 0  # number of jobs that share,
        self._slowness = 0.0  # and Σ 1/ρ over them
        self._virtual = 0.0  # Λ,
        self._virtual_rest = 0.0  # and what its rounding has left out
        self._capped_due: list[Due] = []
        self._shared_due: list[Due] = []
        self._numbered = 0

    @property
    def rate(self) -> float:
        """Σ rate: what is used of the capacity now."""
        return self._capped_rate if self.level == inf else self.capacity

    @property
    def delay_rate(self) -> float:
        """Σ (1 - rate/cap) over the jobs."""
        return self._slowed - self.level * self._slowness if self._slowed else 0.0

    def advance(self, time: float) -> None:
        """Let time pass until `time`, at most until the next finish."""
        span = time - self.time
        if span == 0.0:
            return
        self.time = time
        level = self.level
        if level == inf:
            self.done += self._capped_rate * span
            return
        self.done += self.capacity * span
        self.delayed += (self._slowed - level * self._slowness) * span
        # Kahan's sum: small steps must not be lost on a Λ that has grown large.
        rest = self._virtual_rest + level * span
        before = self._virtual
        self._virtual = after = before + rest
        self._virtual_rest = rest - (after - before)

    def add(self, flow: Flow, seconds: float) -> None:
        """Let a flow in whose work takes `seconds` at full speed; infinite if it has no end."""
        pace = flow.cap / flow.weight
        home = flow.home = self._classes.get(pace) or self._open(pace)
        home.weight += flow.weight
        if home.shared:
            self._shared_weight += flow.weight
        else:
            self._capped_rate += flow.cap
        if seconds == inf:
            home.endless += 1
            flow.finish = inf
            return
        if home.shared:
            self._slowed += 1
            self._slowness += 1.0 / pace
            clock = self._virtual / pace - home.anchor
        else:
            clock = self.time - home.anchor
        if not home.jobs:
            home.anchor += clock  # so that the clock starts from 0, where it is finest
            clock = 0.0
        home.jobs += 1
        flow.finish = finish = clock + seconds
        self._numbered = number = self._numbered + 1
        entry = (finish, number, flow)
        heap = home.heap
        heappush(heap, entry)
        if heap[0] is entry:
            self._announce(home)

    def remove(self, flow: Flow) -> float:
        """Take a flow out before its end; the seconds at full speed that it had yet to do."""
        home = flow.home
        assert home is not None
        if flow.finish == inf:
            home.endless -= 1
            self._leave(flow, home)
            return inf
        left = flow.finish - self._clock(home)
        is_first = home.heap[0][2] is flow
        self._end(flow, home)
        if home.drop_removed() and is_first:
            self._announce(home)
        return left if left > 0.0 else 0.0

    def take_finished(self) -> list[Flow]:
        """Take out the jobs whose work is done by now."""
        finished: list[Flow] = []
        slack = self.time * _ROUNDING
        dues = self._capped_due
        while dues and dues[0][0] <= self.time + slack:
            self._take_first(heappop(dues), finished)
        dues = self._shared_due
        while dues and dues[0][0] - self._virtual - self._virtual_rest <= self.level * slack:
            self._take_first(heappop(dues), finished)
        return finished

    def next_finish(self) -> float:
        """The time of the next finish if nothing changes; infinite when there is none."""
        dues = self._capped_due
        while dues and dues[0] is not dues[0][2].due:
            heappop(dues)
        first = dues[0][0] if dues else inf
        dues = self._shared_due
        while dues and dues[0] is not dues[0][2].due:
            heappop(dues)
        if dues:
            left = dues[0][0] - self._virtual - self._virtual_rest
            first = min(first, self.time + left / self.level)
        return first

    def balance(self) -> None:
        """Find the level anew, and move the edge to it.

        A class that joins the shared brings the level up, though not to its own pace; one that
        joins the capped brings it up too. So the first loop leaves nothing to the second.
        """
        order = self._order
        edge = self._edge
        level = self._level()
        while edge and order[edge - 1].pace > level:
            edge -= 1
            self._to_shared(order[edge])
            level = self._level()
        while edge < len(order) and order[edge].pace <= level:
            self._to_capped(order[edge])
            edge += 1
            if edge == len(order):
                self._none_shares()
            level = self._level()
        self._edge = edge
        self.level = level

    def _level(self) -> float:
        """λ for the classes as they stand: what the capped leave, for each unit of weight."""
        spare = self.capacity - self._capped_rate
        if self._shared_weight > 0.0:
            return spare / self._shared_weight
        return inf if spare >= 0.0 else 0.0

    def _clock(self, home: FlowClass) -> float:
        if home.shared:
            return self._virtual / home.pace - home.anchor
        return self.time - home.anchor

    def _take_first(self, due: Due, finished: list[Flow]) -> None:
        home = due[2]
        if due is home.due:
            flow = heappop(home.heap)[2]
            finished.append(flow)
            self._end(flow, home)
            if home.drop_removed():
                self._announce(home)

    def _end(self, flow: Flow, home: FlowClass) -> None:
        """A job leaves, whether its work is done or not."""
        home.jobs -= 1
        if home.shared:
            self._slowed -= 1
            self._slowness = self._slowness - 1.0 / home.pace if self._slowed else 0.0
        if not home.jobs:
            home.due = None
        self._leave(flow, home)

    def _leave(self, flow: Flow, home: FlowClass) -> None:
        flow.home = None
        if home.shared:
            self._shared_weight -= flow.weight
        else:
            self._capped_rate -= flow.cap
        if home.jobs or home.endless:
            home.weight -= flow.weight
        else:
            home.weight = 0.0
            if len(self._order) > _KEPT_CLASSES:
                self._close(home)

    def _announce(self, home: FlowClass) -> None:
        """Enter the first finish of a class among the dues of its side."""
        finish, number, _ = home.heap[0]
        if home.shared:
            dues = self._shared_due
            home.due = due = ((finish + home.anchor) * home.pace, number, home)
        else:
            dues = self._capped_due
            home.due = due = (finish + home.anchor, number, home)
        heappush(dues, due)
        if len(dues) > 2 * len(self._order) + LINGERING:
            dues[:] = [due for due in dues if due is due[2].due]
            heapify(dues)

    def _to_shared(self, home: FlowClass) -> None:
        self._capped_rate -= home.weight * home.pace
        self._shared_weight += home.weight
        self._slowed += home.jobs
        self._slowness += home.jobs / home.pace
        clock = self._clock(home)
        home.shared = True
        home.anchor = self._virtual / home.pace - clock
        if home.jobs:
            self._announce(home)

    def _to_capped(self, home: FlowClass) -> None:
        self._capped_rate += home.weight * home.pace
        self._shared_weight -= home.weight
        self._slowed -= home.jobs
        self._slowness -= home.jobs / home.pace
        clock = self._clock(home)
        home.shared = False
        home.anchor = self.time - clock
        if home.jobs:
            self._announce(home)

    def _none_shares(self) -> None:
        """Start virtual time anew, and forget the rounding of what came and went."""
        self._shared_weight = self._slowness = 0.0
        self._virtual = self._virtual_rest = 0.0
        self._shared_due.clear()

    def _open(self, pace: float) -> FlowClass:
        index = bisect_left(self._order, pace, key=_pace)
        shared = index > self._edge or (index == self._edge and pace > self.level)
        home = self._classes[pace] = FlowClass(pace, shared)
        self._order.insert(index, home)
        if not shared:
            self._edge += 1
        return home

    def _close(self, home: FlowClass) -> None:
        del self._classes[home.pace]
        del self._order[bisect_left(self._order, home.pace, key=_pace)]
        if not home.shared:
            self._edge -= 1
