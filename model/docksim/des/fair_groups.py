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

    __slots__ = ("brief", "cap", "flows", "has_changed", "share", "weight")

    def __init__(self, capacity: float, time: float) -> None:
        self.share = FairShare(capacity, time)
        self.flows = 0
        self.has_changed = False  # since it was balanced
        self.cap = 0.0
        self.brief = 0.0  # Σ caps of brief flows
        self.weight = 0.0

    @property
    def lasting(self) -> float:
        """Σ caps of the flows that are not brief."""
        return max(0.0, self.cap - self.brief)

    def count(self, flow: Flow, sign: int) -> None:
        """One more or one less; an empty group has no rounding left over."""
        self.has_changed = True
        self.flows += sign
        self.cap = self.cap + sign * flow.cap if self.flows else 0.0
        if flow.brief:
            self.brief = self.brief + sign * flow.cap if self.flows else 0.0
        if flow.group is None:
            self.weight = self.weight + sign * flow.weight if self.flows else 0.0
        else:
            self.weight = GROUP_WEIGHT

    def balance(self, capacity: float) -> None:
        """Share so much within it, anew if that or a flow of it is new."""
        if self.has_changed or capacity != self.share.capacity:
            self.has_changed = False
            self.share.capacity = capacity
            self.share.balance()


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
        shares = queue_shares(self.capacity, tuple(caps), (GROUP_WEIGHT,) * len(caps))
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
                if group.flows:
                    group.share.advance(time)

    def add(self, flow: Flow, seconds: float) -> None:
        """Let a flow in whose work takes `seconds` at full speed; infinite if it has no end."""
        group = self._groups.get(flow.group)
        if group is None:
            group = self._groups[flow.group] = _Group(self.capacity, self.time)
        if not group.flows:
            group.share.advance(self.time)
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
        first = inf
        for group in self._groups.values():
            if group.flows:
                first = min(first, group.share.next_finish())
        return first

    def balance(self) -> None:
        """Share the capacity anew. A group that gets all it can use may use no more, whatever
        its share is said to be, so that only those that get less have one of their own."""
        present = []
        for group in self._groups.values():
            if group.flows:
                present.append(group)
            else:
                group.balance(self.capacity)
        for group, part in zip(present, self._parts(present), strict=True):
            group.balance(part if part < group.cap else self.capacity)

    def _parts(self, present: list[_Group]) -> list[float]:
        """What each group gets of those that have flows."""
        caps = [group.cap for group in present]
        if sum(caps) <= self.capacity:
            return caps
        kernel = self._groups.get(KERNEL)
        if kernel is None or not kernel.flows:
            return _shares(self.capacity, present)
        place = present.index(kernel)
        others = present[:place] + present[place + 1 :]
        parts = _shares(self.capacity - min(kernel.cap, MOST * self.capacity), others)
        left = self.capacity - sum(parts)
        return [*parts[:place], min(kernel.cap, left), *parts[place:]]


def _shares(capacity: float, groups: list[_Group]) -> list[float]:
    """Of what the kernel leaves: brief flows at once, at the expense of the rest."""
    caps = tuple(group.cap for group in groups)
    shares = caps
    if sum(caps) > capacity:
        shares = queue_shares(capacity, caps, tuple(group.weight for group in groups))
    briefs = [group.brief for group in groups]
    if not any(briefs):
        return list(shares)
    at_once = max_min_shares(MOST * capacity, briefs, [1.0] * len(groups))
    more = [max(0.0, share - own) for share, own in zip(shares, at_once, strict=True)]
    room = capacity - sum(at_once)
    scale = min(1.0, room / sum(more)) if sum(more) > 0.0 else 0.0
    return [own + scale * each for own, each in zip(at_once, more, strict=True)]
