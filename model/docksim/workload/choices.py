"""What a workload's next command is: the action, the image, the container."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Generic, TypeVar

from docksim.des.streams import Draws, Streams
from docksim.scenario.actions import Action, CreatingAction, ImageAction, TargetedAction
from docksim.scenario.containers import ContainerKind
from docksim.scenario.images import Image
from docksim.scenario.scenario import Scenario
from docksim.system.container import Container
from docksim.system.daemon.containers import ContainerTable

T = TypeVar("T")

STATES = {"stop": "running", "kill": "running", "start": "stopped", "inspect": "any"}
"""In what state a command's target is, where the user has no say."""

CLAIMING = frozenset({"start", "stop", "kill", "rm"})
"""Commands that change their target, so that no other is to choose it meanwhile."""


class Weighted(Generic[T]):
    """A choice by weight."""

    __slots__ = ("_bounds", "_things")

    def __init__(self, things: Sequence[T], weights: Sequence[float]) -> None:
        self._things = things
        self._bounds = list(accumulate(weights))

    def pick(self, uniform: float) -> T:
        """The thing at that share (0 to 1) of the weights."""
        if len(self._things) == 1:
            return self._things[0]
        return self._things[bisect_right(self._bounds, uniform * self._bounds[-1])]


class Plan:
    """An action, and how its image and its target are chosen: each choice is the command
    number's own.

    kind    of the container that the action creates, if it creates one
    claims  whether no other command is to choose its target meanwhile
    """

    __slots__ = ("_images", "_random", "_state", "_table", "_target", "action", "claims", "kind")

    def __init__(
        self,
        action: Action,
        table: ContainerTable,
        kind: ContainerKind | None,
        images: Weighted[Image] | None,
        random: Draws,
    ) -> None:
        self.action = action
        self.kind = kind
        self.claims = action.command in CLAIMING
        self._images = images
        self._random = random
        self._table = table
        self._target = action.target if isinstance(action, TargetedAction) else None
        self._state = getattr(action, "state", None) or STATES.get(action.command, "any")

    def image(self, number: int) -> Image | None:
        """The image that it is about, if it is about one."""
        return self._images.pick(self._random.at(number)) if self._images else None

    def target(self, number: int, own: Container | None) -> Container | None:
        """The container that it is aimed at; None also when there is none to choose."""
        if self._target is None:
            return None
        if self._target == "own":
            return own
        return self._table.choose(self._target, self._state, self._random.at(number))


class Chooser:
    """Makes plans and mixes of a scenario's actions."""

    def __init__(self, scenario: Scenario, streams: Streams, table: ContainerTable) -> None:
        self._images = {image.name: image for image in scenario.images}
        self._kinds = {kind.name: kind for kind in scenario.containers}
        self._table = table
        self._streams = streams

    def plan(self, action: Action) -> Plan:
        """How to go about an action."""
        images = self._choice_of(action) if isinstance(action, ImageAction) else None
        return Plan(
            action,
            self._table,
            self._kinds[action.container] if isinstance(action, CreatingAction) else None,
            images,
            self._streams.uniforms("image choice" if images else "target choice"),
        )

    def mix(self, workload: str, actions: Sequence[Action]) -> Mix:
        """The mix of a workload."""
        plans = [self.plan(action) for action in actions]
        weights = [action.weight for action in actions]
        return Mix(Weighted(plans, weights), self._streams.uniforms(f"workload {workload}: mix"))

    def _choice_of(self, action: ImageAction) -> Weighted[Image]:
        names = [action.image] if action.image else list(action.images or self._images)
        images = [self._images[name] for name in names]
        if action.zipf is not None:
            weights = [rank**-action.zipf for rank in range(1, len(images) + 1)]
        else:
            weights = list(action.weights) or [1.0] * len(images)
        return Weighted(images, weights)


class Mix:
    """The plans of a workload, chosen by weight."""

    def __init__(self, choice: Weighted[Plan], draws: Draws) -> None:
        self._choice = choice
        self._draws = draws

    def pick(self, number: int) -> Plan:
        """The plan of the command with that number."""
        return self._choice.pick(self._draws.at(number))
