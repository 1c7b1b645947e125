"""A table that grows row by row: fixed columns, eight bytes a number, four a string."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

_TYPECODES: dict[type, str] = {float: "d", int: "q", str: "i"}

# Rows are put into columns so many at a time, which takes half the time of one by one.
_BLOCK = 1024


class Recorder:
    """Rows of the given columns, each of type float, int or str.

    Strings are kept as codes, for many rows repeat few of them.
    """

    __slots__ = ("_codes", "_columns", "_new_rows", "_stored", "_types")

    def __init__(self, columns: Mapping[str, type]) -> None:
        """Raises ValueError for a column of another type, or when there is none."""
        if not columns:
            raise ValueError("a table needs columns")
        for name, kind in columns.items():
            if kind not in _TYPECODES:
                raise ValueError(f"column {name!r} can be of float, int or str, not of {kind}")
        self._types = dict(columns)
        self._columns = {name: array(_TYPECODES[kind]) for name, kind in columns.items()}
        self._codes = _Codes()
        self._new_rows: list[tuple[Any, ...]] = []
        self._stored = 0  # rows in the columns; the new ones come after them

    def __len__(self) -> int:
        return self._stored + len(self._new_rows)

    def add(self, *row: Any) -> int:
        """Append a row, a value for each column in their order; its number, from 0.

        Raises ValueError when there are too few values or too many. A value of the wrong type is
        found when the row is put into the columns (TypeError).
        """
        if len(row) != len(self._columns):
            raise ValueError(f"{len(row)} values for the {len(self._columns)} columns of a row")
        rows = self._new_rows
        rows.append(row)
        number = self._stored + len(rows) - 1
        if len(rows) == _BLOCK:
            self._store()
        return number

    def set(self, row: int, column: str, value: Any) -> None:
        """Overwrite one cell of a row that was added before.

        Raises IndexError when there is no such row, KeyError when there is no such column.
        """
        if row >= self._stored:
            self._store()
        self._columns[column][row] = self._codes[value] if self._types[column] is str else value

    def frame(self) -> pd.DataFrame:
        """All rows so far, as a copy."""
        self._store()
        return pd.DataFrame({name: self._cells(name) for name in self._columns})

    def _store(self) -> None:
        rows, self._new_rows = self._new_rows, []
        if not rows:
            return
        self._stored += len(rows)
        for (name, column), values in zip(
            self._columns.items(), zip(*rows, strict=True), strict=True
        ):
            if self._types[name] is str:
                column.extend(map(self._codes.__getitem__, values))
            else:
                column.extend(values)

    def _cells(self, name: str) -> Any:
        cells = np.array(self._columns[name])
        if self._types[name] is not str:
            return cells
        return pd.Categorical.from_codes(cells, pd.Index(list(self._codes), dtype=str)).astype(str)


class _Codes(dict[str, int]):
    """Numbers strings in the order in which they are first asked for."""

    def __missing__(self, text: str) -> int:
        code = self[text] = len(self)
        return code
