"""Workloads: who issues commands, and when."""

from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from annotated_types import Gt, MinLen
from pydantic import (
    Discriminator,
    Field,
    ValidationInfo,
    field_serializer,
    field_validator,
    model_validator,
)

from docksim.des.distributions import Constant, Distribution
from docksim.scenario.actions import Action, CreatingAction, TargetedAction
from docksim.scenario.errors import Place, Problem, RefusedError, refusal
from docksim.scenario.quantities import PerSecond, Seconds
from docksim.scenario.randomness import RandomSeconds
from docksim.scenario.replay import ReplayRow, read_rows
from docksim.scenario.section import Name, Positive, Section

__all__ = ["Action", "Batch", "Closed", "Open", "Period", "Replay", "ReplayRow", "Workload"]

NO_THINKING: Distribution = Constant(0.0)

_NEEDED: dict[str, frozenset[str]] = {
    "poisson": frozenset({"rate"}),
    "deterministic": frozenset({"rate"}),
    "bursts": frozenset({"rate", "burst_size"}),
    "piecewise": frozenset({"rates"}),
    "listed": frozenset({"times"}),
}
_POSSIBLE = _NEEDED | {"piecewise": frozenset({"rates", "period"})}


class _Workload(Section):
    kind: str
    """How commands come."""
    name: Name
    """Name in the results; needed where two workloads are of one kind."""
    start: Seconds = 0.0
    """When it begins."""
    timeout: Annotated[Seconds, Gt(0)] | None = None
    """When a client gives up waiting for a command; left out: never."""


class _Mixed(_Workload):
    mix: tuple[Action, ...] = ()
    """Actions, of which one is chosen by weight for each command."""
    cycle: tuple[Action, ...] = ()
    """Instead of a mix: actions that each arrival performs one after the other, as a client that
    comes and goes; rates and counts are of arrivals then."""

    @field_validator("mix")
    @classmethod
    def _something_to_choose(cls, mix: tuple[Action, ...]) -> tuple[Action, ...]:
        if mix and not any(action.weight for action in mix):
            raise refusal("all weights are 0", "at least one above 0")
        return _nobodys_own(mix, "mix")

    @field_validator("cycle")
    @classmethod
    def _own_containers(cls, cycle: tuple[Action, ...]) -> tuple[Action, ...]:
        return _meaning_own(cycle)

    @model_validator(mode="after")
    def _mix_or_cycle(self) -> Self:
        if bool(self.mix) == bool(self.cycle):
            found = "both mix and cycle" if self.mix else "neither mix nor cycle"
            raise refusal(found, "one of them, with at least one action", at=("mix",))
        return self


class Period(Section):
    """A time from which on another rate holds."""

    begin: Seconds = Field(alias="from")
    """When it begins, from the workload's start."""
    rate: PerSecond
    """Commands per second."""


class Open(_Mixed):
    """Commands arrive at a rate, however long the earlier ones take."""

    kind: Literal["open"]
    name: Name = "open"
    arrivals: Literal["poisson", "deterministic", "bursts", "piecewise", "listed"] = "poisson"
    """"poisson": at random; "deterministic": at equal distances; "bursts": `burst_size` at once,
    the bursts at random; "piecewise": at random at `rates` that change with time; "listed": at
    `times`, as they were recorded."""
    rate: Annotated[PerSecond, Gt(0)] | None = None
    """Commands (not bursts) per second, on average."""
    burst_size: Positive | None = None
    """Commands of a burst."""
    rates: tuple[Period, ...] = ()
    """Rates of "piecewise", the first from 0, each until the next begins."""
    period: Annotated[Seconds, Gt(0)] | None = None
    """When the `rates` begin again; left out: the last one holds on."""
    times: tuple[Seconds, ...] = ()
    """Instants of "listed", ascending, from the workload's start."""

    @model_validator(mode="after")
    def _arrivals_are_clear(self) -> Self:
        for key in ("rate", "burst_size", "rates", "period", "times"):
            given = getattr(self, key) not in (None, ())
            if given and key not in _POSSIBLE[self.arrivals]:
                raise refusal(f'{key} has no meaning for arrivals = "{self.arrivals}"', at=(key,))
            if not given and key in _NEEDED[self.arrivals]:
                raise refusal(f'missing for arrivals = "{self.arrivals}"', "a value", at=(key,))
        return self

    @field_validator("times")
    @classmethod
    def _times_ascend(cls, times: tuple[float, ...]) -> tuple[float, ...]:
        for number, (before, time) in enumerate(pairwise(times), start=1):
            if time < before:
                raise refusal(f"{time:g} s after {before:g} s", "ascending times", at=(number,))
        return times

    @model_validator(mode="after")
    def _rates_ascend(self) -> Self:
        begins = [period.begin for period in self.rates]
        for number, begin in enumerate(begins):
            at = ("rates", number, "from")
            if number == 0 and begin > 0:
                raise refusal(f"the first rate begins at {begin:g} s", "0 s", at=at)
            if number > 0 and begin <= begins[number - 1]:
                raise refusal(
                    f"{begin:g} s after {begins[number - 1]:g} s", "ascending times", at=at
                )
            if self.period is not None and begin >= self.period:
                raise refusal(
                    f"{begin:g} s", f"times within the period of {self.period:g} s", at=at
                )
        if self.rates and not any(period.rate for period in self.rates):
            raise refusal("all rates are 0", "at least one above 0", at=("rates",))
        return self


class Closed(_Workload):
    """Clients, each of which waits for its command to end and thinks before the next."""

    kind: Literal["closed"]
    name: Name = "closed"
    clients: Positive
    """How many."""
    think: RandomSeconds = NO_THINKING
    """Between the end of a command and the next."""
    cycle: Annotated[tuple[Action, ...], MinLen(1)]
    """Actions in the order in which every client repeats them."""

    @field_validator("cycle")
    @classmethod
    def _own_containers(cls, cycle: tuple[Action, ...]) -> tuple[Action, ...]:
        return _meaning_own(cycle)


class Batch(_Mixed):
    """Many commands at once."""

    kind: Literal["batch"]
    name: Name = "batch"
    count: Positive
    """How many."""


class Replay(_Workload):
    """Commands at recorded times."""

    kind: Literal["replay"]
    name: Name = "replay"
    file: Name | None = None
    """CSV or JSON Lines file, relative to the scenario file, with the keys of `rows`."""
    rows: tuple[ReplayRow, ...] = ()
    """What is replayed; read from the file when left out."""

    @field_serializer("rows")
    def _short_rows(self, rows: tuple[ReplayRow, ...]) -> list[dict[str, Any]]:
        """Without what is at its default: a recording may be long."""
        return [row.model_dump(mode="json", exclude_defaults=True) for row in rows]

    @model_validator(mode="before")
    @classmethod
    def _read(cls, values: Any, info: ValidationInfo) -> Any:
        if not isinstance(values, dict) or "rows" in values:
            return values
        name = values.get("file")
        if not isinstance(name, str):
            return values
        folder = info.context["folder"] if info.context else Path()
        try:
            return {**values, "rows": read_rows(folder / name)}
        except RefusedError as error:
            raise RefusedError(*(problem.within(("file",)) for problem in error.problems)) from None

    @model_validator(mode="after")
    def _sound_rows(self) -> Self:
        if not self.rows:
            raise refusal("nothing to replay", "a file, or rows", at=("file",))
        for number, row in enumerate(self.rows):
            if number and row.time < self.rows[number - 1].time:
                raise refusal("an earlier time", "ascending times", at=("rows", number, "time"))
        _nobodys_own(tuple(row.action for row in self.rows), "replay")
        return self


Workload = Annotated[Open | Closed | Batch | Replay, Discriminator("kind")]
"""Any of the workloads, told apart by `kind`."""


def actions_of(workload: Workload) -> list[tuple[Place, Action]]:
    """A workload's actions, each with its place in the workload's table."""
    match workload:
        case Closed():
            return [(("cycle", number), action) for number, action in enumerate(workload.cycle)]
        case Replay():
            rows = enumerate(workload.rows)
            return [(("rows", number, "action"), row.action) for number, row in rows]
        case _:
            key = "mix" if workload.mix else "cycle"
            chosen = workload.mix or workload.cycle
            return [((key, number), action) for number, action in enumerate(chosen)]


def _meaning_own(cycle: tuple[Action, ...]) -> tuple[Action, ...]:
    """Clients that create containers mean their own, unless they say otherwise."""
    if not any(isinstance(action, CreatingAction) for action in cycle):
        return _nobodys_own(cycle, "cycle without run or create")
    return tuple(
        action.model_copy(update={"target": "own"})
        if isinstance(action, TargetedAction) and "target" not in action.model_fields_set
        else action
        for action in cycle
    )


def _nobodys_own(actions: tuple[Action, ...], where: str) -> tuple[Action, ...]:
    """Refuse the target "own" where no client has containers of its own."""
    own = [
        Problem(
            f'target "own" in a {where}',
            "oldest, newest, random",
            at=(number, "target"),
        )
        for number, action in enumerate(actions)
        if isinstance(action, TargetedAction) and action.target == "own"
    ]
    if own:
        raise RefusedError(*own)
    return actions
