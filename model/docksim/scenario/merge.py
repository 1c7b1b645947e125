"""Laying documents over each other: a scenario over its profile."""

from collections.abc import Mapping
from typing import Any

from docksim.scenario.errors import Place, refusal


def merge(base: Mapping[str, Any], over: Mapping[str, Any], at: Place = ()) -> dict[str, Any]:
    """`base` with the values of `over`: tables are merged key by key, all else is replaced; so is
    a law by one of another family.

    Operations are lists of steps, of which one is usual: a table over a list of one table changes
    that one. Over a longer list it would be unclear which one is meant: raises RefusedError.
    """
    merged = dict(base)
    for key, value in over.items():
        merged[key] = _laid_over(merged.get(key), value, (*at, key))
    return merged


def _laid_over(below: Any, value: Any, at: Place) -> Any:
    match below, value:
        case {"distribution": family}, {"distribution": other} if family != other:
            return value  # another law has other parameters
        case dict(), dict():
            return merge(below, value, at)
        case [dict() as only], dict():
            return [merge(only, value, at)]
        case [dict(), *_], dict():
            raise refusal(f"a table over a list of {len(below)}", f"a list: [[{at[-1]}]]", at=at)
        case _:
            return value
