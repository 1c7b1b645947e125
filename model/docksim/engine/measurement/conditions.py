"""The conditions that operations are measured under: their load, and what keys may say."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Annotated, Any, Literal, Self

from annotated_types import Gt, MinLen
from pydantic import AfterValidator, BeforeValidator, Discriminator, model_validator

from docksim.scenario.errors import refusal
from docksim.scenario.quantities import Bytes, BytesPerSecond, PerSecond, Seconds
from docksim.scenario.section import Count, Name, Positive, Section, Share

Operation = Literal[
    "create", "start", "run", "stop", "kill", "rm", "rm --force", "pull", "rmi", "ps", "images",
    "logs", "logs --tail 10", "inspect",
]  # fmt: skip
Network = Literal["host", "none", "bridge"]
Behaviour = Literal["ignores", "honours", "delays", "mixed"]

MAKING: frozenset[Operation] = frozenset({"create", "run"})
"""Operations that make a container, which the others of the cycle are about then."""

LOOKING: frozenset[Operation] = frozenset({"inspect", "logs", "logs --tail 10"})
"""Operations that need a container, and are given one where their cycle makes none."""

NEEDED: dict[Operation, Collection[Operation]] = {
    "start": MAKING, "stop": MAKING, "kill": MAKING, "rm": MAKING, "rm --force": MAKING,
    "rmi": {"pull"},
}  # fmt: skip
"""Operations of which one has to come before, so that there is something to operate on."""

UNLIMITED = "none"

UNFINISHED = ".partial"
"""Marks the folder of a block that is not finished, in a dataset."""


def _whole(seconds: float) -> float:
    if seconds != int(seconds):
        raise refusal(f"{seconds:g} s", "whole seconds: the engine takes no others")
    return seconds


def _reference(name: str) -> str:
    if not re.fullmatch("[a-z0-9]+([._-][a-z0-9]+)*", name):
        raise refusal(f"{name!r}", "lower-case letters, digits, and single . _ - between them")
    if UNFINISHED in name:
        raise refusal(f"{name!r}", f"a name without {UNFINISHED}, which marks unfinished blocks")
    return name


def _in_order(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    looked_at = dict.fromkeys(LOOKING, MAKING) if MAKING & set(operations) else {}
    return _after_what_they_need(operations, NEEDED | looked_at)


def _on_their_own(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    for operation in operations:
        if operation in ("pull", "rmi"):
            raise refusal(f"{operation} beside a load", "operations that leave its image there")
    return _after_what_they_need(operations, NEEDED | dict.fromkeys(LOOKING, MAKING))


def _after_what_they_need(
    operations: tuple[Operation, ...], needed: Mapping[Operation, Collection[Operation]]
) -> tuple[Operation, ...]:
    for number, operation in enumerate(operations):
        makers = needed.get(operation, ())
        if makers and not set(makers) & set(operations[:number]):
            allowed = f"{operation} after {' or '.join(sorted(makers))} in the same cycle"
            raise refusal(f"{operation} of nothing", allowed)
    return operations


WholeSeconds = Annotated[Seconds, AfterValidator(_whole)]
ReferenceName = Annotated[Name, AfterValidator(_reference)]
"""What may be a part of an image's reference, and of a folder's name."""


def _as_tuple(value: Any) -> Any:
    return value if isinstance(value, list | tuple) else (value,)


def _rate(value: Any) -> Any:
    return 0 if value == UNLIMITED else value


Networks = Annotated[tuple[Network, ...], BeforeValidator(_as_tuple), MinLen(1)]
Behaviours = Annotated[tuple[Behaviour, ...], BeforeValidator(_as_tuple), MinLen(1)]
Counts = Annotated[tuple[Count, ...], BeforeValidator(_as_tuple), MinLen(1)]
Positives = Annotated[tuple[Positive, ...], BeforeValidator(_as_tuple), MinLen(1)]
Sizes = Annotated[tuple[Bytes, ...], BeforeValidator(_as_tuple), MinLen(1)]
Delays = Annotated[tuple[Seconds, ...], BeforeValidator(_as_tuple), MinLen(1)]
Names = Annotated[tuple[Name, ...], BeforeValidator(_as_tuple), MinLen(1)]
Cycle = Annotated[tuple[Operation, ...], MinLen(1), AfterValidator(_in_order)]
CycleBeside = Annotated[tuple[Operation, ...], MinLen(1), AfterValidator(_on_their_own)]
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
    rate: Annotated[tuple[Annotated[PerSecond, Gt(0)], ...], BeforeValidator(_as_tuple)] = ()
    of_capacity: Annotated[tuple[Annotated[Share, Gt(0)], ...], BeforeValidator(_as_tuple)] = ()
    """Instead of a rate: shares of the highest closed throughput of the same cycle, network,
    behaviour and image that was measured before."""

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


class Beside(Section):
    """Closed clients that keep an engine busy while something else is measured."""

    operations: CycleBeside = ("create", "start", "rm --force")
    """Their cycle."""
    clients: Positive = 1
    """How many."""
    network: Network = "host"
    """Of the containers that they create."""
