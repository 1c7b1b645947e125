"""Who waits for which of a program's processors.

As in Go's scheduler (findRunnable, injectglist, sysmon in proc.go): a processor that becomes free
turns to those that wait for it, then to any that were preempted, then to all who have arrived
meanwhile, of whom it keeps those that it does not serve at once. It serves the last of them first,
whose connection was accepted last: a new goroutine is next, and takes that place from the one
before (newproc, runqput in proc.go). Only then it takes half of those that wait for another. So who
waits for one that is busy may see later ones go first. While anyone runs so long as to be
preempted, who arrives is queued behind those that were.
"""

from __future__ import annotations

from collections import deque

from simpy import Event


class RunQueues:
    """Tickets of those that wait, none of which has happened."""

    def __init__(self, processors: int) -> None:
        self._own: list[deque[Event]] = [deque() for _ in range(processors)]
        self._preempted: deque[Event] = deque()
        self._arrived: deque[Event] = deque()
        self._all = (*self._own, self._preempted, self._arrived)

    def arrive(self, ticket: Event) -> None:
        """One more waits for whichever processor looks first."""
        self._arrived.append(ticket)

    def preempt(self, ticket: Event) -> None:
        """One that had its turn waits for another."""
        self._preempted.append(ticket)

    def leave(self, ticket: Event) -> None:
        """One waits no more. Raises ValueError for one that does not wait."""
        for queue in self._all:
            if ticket in queue:
                return queue.remove(ticket)
        raise ValueError("who leaves has to wait")

    def next_of(self, processor: int) -> Event | None:
        """Whom a processor that is free serves, who waits no more; None when nobody waits."""
        own = self._own[processor]
        if not own and self._preempted:
            self._preempted.extend(self._arrived)
            self._arrived.clear()
            return self._preempted.popleft()
        if not own and self._arrived:
            own.append(self._arrived.pop())
            own.extend(self._arrived)
            self._arrived.clear()
        if not own:
            own.extend(self._half_of_others())
        return own.popleft() if own else None

    def _half_of_others(self) -> list[Event]:
        for queue in self._own:
            if queue:
                return [queue.popleft() for _ in range((len(queue) + 1) // 2)]
        return []
