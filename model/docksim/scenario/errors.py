"""What is wrong with a scenario: problems with their place, and the error that carries them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches

Place = tuple[str | int, ...]
"""A key's place in a document: ("workload", 0, "rate")."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where it is, what was found there, what is allowed instead."""

    found: str
    allowed: str = ""
    suggestion: str = ""
    at: Place = ()
    file: str = ""

    def within(self, place: Place) -> "Problem":
        """The same problem seen from further out: its place starts with `place`."""
        return replace(self, at=place + self.at)

    def __str__(self) -> str:
        where = [part for part in (self.file, dotted(self.at)) if part]
        what = [self.found]
        if self.allowed:
            what.append(f"allowed: {self.allowed}")
        if self.suggestion:
            what.append(f"did you mean {shown(self.suggestion)}?")
        return ": ".join([*where, "; ".join(what)])


class ScenarioError(Exception):
    """A scenario that cannot be run; its text has one line for each problem."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class RefusedError(ValueError):
    """Raised by validators: problems placed relative to what is being validated."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "; ".join(str(problem) for problem in self.problems)


def refusal(found: str, allowed: str = "", *, suggestion: str = "", at: Place = ()) -> RefusedError:
    """A refusal of one problem."""
    return RefusedError(Problem(found, allowed, suggestion, at))


def unknown(what: str, name: object, allowed: Iterable[str], *, at: Place = ()) -> Problem:
    """The problem of a name that is none of those allowed, with the nearest of them."""
    names = list(allowed)
    return Problem(
        found=f"unknown {what} {shown(name)}",
        allowed=", ".join(names) or "none: there are none",
        suggestion=nearest(str(name), names),
        at=at,
    )


def nearest(name: str, names: Iterable[str]) -> str:
    """The name that was probably meant, or "" when none is near."""
    by_lower = {candidate.lower(): candidate for candidate in names}
    close = get_close_matches(name.lower(), by_lower, n=1)
    return by_lower[close[0]] if close else ""


def dotted(place: Place) -> str:
    """The place as it is written for people: workload[0].mix[1].tail, operations."runtime.runc"."""
    text = ""
    for part in place:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = f'"{part}"' if "." in part else part
            text += f".{key}" if text else key
    return text


def shown(value: object, limit: int = 60) -> str:
    """A value as it is written in TOML, shortened to about `limit` characters."""
    match value:
        case dict():
            return "a table"
        case list() | tuple():
            return f"a list of {len(value)}"
        case bool():
            return "true" if value else "false"
        case str():
            short = value if len(value) <= limit else value[:limit] + "…"
            return f'"{short}"'
        case _:
            return str(value)
