"""One piece of work for all who want the same thing at the same time.

As in Go's singleflight, and in Docker's download manager: the first caller for a key starts the
work, later ones join it, and it is called off only when the last of them has left.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Hashable
from typing import Any, TypeAlias

from simpy import Environment, Event

Work: TypeAlias = Callable[[], Generator[Event, Any, Any]]


class SingleFlight:
    """The pieces of work under way, by key.

    Use:
        seat = flights.join(digest, lambda: download(digest))
        try:
            layer = yield seat.done
        except Interrupt:
            seat.leave()
            raise
    """

    __slots__ = ("_env", "_flights")

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._flights: dict[Hashable, _Flight] = {}

    def __contains__(self, key: object) -> bool:
        return key in self._flights

    def __len__(self) -> int:
        return len(self._flights)

    def join(self, key: Hashable, work: Work) -> Seat:
        """A seat in the flight of this key; the first one starts `work()` as a process."""
        flight = self._flights.get(key)
        if flight is None:
            flight = self._flights[key] = _Flight(self, key, work)
        flight.seats += 1
        return Seat(flight)


class Seat:
    """One caller's part in a flight."""

    __slots__ = ("_flight", "_taken")

    def __init__(self, flight: _Flight) -> None:
        self._flight = flight
        self._taken = True

    @property
    def done(self) -> Event:
        """Succeeds with what the work returned, or fails with what it raised.

        A failure that nobody waits for is no error of the run.
        """
        return self._flight.done

    def leave(self) -> None:
        """Wait no longer. The work of the last to leave is interrupted, unless it has ended."""
        if self._taken:
            self._taken = False
            self._flight.give_up_seat()


class _Flight:
    """Work under way, and how many wait for it."""

    __slots__ = ("_home", "_key", "_process", "done", "seats")

    def __init__(self, home: SingleFlight, key: Hashable, work: Work) -> None:
        self.done = Event(home._env)
        self.seats = 0
        self._home = home
        self._key = key
        self._process = home._env.process(self._fly(work))

    def give_up_seat(self) -> None:
        self.seats -= 1
        if not self.seats and self._is_under_way():
            self._free_key()  # now, so that who comes next starts anew
            self._process.interrupt("all who wanted it have left")

    def _fly(self, work: Work) -> Generator[Event, Any, None]:
        try:
            value = yield from work()
        except Exception as error:
            self._free_key()
            self.done.fail(error).defused = True
        else:
            self._free_key()
            self.done.succeed(value)

    def _is_under_way(self) -> bool:
        return self._home._flights.get(self._key) is self

    def _free_key(self) -> None:
        if self._is_under_way():
            del self._home._flights[self._key]
