"""Changing single values of a document by their paths: `host.cores`, `workload[0].rate`."""

import copy
import re
from collections.abc import Iterable, Mapping
from typing import Any

from docksim.scenario.errors import (
    Place,
    Problem,
    RefusedError,
    ScenarioError,
    dotted,
    refusal,
    shown,
    unknown,
)
from docksim.scenario.values import parse_value

_PART = re.compile(r'\.?(?:"(?P<quoted>[^"]*)"|\[(?P<bracket>[^\]]*)\]|(?P<plain>[^."\[\]]+))')

SOURCE = "--set"
"""How messages name the place of an override."""

SYNTAX = 'keys joined by dots: host.cores, workload[0].rate, images."alpine:3.17".present'


def parse_assignments(texts: Iterable[str]) -> dict[str, object]:
    """Paths and values of texts "KEY.PATH=VALUE"; an empty value removes the key (None).

    Raises ScenarioError for a text without a path or "=".
    """
    values: dict[str, object] = {}
    for text in texts:
        path, equals, value = (part.strip() for part in text.partition("="))
        if not equals or not path:
            allowed = "KEY.PATH=VALUE, as in host.cores=8"
            raise ScenarioError(Problem(f"found {shown(text)}", allowed, file=SOURCE))
        values[path] = parse_value(value) if value else None
    return values


def override(document: Mapping[str, Any], path: str, value: object) -> tuple[dict[str, Any], Place]:
    """A copy of the document in which `path` has this value, and the path's place in it.

    An entry of a list is named by its position or by its `name`; a list's only entry needs
    neither. Missing tables on the way are made. None removes the key, so that its default holds.
    Raises RefusedError when the path leads nowhere.
    """
    changed: dict[str, Any] = copy.deepcopy(dict(document))
    node: Any = changed
    place: Place = ()
    *way, last = _parts(path)
    for part in way:
        node, key, place = _find(node, part, place)
        node = node.setdefault(key, {}) if isinstance(node, dict) else node[key]
    node, key, place = _find(node, last, place)
    if value is not None:
        node[key] = value
    elif isinstance(node, dict):
        node.pop(key, None)
    else:
        del node[key]
    return changed, place


def value_at(document: Mapping[str, Any], path: str) -> tuple[object, Place]:
    """What the document has at `path`, and the path's place in it; None where it has nothing.

    Raises RefusedError when the path leads nowhere.
    """
    node: Any = document
    place: Place = ()
    for part in _parts(path):
        table, key, place = _find(node, part, place)
        node = table.get(key) if isinstance(table, dict) else table[key]
        if node is None:
            break
    return node, place


def _find(node: Any, part: str, place: Place) -> tuple[Any, Any, Place]:
    """The table or list that has what `part` names, its key there, and its place."""
    match node:
        case dict():
            return node, part, (*place, part)
        case list() if part.isdecimal() and int(part) < len(node):
            return node, int(part), (*place, int(part))
        case list() if part.isdecimal():
            raise refusal(f"there is no {dotted((*place, int(part)))}", f"0 to {len(node) - 1}")
        case list():
            names = [str(entry.get("name")) for entry in node if isinstance(entry, dict)]
            if part in names:
                return node, names.index(part), (*place, names.index(part))
            if len(node) == 1:
                return _find(node[0], part, (*place, 0))
            raise RefusedError(unknown("entry", part, names, at=place))
        case _:
            raise refusal(f"{dotted(place)} is {shown(node)}, which has no key {shown(part)}")


def _parts(path: str) -> list[str]:
    parts, position = [], 0
    while position < len(path):
        match = _PART.match(path, position)
        if match is None or (position == 0 and path.startswith((".", "["))):
            raise refusal(f'found "{path}"', SYNTAX)
        parts.append(next(group for group in match.groups() if group is not None))
        position = match.end()
    if not parts:
        raise refusal(f'found "{path}"', SYNTAX)
    return parts
