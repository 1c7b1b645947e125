"""The containers that a command may choose: the oldest, the newest or any, in constant time."""

from __future__ import annotations

from collections import OrderedDict

from docksim.system.container import Container


class Roster:
    """Containers in the order in which they came, with one drawn at random in O(1)."""

    __slots__ = ("_list", "_places")

    def __init__(self) -> None:
        self._places: OrderedDict[Container, int] = OrderedDict()
        self._list: list[Container] = []

    def __len__(self) -> int:
        return len(self._list)

    def __contains__(self, container: Container) -> bool:
        return container in self._places

    def add(self, container: Container) -> None:
        self._places[container] = len(self._list)
        self._list.append(container)

    def discard(self, container: Container) -> None:
        """Take it off if it is there; the last of the list takes its place."""
        place = self._places.pop(container, None)
        if place is None:
            return
        last = self._list.pop()
        if last is not container:
            self._list[place] = last
            self._places[last] = place

    def oldest(self) -> Container:
        return next(iter(self._places))

    def newest(self) -> Container:
        return next(reversed(self._places))

    def pick(self, uniform: float) -> Container:
        """The one at that share (0 to 1) of the list."""
        return self._list[int(uniform * len(self._list))]
