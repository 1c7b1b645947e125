"""The two kinds of steps: those whose end is known when they begin, and those to see through.

The difference is one of cost: a booking takes no generator of its own. The classes are plain ones
for the same reason: which kind a step is, is asked for each step of each message.
"""

from __future__ import annotations

from collections.abc import Iterable

import simpy

from docksim.system.command import Command


class Booking:
    """A step whose end is known as soon as it begins: from then on it is only owed."""

    __slots__ = ()

    settles = True
    """Whether others see it begin, so that all that is owed must be over before."""

    def book(self, command: Command, items: float, size: float) -> None:
        """Begin it, for so many items and a payload of `size` bytes; owe what it takes."""
        raise NotImplementedError


class Activity:
    """A step that has to be seen through."""

    __slots__ = ()

    def perform(
        self, command: Command, items: float = 0, size: float = 0.0
    ) -> Iterable[simpy.Event]:
        """Do it (for `yield from`), for so many items and a payload of `size` bytes."""
        raise NotImplementedError


Step = Booking | Activity
