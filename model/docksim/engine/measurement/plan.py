"""What to measure, declared in TOML: points, each a load of operations under some conditions.

Every key of a point that may be a list makes a grid: the point stands for all combinations.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Self

from annotated_types import Gt, MinLen
from pydantic import ValidationError, model_validator

from docksim.engine.measurement.client import TIMEOUT
from docksim.engine.measurement.conditions import (
    MAKING,
    UNFINISHED,
    Behaviours,
    Beside,
    Closed,
    Counts,
    Cycle,
    Delays,
    LinkRates,
    Load,
    Names,
    Networks,
    Positives,
    ReferenceName,
    Sizes,
    WholeSeconds,
)
from docksim.engine.measurement.points import Point, expanded
from docksim.engine.private.images import ImageShape
from docksim.scenario.errors import Problem, RefusedError, ScenarioError, refusal
from docksim.scenario.explain import explain
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.quantities import Bytes
from docksim.scenario.section import Count, Flag, Name, Number, Positive, Section, Share

LONGEST_NAME = 255
"""Bytes that a folder's name may have: NAME_MAX of the kernel's limits.h."""

BLOCKS_ENDING = f"-999{UNFINISHED}999"
"""As much as a dataset appends to a point's name."""


class ImagePlan(Section):
    """An image to be made and pushed; for pulls, one for each client."""

    name: ReferenceName
    layers: Positive = 1
    size: Bytes = 4e6
    """Of all layers, unpacked."""
    compressibility: Annotated[Share, Gt(0)] = 0.4
    skew: Annotated[Number, Gt(0)] = 1.0
    """The largest layer's size over the mean."""
    shared: Count = 0
    """Layers, from the lowest, that the clients' images have in common."""

    @model_validator(mode="after")
    def _can_be_made(self) -> Self:
        try:
            self.shape()
        except ValueError as error:
            raise refusal(str(error)) from None
        return self

    def shape(self) -> ImageShape:
        """What it is to be like. Raises ValueError when no image is."""
        return ImageShape(self.layers, self.size, self.compressibility, self.skew, self.shared)


class PointPlan(Section):
    """A load under some conditions; where a key has several values, all combinations of them."""

    set: ReferenceName
    """What it is measured for."""
    operations: Cycle
    """A cycle."""
    load: Load
    network: Networks = ("host",)
    image: Names = ("small",)
    behaviour: Behaviours = ("ignores",)
    """What containers do on SIGTERM; "delays" takes half a second to honour it, "mixed" has a
    third of each."""
    stop_timeout: WholeSeconds = 1.0
    containers: Counts = (0,)
    """Containers lying about."""
    running: Counts = (0,)
    """Containers that run besides, and do nothing."""
    images: Counts = (0,)
    """Images lying about, besides its own."""
    log_size: Sizes = (0.0,)
    """Of the container whose log is read."""
    slots: Positives = (3,)
    """Layers downloaded at once."""
    link_rate: LinkRates = (0.0,)
    """From the registry; "none" is as fast as it can."""
    rtt: Delays = (0.0,)
    """Added to each round trip to the registry."""
    beside: Beside | None = None
    """A load that goes on beside it, whose operations are not counted."""
    timed_runtime: Flag = False
    """Whether each call of the low-level runtime is timed, by a wrapper that costs some itself."""
    cycles: Positive = 100
    """A block, of all clients together; batches, where the load is one."""
    warm_up: Count = 3
    """Cycles before those, that do not count."""
    accounting: Flag = False
    """Whether each operation is traced, alone: its CPU time and kernel sleeps until the reply, and
    what goes on after it, which is waited for; one client."""
    brisk: Flag = False
    """Whether it tells a calibration what operations take without the pauses of accounting, and
    without a trace, which makes them slower; one client."""

    @model_validator(mode="after")
    def _traces_of_one_client(self) -> Self:
        alone = isinstance(self.load, Closed) and self.load.clients == (1,) and not self.beside
        for key in ("accounting", "brisk", "timed_runtime"):
            if getattr(self, key) and not alone:
                raise refusal(f"{key} under concurrency", "one closed client alone", at=(key,))
        if self.timed_runtime and (self.accounting or self.brisk):
            found = "a calibration's load with a timed runtime, which costs some itself"
            raise refusal(found, "one or the other", at=("timed_runtime",))
        return self

    @model_validator(mode="after")
    def _what_goes_on_beside_has_its_image(self) -> Self:
        if self.beside and "pull" in self.operations and MAKING & set(self.beside.operations):
            found = "containers made beside a pull of their image"
            raise refusal(found, "a cycle without pull, or none made beside it", at=("beside",))
        return self

    @model_validator(mode="after")
    def _stops_are_waited_for(self) -> Self:
        lasting = "stop" in self.operations and {"ignores", "mixed"} & set(self.behaviour)
        lasting_beside = self.beside and "stop" in self.beside.operations
        if self.stop_timeout >= TIMEOUT and (lasting or lasting_beside):
            found = f"{self.stop_timeout:g} s for containers that ignore SIGTERM"
            allowed = f"less than {TIMEOUT:g} s, after which an answer is given up"
            raise refusal(found, allowed, at=("stop_timeout",))
        return self


class Plan(Section):
    """A plan's file."""

    name: Name
    seed: Count = 1
    repetitions: Positive = 3
    """Blocks of each point."""
    probe_rounds: Positive = 1
    """Rounds of micro-probes, evenly spread among the blocks."""
    image: tuple[ImagePlan, ...] = (ImagePlan(name="small"),)
    point: Annotated[tuple[PointPlan, ...], MinLen(1)]

    @model_validator(mode="after")
    def _images_are_known(self) -> Self:
        known = [image.name for image in self.image]
        for number, name in enumerate(known):
            if name in known[:number]:
                raise refusal(f"image {name!r} twice", "names that differ", at=("image", number))
        for i, point in enumerate(self.point):
            for name in point.image:
                if name not in known:
                    found, allowed = f"image {name!r}", f"one of {', '.join(known)}"
                    raise refusal(found, allowed, at=("point", i, "image"))
        return self

    @model_validator(mode="after")
    def _capacities_are_measured(self) -> Self:
        points = [point for each in self.point for point in expanded(each)]
        told = {point.capacity_key for point in points if point.load == "closed"}
        for number, each in enumerate(self.point):
            if any(p.of_capacity and p.capacity_key not in told for p in expanded(each)):
                allowed = "a closed load of the same cycle, network, behaviour and image besides"
                raise refusal("a share of no capacity", allowed, at=("point", number, "load"))
        return self

    def points(self) -> list[Point]:
        """All points, each once. Raises ScenarioError when two of them are the same, or the name of
        one is too long."""
        points = [point for each in self.point for point in expanded(each)]
        names = [point.name for point in points]
        for name in names:
            if names.count(name) > 1:
                raise ScenarioError(Problem(f"point {name} is there twice", at=("point",)))
            if len(name + BLOCKS_ENDING) > LONGEST_NAME:
                found = f"a name of {len(name)} bytes, {name}"
                allowed = f"at most {LONGEST_NAME - len(BLOCKS_ENDING)}: a shorter set or cycle"
                raise ScenarioError(Problem(found, allowed, at=("point",)))
        return points


def load_plan(path: Path) -> Plan:
    """The plan of a file. Raises ScenarioError with all that is wrong with it."""
    try:
        document = parse_toml(read_text(path), str(path))
    except RefusedError as error:
        raise ScenarioError(*error.problems) from None
    try:
        plan = Plan.model_validate(document)
        plan.points()
    except ValidationError as error:
        problems = explain(error, document)
    except ScenarioError as error:
        problems = list(error.problems)
    else:
        return plan
    raise ScenarioError(
        *(Problem(p.found, p.allowed, p.suggestion, p.at, str(path)) for p in problems)
    )
