"""Actions: the docker commands that a workload issues, and what each is aimed at."""

from typing import Annotated, Literal, Self

from annotated_types import Gt
from pydantic import Discriminator, model_validator

from docksim.scenario.containers import DEFAULT_KIND
from docksim.scenario.errors import refusal
from docksim.scenario.quantities import Seconds
from docksim.scenario.section import Count, Flag, Name, Number, Section

Target = Literal["own", "oldest", "newest", "random"]
State = Literal["running", "stopped", "any"]


class _Action(Section):
    command: str
    """Which docker command."""
    weight: Number = 1.0
    """How often it is chosen from a mix, relative to the others."""


class _ImageAction(_Action):
    """An action on an image: one, or chosen anew each time."""

    image: Name | None = None
    """The image; left out: chosen among `images`."""
    images: tuple[Name, ...] = ()
    """Images to choose from; left out: all of the scenario."""
    weights: tuple[Number, ...] = ()
    """How often each of `images` is chosen, relative to the others."""
    zipf: Number | None = None
    """Exponent of Zipf's law by which images are chosen, the first most often."""

    @model_validator(mode="after")
    def _one_choice(self) -> Self:
        if self.image is not None:
            for key in ("images", "weights", "zipf"):
                if getattr(self, key) not in ((), None):
                    raise refusal(f"image and {key} are both given", "one of them", at=(key,))
        if self.weights and self.zipf is not None:
            raise refusal("weights and zipf are both given", "one of them", at=("zipf",))
        if self.weights and not any(self.weights):
            raise refusal("all weights are 0", "at least one above 0", at=("weights",))
        if self.weights and self.images and len(self.weights) != len(self.images):
            raise refusal(
                f"{len(self.weights)} weights for {len(self.images)} images",
                "a weight for each image",
                at=("weights",),
            )
        return self


class _CreatingAction(_ImageAction):
    container: Name = DEFAULT_KIND
    """Kind of the new container."""


class _TargetedAction(_Action):
    target: Target = "random"
    """Which container: the client's "own" last one, the "oldest", the "newest" or a "random" one.
    Left out in a closed cycle that creates containers: "own"."""


class Ps(_Action):
    """docker ps: list containers."""

    command: Literal["ps"]
    all: Flag = False
    """Stopped ones too."""


class Images(_Action):
    """docker images: list images."""

    command: Literal["images"]


class Pull(_ImageAction):
    """docker pull: fetch an image."""

    command: Literal["pull"]


class Run(_CreatingAction):
    """docker run: create and start a container, pulling its image if it is absent."""

    command: Literal["run"]
    attach: Flag = False
    """Stay until the container exits; else (docker run --detach) return once it is started."""
    remove: Flag = False
    """Remove the container when it exits (docker run --rm)."""


class Create(_CreatingAction):
    """docker create: create a container without starting it."""

    command: Literal["create"]


class Start(_TargetedAction):
    """docker start: start a container that is not running."""

    command: Literal["start"]


class Stop(_TargetedAction):
    """docker stop: SIGTERM, and SIGKILL after a timeout."""

    command: Literal["stop"]
    timeout: Seconds | None = None
    """From SIGTERM to SIGKILL; left out: the container's."""


class Kill(_TargetedAction):
    """docker kill: send a signal."""

    command: Literal["kill"]
    signal: Literal["KILL", "TERM"] = "KILL"
    """The signal."""


class Rm(_TargetedAction):
    """docker rm: remove a container."""

    command: Literal["rm"]
    state: State = "any"
    """Which containers to choose from."""
    force: Flag = False
    """Kill it first if it runs (docker rm --force)."""


class Logs(_TargetedAction):
    """docker logs: read a container's log."""

    command: Literal["logs"]
    state: State = "any"
    """Which containers to choose from."""
    tail: Count | None = None
    """Only the last lines; left out: all."""
    since: Seconds | None = None
    """Only what was written in this time before now; left out: all."""
    follow: Flag = False
    """Stay and read on as it is written."""
    duration: Annotated[Seconds, Gt(0)] | None = None
    """How long to follow; left out: until the container exits."""

    @model_validator(mode="after")
    def _duration_of_following(self) -> Self:
        if self.duration is not None and not self.follow:
            raise refusal("a duration without following", "follow = true", at=("duration",))
        return self


class Rmi(_ImageAction):
    """docker rmi: remove an image."""

    command: Literal["rmi"]
    force: Flag = False
    """Also when stopped containers use it."""


class Inspect(_TargetedAction):
    """docker inspect: everything about a container."""

    command: Literal["inspect"]


class SystemDf(_Action):
    """docker system df: disk usage of images, containers and volumes."""

    command: Literal["system df"]


class Events(_Action):
    """docker events: follow what happens in the daemon."""

    command: Literal["events"]
    duration: Annotated[Seconds, Gt(0)]
    """How long to follow."""


Action = Annotated[
    Ps
    | Images
    | Pull
    | Run
    | Create
    | Start
    | Stop
    | Kill
    | Rm
    | Logs
    | Rmi
    | Inspect
    | SystemDf
    | Events,
    Discriminator("command"),
]
"""Any of the actions, told apart by `command`."""

ImageAction = Pull | Run | Create | Rmi
CreatingAction = Run | Create
TargetedAction = Start | Stop | Kill | Rm | Logs | Inspect
