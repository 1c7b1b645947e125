"""Fair shares of groups first, then of the flows within each: a scheduler with control groups.

A kernel that schedules by groups gives each session or control group that has work an equal part
of the cores, however many threads are in it (sched-design-CFS.rst, "Group scheduler extensions").
So a daemon with little to do is served at once beside a crowd that belongs to another. Flows
without a group form one together that weighs as much as they do.

It is max-min fairness twice: the capacity is shared by the groups, each with the sum of its flows'
caps, and each group's part by its flows.
"""

from __future__ import annotations

from math import inf

from docksim.des.fair_share import FairShare
from docksim.des.flow_class import Flow
from docksim.des.maxmin import max_min_shares

GROUP_WEIGHT = 1.0


class _Group:
    """A fair share of its own, of whatever part the group gets."""

    __slots__ = ("cap", "flows", "share", "weight")

    def __init__(self, capacity: float, time: float) -> None:
        self.share = FairShare(capacity, time)
        self.flows = 0
        self.cap = 0.0
        self.weight = 0.0

    def count(self, flow: Flow, sign: int) -> None:
        """One more or one less; an empty group has no rounding left over."""
        self.flows += sign
        self.cap = self.cap + sign * flow.cap if self.flows else 0.0
        if flow.group is None:
            self.weight = self.weight + sign * flow.weight if self.flows else 0.0
        else:
            self.weight = GROUP_WEIGHT


class FairGroups:
    """The flows present, by group; what it has in common with FairShare is as there."""

    __slots__ = ("_groups", "capacity", "time")

    def __init__(self, capacity: float, time: float) -> None:
        self.capacity = capacity
        self.time = time
        self._groups: dict[str | None, _Group] = {}

    @property
    def rate(self) -> float:
        """Σ rate: what is used of the capacity now."""
        return sum(group.share.rate for group in self._groups.values())

    def rivals(self, group: str | None) -> float:
        """How many threads one of a group has to share the cores with: the flows of its own, by
        their caps, and another group, however many are in it, as one, whose weight is spread over
        the cores (calc_group_shares, kernel/sched/fair.c). What has no group does not count: it
        sleeps as often as it works, as the kernel's threads do."""
        return sum(
            each.cap if name == group else min(each.cap, 1.0)
            for name, each in self._groups.items()
            if each.flows and (name == group or name is not None)
        )

    @property
    def delay_rate(self) -> float:
        """Σ (1 - rate/cap) over the jobs."""
        return sum(group.share.delay_rate for group in self._groups.values())

    @property
    def done(self) -> float:
        """∫ Σ rate dt: the work done."""
        return sum(group.share.done for group in self._groups.values())

    @property
    def delayed(self) -> float:
        """∫ Σ (1 - rate/cap) dt over the jobs: s lost by sharing."""
        return sum(group.share.delayed for group in self._groups.values())

    def advance(self, time: float) -> None:
        """Let time pass until `time`, at most until the next finish."""
        if time != self.time:
            self.time = time
            for group in self._groups.values():
                group.share.advance(time)

    def add(self, flow: Flow, seconds: float) -> None:
        """Let a flow in whose work takes `seconds` at full speed; infinite if it has no end."""
        group = self._groups.get(flow.group)
        if group is None:
            group = self._groups[flow.group] = _Group(self.capacity, self.time)
        group.count(flow, +1)
        group.share.add(flow, seconds)

    def remove(self, flow: Flow) -> float:
        """Take a flow out before its end; the seconds at full speed that it had yet to do."""
        group = self._groups[flow.group]
        group.count(flow, -1)
        return group.share.remove(flow)

    def take_finished(self) -> list[Flow]:
        """Take out the jobs whose work is done by now."""
        finished: list[Flow] = []
        for group in self._groups.values():
            if group.flows:
                done = group.share.take_finished()
                for flow in done:
                    group.count(flow, -1)
                finished += done
        return finished

    def next_finish(self) -> float:
        """The time of the next finish if nothing changes; infinite when there is none."""
        return min((group.share.next_finish() for group in self._groups.values()), default=inf)

    def balance(self) -> None:
        """Share the capacity anew. A group that gets all it can use may use no more, whatever
        its share is said to be, so that only those that get less have one of their own."""
        groups = list(self._groups.values())
        caps = [group.cap for group in groups]
        parts = caps
        if sum(caps) > self.capacity:
            parts = max_min_shares(self.capacity, caps, [group.weight or 1.0 for group in groups])
        for group, part in zip(groups, parts, strict=True):
            group.share.capacity = part if part < group.cap else self.capacity
            group.share.balance()
