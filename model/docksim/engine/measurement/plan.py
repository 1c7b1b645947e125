"""What to measure, declared in TOML: points, each a load of operations under some conditions.

Every key of a point that may be a list makes a grid: the point stands for all combinations.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from annotated_types import Gt, MinLen
from pydantic import BeforeValidator, Discriminator, ValidationError, model_validator

from docksim.scenario.errors import Problem, RefusedError, ScenarioError, refusal
from docksim.scenario.explain import explain
from docksim.scenario.files import parse_toml, read_text
from docksim.scenario.quantities import Bytes, BytesPerSecond, PerSecond, Seconds
from docksim.scenario.section import Count, Flag, Name, Number, Positive, Section, Share

Operation = Literal[
    "create", "start", "stop", "kill", "rm", "rm --force", "pull", "rmi", "ps", "images",
    "logs", "logs --tail 10", "inspect",
]  # fmt: skip
Network = Literal["host", "none", "bridge"]
Behaviour = Literal["ignores", "honours", "delays", "mixed"]

UNLIMITED = "none"


def _as_tuple(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _rate(value: Any) -> Any:
    return 0 if value == UNLIMITED else value


Networks = Annotated[tuple[Network, ...], BeforeValidator(_as_tuple), MinLen(1)]
Behaviours = Annotated[tuple[Behaviour, ...], BeforeValidator(_as_tuple), MinLen(1)]
Counts = Annotated[tuple[Count, ...], BeforeValidator(_as_tuple), MinLen(1)]
Positives = Annotated[tuple[Positive, ...], BeforeValidator(_as_tuple), MinLen(1)]
Sizes = Annotated[tuple[Bytes, ...], BeforeValidator(_as_tuple), MinLen(1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple), MinLen(1)]
LinkRates = Annotated[
    tuple[Annotated[BytesPerSecond, BeforeValidator(_rate)], ...],
    BeforeValidator(_as_tuple),
    MinLen(1),
]


class Closed(Section):
    """Clients that each begin their next cycle when the last has ended."""

    kind: Literal["closed"]
    clients: Positives = (1,)
    pause: Seconds = 0.0
    """Between two cycles of a client."""


class Open(Section):
    """Cycles that begin at random instants (Poisson), whatever is under way."""

    kind: Literal["open"]
    rate: Annotated[tuple[PerSecond, ...], BeforeValidator(_as_tuple)] = ()
    of_capacity: Annotated[tuple[Share, ...], BeforeValidator(_as_tuple)] = ()
    """Instead of a rate: shares of the highest closed throughput of the same cycle and network
    that was measured before."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.rate) == bool(self.of_capacity):
            raise refusal("rate and of_capacity", "exactly one of them", at=("rate",))
        return self


class Batch(Section):
    """So many cycles at once; the next batch begins when all have ended and it is quiet."""

    kind: Literal["batch"]
    size: Positives


Load = Annotated[Closed | Open | Batch, Discriminator("kind")]


class ImagePlan(Section):
    """An image to be made and pushed; for pulls, one for each client."""

    name: Name
    layers: Positive = 1
    size: Bytes = 4e6
    """Of all layers, unpacked."""
    compressibility: Annotated[Share, Gt(0)] = 0.4
    skew: Annotated[Number, Gt(0)] = 1.0
    """The largest layer's size over the mean."""
    shared: Count = 0
    """Layers, from the lowest, that the clients' images have in common."""


class PointPlan(Section):
    """A load under some conditions; where a key has several values, all combinations of them."""

    set: Name
    """What it is measured for."""
    operations: Annotated[tuple[Operation, ...], MinLen(1)]
    """A cycle."""
    load: Load
    network: Networks = ("host",)
    image: Names = ("small",)
    behaviour: Behaviours = ("ignores",)
    """What containers do on SIGTERM; "delays" takes half a second to honour it, "mixed" has a
    third of each."""
    stop_timeout: Seconds = 1.0
    containers: Counts = (0,)
    """Containers lying about."""
    log_size: Sizes = (0.0,)
    """Of the container whose log is read."""
    slots: Positives = (3,)
    """Layers downloaded at once."""
    link_rate: LinkRates = (0.0,)
    """From the registry; "none" is as fast as it can."""
    cycles: Positive = 100
    """A block, of all clients together; batches, where the load is one."""
    warm_up: Count = 3
    """Cycles before those, that do not count."""
    accounting: Flag = False
    """Whether each operation's CPU time is taken, and what goes on after its reply; one client."""

    @model_validator(mode="after")
    def _accounting_of_one_client(self) -> Self:
        if self.accounting and not (isinstance(self.load, Closed) and self.load.clients == (1,)):
            raise refusal("accounting under concurrency", "one closed client", at=("accounting",))
        return self


class Plan(Section):
    """A plan's file."""

    name: Name
    seed: Count = 1
    repetitions: Positive = 3
    """Blocks of each point."""
    image: tuple[ImagePlan, ...] = (ImagePlan(name="small"),)
    point: Annotated[tuple[PointPlan, ...], MinLen(1)]

    @model_validator(mode="after")
    def _images_are_known(self) -> Self:
        known = [image.name for image in self.image]
        for i, point in enumerate(self.point):
            for name in point.image:
                if name not in known:
                    found, allowed = f"image {name!r}", f"one of {', '.join(known)}"
                    raise refusal(found, allowed, at=("point", i, "image"))
        return self

    def points(self) -> list[Point]:
        """All points, each once. Raises ScenarioError when two of them are the same."""
        points = [point for each in self.point for point in _expanded(each)]
        names = [point.name for point in points]
        for name in names:
            if names.count(name) > 1:
                raise ScenarioError(Problem(f"point {name} is there twice", at=("point",)))
        return points


@dataclass(frozen=True)
class Point:
    """One operating point. Rates in 1/s (0: not open, or not known yet), sizes in bytes."""

    set: str
    operations: tuple[Operation, ...]
    load: str
    clients: int
    rate: float
    of_capacity: float
    pause: float
    network: Network
    image: str
    behaviour: Behaviour
    stop_timeout: float
    containers: int
    log_size: float
    slots: int
    link_rate: float
    cycles: int
    warm_up: int
    accounting: bool

    @property
    def name(self) -> str:
        """Unique within a plan, and legible."""
        load = {
            "closed": f"x{self.clients}",
            "batch": f"batch{self.clients}",
            "open": f"{100 * self.of_capacity:g}pct" if self.of_capacity else f"{self.rate:g}per-s",
        }[self.load]
        parts = [self.set, "+".join(o.replace(" ", "") for o in self.operations), load]
        parts += [self.network, self.image, self.behaviour]
        optional = {"c": self.containers, "log": self.log_size, "rate": self.link_rate}
        parts += [f"{key}{value:g}" for key, value in optional.items() if value]
        parts.append(f"s{self.slots}")
        return "_".join(parts)

    @property
    def capacity_key(self) -> tuple[object, ...]:
        """What a capacity is of."""
        return (self.operations, self.network, self.behaviour, self.image)


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


def _expanded(plan: PointPlan) -> Iterator[Point]:
    for clients, rate, share in _levels(plan.load):
        for network, image, behaviour, containers, log_size, slots, link_rate in product(
            plan.network, plan.image, plan.behaviour, plan.containers, plan.log_size,
            plan.slots, plan.link_rate,
        ):  # fmt: skip
            yield Point(
                set=plan.set,
                operations=plan.operations,
                load=plan.load.kind,
                clients=clients,
                rate=rate,
                of_capacity=share,
                pause=plan.load.pause if isinstance(plan.load, Closed) else 0.0,
                network=network,
                image=image,
                behaviour=behaviour,
                stop_timeout=plan.stop_timeout,
                containers=containers,
                log_size=log_size,
                slots=slots,
                link_rate=link_rate,
                cycles=plan.cycles,
                warm_up=plan.warm_up,
                accounting=plan.accounting,
            )


def _levels(load: Closed | Open | Batch) -> Iterator[tuple[int, float, float]]:
    """Clients (or a batch's size), rate and share of capacity of each level."""
    match load:
        case Closed():
            yield from ((clients, 0.0, 0.0) for clients in load.clients)
        case Batch():
            yield from ((size, 0.0, 0.0) for size in load.size)
        case Open():
            yield from ((1, rate, 0.0) for rate in load.rate)
            yield from ((1, 0.0, share) for share in load.of_capacity)
