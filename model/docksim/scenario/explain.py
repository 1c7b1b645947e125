"""Validation errors in plain words: where, what was found, what is allowed."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from docksim.scenario.errors import Place, Problem, RefusedError, nearest, shown

# The order in which problems are told: an unknown key also explains why another is missing.
_TELLING = ("unknown", "found", "missing")

_ALLOWED: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "int_type": lambda _: "a whole number",
    "int_from_float": lambda _: "a whole number",
    "float_type": lambda _: "a number",
    "finite_number": lambda _: "a finite number",
    "bool_type": lambda _: "true or false",
    "string_type": lambda _: "a text in quotes",
    "string_too_short": lambda _: "a text that is not empty",
    "tuple_type": lambda _: "a list",
    "list_type": lambda _: "a list",
    "dict_type": lambda _: "a table",
    "mapping_type": lambda _: "a table",
    "model_type": lambda _: "a table",
    "model_attributes_type": lambda _: "a table",
    "too_short": lambda context: f"at least {context['min_length']}",
    "greater_than": lambda context: f"more than {context['gt']:g}",
    "greater_than_equal": lambda context: f"at least {context['ge']:g}",
    "less_than_equal": lambda context: f"at most {context['le']:g}",
    "literal_error": lambda context: _listed(context["expected"]),
    "union_tag_invalid": lambda context: _listed(context["expected_tags"]),
}


def explain(error: ValidationError, document: object) -> list[Problem]:
    """The problems of `document`, the most telling first."""
    problems = [
        problem
        for details in error.errors(include_url=False)
        for problem in _problems(details, _place(details["loc"], document))
    ]
    return sorted(dict.fromkeys(problems), key=lambda problem: _rank(problem.found))


def _rank(found: str) -> int:
    return next((n for n, word in enumerate(_TELLING) if found.startswith(word)), 1)


def _problems(details: ErrorDetails, place: Place) -> list[Problem]:
    kind, context, value = details["type"], details.get("ctx", {}), details["input"]
    if kind == "too_short" and len(value) >= context["min_length"]:
        return []  # its members are what is wrong, and are told of
    refused = context.get("error")
    if isinstance(refused, RefusedError):
        return [problem.within(place) for problem in refused.problems]
    if kind == "missing":
        return [Problem("missing", "a value: this key has no default", at=place)]
    if kind in ("union_tag_invalid", "union_tag_not_found"):
        return [_tag_problem(kind, context, value, place)]
    if kind in _ALLOWED:
        allowed = _ALLOWED[kind](context)
        suggestion = ""
        if kind == "literal_error" and isinstance(value, str):
            suggestion = nearest(value, allowed.split(", "))
        return [Problem(f"found {shown(value)}", allowed, suggestion, at=place)]
    return [Problem(str(refused) if refused else details["msg"], at=place)]


def _tag_problem(kind: str, context: Mapping[str, Any], value: Any, place: Place) -> Problem:
    """The problem of a table whose `kind` or `command` is missing or unknown."""
    key = context["discriminator"].strip("'")
    if kind == "union_tag_not_found":
        if not isinstance(value, dict):
            return Problem(f"found {shown(value)}", f"a table with the key {key}", at=place)
        return Problem(f"missing: which {key}", f"a table with the key {key}", at=(*place, key))
    allowed = _listed(context["expected_tags"])
    found = str(context["tag"])
    return Problem(
        f"unknown {key} {shown(found)}",
        allowed,
        nearest(found, allowed.split(", ")),
        at=(*place, key),
    )


def _listed(quoted: str) -> str:
    """Pydantic's list of choices, "'a', 'b' or 'c'", as "a, b, c"."""
    return ", ".join(re.findall(r"'([^']*)'", quoted))


def _place(location: tuple[str | int, ...], document: object) -> Place:
    """The keys of an error's location; it also names the chosen members of unions."""
    place: list[str | int] = []
    node, tag = document, _tag(document)
    for number, part in enumerate(location):
        last = number == len(location) - 1
        if part == tag:
            tag = None
            continue
        inside = _child(node, part)
        if inside is None and not (last and isinstance(node, dict) and _is_key(part)):
            continue
        place.append(part)
        node = inside
        tag = _tag(node)
    return tuple(place)


def _tag(node: object) -> object:
    """What tells which member of a union a table is."""
    return node.get("kind", node.get("command")) if isinstance(node, dict) else None


def _child(node: object, part: str | int) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    if isinstance(node, list | tuple) and isinstance(part, int) and part < len(node):
        return node[part]
    return None


def _is_key(part: str | int) -> bool:
    """Whether a location's last part is a key, and not the description of a validator."""
    return isinstance(part, str) and "[" not in part and "(" not in part
