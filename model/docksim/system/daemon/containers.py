"""dockerd's table of containers, and who of them is free to be chosen."""

from __future__ import annotations

from collections.abc import Iterator

from docksim.system.container import Container, State
from docksim.system.daemon.roster import Roster


class ContainerTable:
    """All containers that `docker ps --all` would list.

    A container that some command is stopping or removing is claimed: no other command is to choose
    it, though one that names it all the same meets the daemon's own refusal.
    """

    def __init__(self) -> None:
        self._all: set[Container] = set()
        self._running = 0
        self._free = {"running": Roster(), "stopped": Roster()}

    def __len__(self) -> int:
        return len(self._all)

    def __iter__(self) -> Iterator[Container]:
        return iter(self._all)

    @property
    def running(self) -> int:
        """How many run."""
        return self._running

    def add(self, container: Container) -> None:
        """List a container that was just created."""
        self._all.add(container)
        if not container.claimed:
            self._free["stopped"].add(container)

    def remove(self, container: Container) -> None:
        """Strike it off the list."""
        self.change(container, State.REMOVED)
        self._all.discard(container)

    def change(self, container: Container, state: State) -> None:
        """Note its new state."""
        self._running += (state is State.RUNNING) - container.running
        self._roster(container).discard(container)
        container.state = state
        if not container.claimed and state is not State.REMOVED:
            self._roster(container).add(container)

    def claim(self, container: Container) -> None:
        """Keep others from choosing it."""
        container.claimed = True
        self._roster(container).discard(container)

    def unclaim(self, container: Container) -> None:
        """Let others choose it again, if it is still there."""
        container.claimed = False
        if container.state is not State.REMOVED:
            roster = self._roster(container)
            roster.discard(container)
            roster.add(container)

    def choose(self, order: str, state: str, uniform: float) -> Container | None:
        """The oldest, newest or a random container among the free ones in that state."""
        rosters = [self._free[state]] if state != "any" else list(self._free.values())
        rosters = [roster for roster in rosters if len(roster)]
        if not rosters:
            return None
        if order == "random":
            return _pick(rosters, uniform)
        if order == "oldest":
            return min((roster.oldest() for roster in rosters), key=_age)
        return max((roster.newest() for roster in rosters), key=_age)

    def _roster(self, container: Container) -> Roster:
        return self._free["running" if container.running else "stopped"]


def _age(container: Container) -> tuple[bool, int, int]:
    """Those that were there at the start are older than any that a command created."""
    return (container.occurrence == 0, container.number, container.occurrence)


def _pick(rosters: list[Roster], uniform: float) -> Container:
    place = uniform * sum(len(roster) for roster in rosters)
    for roster in rosters:
        if place < len(roster):
            return roster.pick(place / len(roster))
        place -= len(roster)
    return rosters[-1].newest()
