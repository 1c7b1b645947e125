"""dockerd's event stream: who listens hears of every container event as it happens."""

from __future__ import annotations

import simpy

from docksim.des.environment import Environment


class EventBus:
    """Counts what was published; a bell rings for those who listen."""

    def __init__(self, env: Environment) -> None:
        self._env = env
        self._bell: simpy.Event | None = None
        self.published = 0

    def publish(self, event: str) -> None:
        """Something happened to a container ("create", "start", "die", "destroy")."""
        self.published += 1
        if self._bell is not None:
            self._bell.succeed()
            self._bell = None

    def next_event(self) -> simpy.Event:
        """Happens at the next publication."""
        if self._bell is None:
            self._bell = simpy.Event(self._env)
        return self._bell
