"""Shares of groups first, then of the flows within each: a scheduler with control groups.

A kernel that schedules by groups gives each session or control group its weight, however many
threads are in it (sched-design-CFS.rst, "Group scheduler extensions"), on the queues of the cores
that these are on. Three kinds of flows differ:

- The kernel's own threads, which wake up for moments, are served first. How they wait for a core
  is in the delays that were measured of what they do.
- Brief ones, too, go first as they wake up. Who begins one waits before, for what is left of
  others' slices, as long as its share says (see `share_of_one_more`).
- All others share by `queue_shares`; those without a group weigh as much as they do.
"""

from __future__ import annotations

from math import inf

from docksim.des.core_queues import queue_shares
from docksim.des.fair_share import FairShare
from docksim.des.flow_class import Flow
from docksim.des.maxmin import max_min_shares

KERNEL = "kernel"
"""The group of the kernel's own threads."""

GROUP_WEIGHT = 1.0

MOST = 0.9
"""Of the capacity, what those who go first get at most: nobody is brought to a stand."""


class _Group:
    """A fair share of its own, of whatever part the group gets."""

    __slots__ = ("brief", "cap", "flows", "share", "weight")

    def __init__(self, capacity: float, time: float) -> None:
        self.share = FairShare(capacity, time)
        self.flows = 0
        self.cap = 0.0
        self.brief = 0.0  # Σ caps of brief flows
        self.weight = 0.0

    @property
    def lasting(self) -> float:
        """Σ caps of the flows that are not brief."""
        return max(0.0, self.cap - self.brief)

    def count(self, flow: Flow, sign: int) -> None:
        """One more or one less; an empty group has no rounding left over."""
        self.flows += sign
        self.cap = self.cap + sign * flow.cap if self.flows else 0.0
        if flow.brief:
            self.brief = self.brief + sign * flow.cap if self.flows else 0.0
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

    def rivals(self, apart_from: str | None = None) -> float:
        """How many threads keep the cores from one that is woken up: one of the largest group,
        however many are in it, and all of the second, by their caps. One crowd shares its cores
        with who comes, and two keep each other's (README, "Against a real engine"). Apart from a
        group, brief flows don't count, either; what has no group and the kernel never do: they
        sleep as often as they work."""
        crowds = sorted(
            each.lasting if apart_from else each.cap
            for name, each in self._named()
            if name != apart_from
        )
        return min(1.0, crowds[-1]) + sum(crowds[-2:-1]) if crowds else 0.0

    def share_of_one_more(self, group: str | None, cap: float) -> float:
        """Of its cap, what one more flow of a group would get if it shared like the others, beside
        the lasting ones of other groups."""
        mine = self._groups.get(group)
        caps = [each.lasting for name, each in self._named() if name != group]
        caps.append(min(self.capacity, cap + (mine.cap if mine else 0.0)))
        if sum(caps) <= self.capacity:
            return 1.0
        shares = queue_shares(self.capacity, caps, [GROUP_WEIGHT] * len(caps))
        return min(1.0, shares[-1] / caps[-1])

    def _named(self) -> list[tuple[str | None, _Group]]:
        """Groups that have flows, but for the kernel's."""
        return [
            (name, each)
            for name, each in self._groups.items()
            if each.flows and name is not None and name != KERNEL
        ]

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
        for group, part in self._parts():
            group.share.capacity = part if part < group.cap else self.capacity
            group.share.balance()

    def _parts(self) -> list[tuple[_Group, float]]:
        """What each group gets."""
        groups = list(self._groups.values())
        if sum(group.cap for group in groups) <= self.capacity:
            return [(group, group.cap) for group in groups]
        kernel = self._groups.get(KERNEL)
        first = min(kernel.cap, MOST * self.capacity) if kernel else 0.0
        others = [group for group in groups if group is not kernel and group.flows]
        parts = _shares(self.capacity - first, others)
        found = [(group, 0.0) for group in groups if group is not kernel and not group.flows]
        found += zip(others, parts, strict=True)
        if kernel:
            found.append((kernel, min(kernel.cap, self.capacity - sum(parts))))
        return found


def _shares(capacity: float, groups: list[_Group]) -> list[float]:
    """Of what the kernel leaves: brief flows at once, at the expense of the rest."""
    caps = [group.cap for group in groups]
    shares = caps
    if sum(caps) > capacity:
        shares = queue_shares(capacity, caps, [group.weight for group in groups])
    briefs = [group.brief for group in groups]
    if not any(briefs):
        return shares
    at_once = max_min_shares(MOST * capacity, briefs, [1.0] * len(groups))
    more = [max(0.0, share - own) for share, own in zip(shares, at_once, strict=True)]
    room = capacity - sum(at_once)
    scale = min(1.0, room / sum(more)) if sum(more) > 0.0 else 0.0
    return [own + scale * each for own, each in zip(at_once, more, strict=True)]
