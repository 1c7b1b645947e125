"""A docker command on its way through the layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import simpy

from docksim.des.environment import Environment

if TYPE_CHECKING:
    from docksim.scenario.containers import ContainerKind
    from docksim.scenario.images import Image
    from docksim.scenario.workload import Action
    from docksim.system.container import Container

EXIT_BRANCH = 999
"""The branch on which a container's exit is handled, besides those of its (at most 127) layers."""

ATTEMPT_STRIDE = 1000
"""A retry draws from streams of its own: occurrence = branch + stride × attempt."""


class Command:
    """What a command carries along.

    `number` and `occurrence` select its random demands: the n-th command of a run meets the
    same ones whatever else happens. `owed` is pure waiting (seconds) that is known but not yet
    slept: waits in a row are slept as one, before the command next touches anything that others
    can see. `waited` adds up the seconds that it queued.
    """

    __slots__ = (
        "action",
        "container",
        "first_byte",
        "image",
        "interruptible",
        "kind",
        "number",
        "occurrence",
        "owed",
        "waited",
    )

    def __init__(
        self,
        number: int,
        action: Action | None,
        image: Image | None = None,
        kind: ContainerKind | None = None,
        container: Container | None = None,
        occurrence: int = 0,
    ) -> None:
        self.number = number
        self.action = action
        self.image = image
        self.kind = kind
        self.container = container
        self.occurrence = occurrence
        self.owed = 0.0
        self.waited = 0.0
        self.first_byte = float("nan")
        self.interruptible = False

    @property
    def branch(self) -> int:
        """0 for the command itself, k for its k-th layer, EXIT_BRANCH for a container's exit."""
        return self.occurrence % ATTEMPT_STRIDE

    def fork(self, occurrence: int) -> Command:
        """A branch of this command that goes its own way in time."""
        return Command(self.number, self.action, self.image, self.kind, self.container, occurrence)

    def settle(self, env: Environment) -> Iterable[simpy.Event]:
        """Sleep what is owed (for `yield from`); needed before others may see what comes next."""
        return self._sleep(env) if self.owed else ()

    def _sleep(self, env: Environment) -> Iterable[simpy.Event]:
        yield env.sleep(self.owed)
        self.owed = 0.0
