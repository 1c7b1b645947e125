"""Recorded loads: a CSV or JSON Lines file of (time, command, image or container).

A row has a `time` (seconds, or a text with a unit) and the keys of an action; `container` is the
kind of a new container (run, create) or the target of the other commands.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter, ValidationError

from docksim.scenario.actions import Action, TargetedAction
from docksim.scenario.errors import Problem, RefusedError, refusal, shown, unknown
from docksim.scenario.explain import explain
from docksim.scenario.files import read_text
from docksim.scenario.quantities import SECONDS, Seconds
from docksim.scenario.section import Section
from docksim.scenario.values import parse_value

_ADAPTER: TypeAdapter[Action] = TypeAdapter(Action)
_ACTIONS = get_args(get_args(Action)[0])
_COLUMNS = {"time", "container"}.union(*(action.model_fields for action in _ACTIONS))
_TARGETED = {
    command
    for action in get_args(TargetedAction)
    for command in get_args(action.model_fields["command"].annotation)
}


class ReplayRow(Section):
    """One recorded command."""

    time: Seconds
    """When it is issued, counted from the workload's start."""
    action: Action
    """What is issued."""


def read_rows(path: Path) -> tuple[ReplayRow, ...]:
    """The rows of a CSV (by its name's ending) or JSON Lines file, whose times must ascend.

    Raises RefusedError that names file and line.
    """
    text = read_text(path)
    lines = _csv_lines(text, path) if path.suffix.lower() == ".csv" else _json_lines(text, path)
    rows: list[ReplayRow] = []
    actions: dict[str, Action] = {}
    for number, fields in lines:
        try:
            time = _time(fields.pop("time", None))
            if rows and time < rows[-1].time:
                earlier = SECONDS.write(rows[-1].time)
                found = f"time {SECONDS.write(time)} comes after {earlier}"
                raise refusal(found, "ascending times")
            # Recordings repeat themselves: equal commands share one action.
            key = json.dumps(fields)
            action = actions.get(key) or actions.setdefault(key, _action(fields))
        except RefusedError as error:
            raise _at_line(path, number, error) from None
        rows.append(ReplayRow.model_construct(time=time, action=action))
    if not rows:
        raise refusal(f"{path}: no commands", "at least one row")
    return tuple(rows)


def _csv_lines(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, fields) of each row; empty cells are left out."""
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    for name in header:
        if name not in _COLUMNS:
            problem = unknown("column", name, sorted(_COLUMNS))
            raise _at_line(path, 1, RefusedError(problem))
    for name in ("time", "command"):
        if header.count(name) != 1:
            problem = Problem(f"the header has no column {shown(name)}", "time,command,…")
            raise _at_line(path, 1, RefusedError(problem))
    for cells in reader:
        if len(cells) > len(header):
            found = f"{len(cells)} cells under a header of {len(header)}"
            raise _at_line(path, reader.line_num, refusal(found))
        fields = {
            name: parse_value(cell.strip())
            for name, cell in zip(header, cells, strict=False)
            if cell.strip()
        }
        if fields:
            yield reader.line_num, fields


def _json_lines(text: str, path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, fields) of each line that is not empty."""
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            fields = json.loads(line)
        except json.JSONDecodeError as error:
            raise _at_line(path, number, refusal(f"no valid JSON: {error.msg}")) from None
        if not isinstance(fields, dict):
            raise _at_line(path, number, refusal(f"found {shown(fields)}", "a JSON object"))
        yield number, fields


def _time(value: object) -> float:
    """Seconds: a plain number, or a text with a unit."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value!r} s"
    if value is None:
        raise refusal("no time", "seconds from the start, ascending", at=("time",))
    try:
        return SECONDS.parse(value)
    except ValueError as error:
        raise refusal(str(error), at=("time",)) from None


def _action(fields: dict[str, Any]) -> Action:
    if fields.get("command") in _TARGETED and "container" in fields:
        fields = dict(fields)
        fields["target"] = fields.pop("container")
    try:
        return _ADAPTER.validate_python(fields)
    except ValidationError as error:
        raise RefusedError(*explain(error, fields)) from None


def _at_line(path: Path, number: int, error: RefusedError) -> RefusedError:
    """The refusal of a row: its place is told in words, since it is in a file of its own."""
    first, *_ = error.problems
    return refusal(f"{path}, line {number}: {first}")
