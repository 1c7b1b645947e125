import math
import tracemalloc

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from docksim.des.recorder import Recorder

COLUMNS: dict[str, type] = {"number": int, "command": str, "start": float}


def test_rows_come_out_as_they_went_in() -> None:
    recorder = Recorder(COLUMNS)
    assert recorder.add(1, "pull", 0.5) == 0
    assert recorder.add(2, "run", math.nan) == 1
    frame = recorder.frame()
    expected = pd.DataFrame(
        {"number": [1, 2], "command": ["pull", "run"], "start": [0.5, math.nan]}
    )
    pd.testing.assert_frame_equal(frame, expected)
    assert len(recorder) == 2


def test_an_empty_table_has_its_columns_and_types() -> None:
    frame = Recorder(COLUMNS).frame()
    assert list(frame.columns) == list(COLUMNS)
    assert len(frame) == 0
    assert pd.api.types.is_integer_dtype(frame["number"])
    assert pd.api.types.is_string_dtype(frame["command"])
    assert pd.api.types.is_float_dtype(frame["start"])


@given(
    rows=st.lists(st.tuples(st.integers(-5, 5), st.text(max_size=3), st.floats()), max_size=30),
    copies=st.sampled_from([1, 100]),
)
def test_any_rows_come_out_as_they_went_in(rows: list[tuple[int, str, float]], copies: int) -> None:
    recorder = Recorder(COLUMNS)
    numbers = [recorder.add(*row) for row in rows * copies]
    assert numbers == list(range(len(rows) * copies))
    frame = recorder.frame()
    assert frame["number"].tolist() == [n for n, _, _ in rows] * copies
    assert frame["command"].tolist() == [text for _, text, _ in rows] * copies
    assert frame["start"].tolist() == pytest.approx([x for _, _, x in rows] * copies, nan_ok=True)


def test_a_frame_does_not_change_when_rows_are_added() -> None:
    recorder = Recorder(COLUMNS)
    recorder.add(1, "pull", 0.5)
    frame = recorder.frame()
    recorder.add(2, "run", 0.7)
    recorder.set(0, "start", 9.0)
    assert frame["start"].tolist() == [0.5]
    assert recorder.frame()["start"].tolist() == [9.0, 0.7]


def test_cells_can_be_set_later() -> None:
    recorder = Recorder(COLUMNS)
    for number in range(3000):
        recorder.add(number, "pull", math.nan)
    recorder.set(5, "start", 1.5)
    recorder.set(2999, "command", "run")
    recorder.set(2998, "number", -1)
    frame = recorder.frame()
    assert frame["start"].dropna().tolist() == [1.5]
    assert frame.index[frame["command"] == "run"].tolist() == [2999]
    assert frame["number"].tolist()[2998] == -1
    with pytest.raises(IndexError):
        recorder.set(3000, "start", 0.0)
    with pytest.raises(KeyError):
        recorder.set(0, "end", 0.0)


@pytest.mark.parametrize("row", [(1, "pull"), (1, "pull", 0.5, 2)])
def test_a_row_has_a_value_for_each_column(row: tuple[object, ...]) -> None:
    with pytest.raises(ValueError, match="3 columns"):
        Recorder(COLUMNS).add(*row)


def test_a_value_of_the_wrong_type_is_refused() -> None:
    recorder = Recorder(COLUMNS)
    recorder.add(1.5, "pull", 0.5)
    with pytest.raises(TypeError):
        recorder.frame()


def test_only_known_types_make_a_column() -> None:
    with pytest.raises(ValueError, match="'when'"):
        Recorder({"when": complex})
    with pytest.raises(ValueError, match="columns"):
        Recorder({})


def test_a_million_rows_of_twelve_columns_fit_into_100_mebibytes() -> None:
    kinds: list[type] = [float] * 6 + [int] * 4 + [str] * 2
    rows = 100_000
    tracemalloc.start()
    recorder = Recorder({f"column {i}": kind for i, kind in enumerate(kinds)})
    for i in range(rows):
        x = float(i)
        recorder.add(x, x, x, x, x, x, i, i, i, i, "a", "b")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak * 1_000_000 / rows < 100 * 2**20
