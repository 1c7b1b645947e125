"""Accesses to libnetwork's store, told apart by what is known of its order."""

import pytest

from docksim.engine.calibration.store import (
    BRIDGE_HANDLE,
    HANDLE,
    Access,
    computing,
    creation,
    gaps,
    split,
    told_apart,
)

READ, WRITE = 0.00002, 0.0007


def accesses(kinds, apart=0.0001, **later):
    """One access for each letter, `apart` s after the end of the one before or as `later` says."""
    found, now = [], 0.0
    for place, kind in enumerate(kinds):
        now += later.get(f"at_{place}", apart)
        found.append(Access(now, WRITE if kind == "w" else READ))
        now += found[-1].seconds
    return found


def shape(found):
    return "".join(
        {(True, HANDLE): "w", (True, BRIDGE_HANDLE): "b", (False, HANDLE): "r"}[
            each.writes, each.handle
        ]
        for each in found
    )


# The orders in which engine 20.10.24 was seen to read and write in a start and a removal.
START, REMOVAL = "rrrrwwwrrwrrwwrrrrrrrrrrw", "rrrrrrwwrrwwww"


def test_a_start_on_a_bridge_writes_twice_by_the_drivers_handle():
    found = told_apart(accesses(START, at_24=0.1), "start", bridge=True)
    assert shape(found) == "rrrrbwwrrwrrwbrrrrrrrrrrw"


def test_a_removal_from_a_bridge_writes_twice_by_the_drivers_handle():
    found = told_apart(accesses(REMOVAL), "rm --force", bridge=True)
    assert shape(found) == "rrrrrrbwrrwbww"


def test_without_a_bridge_there_is_one_handle():
    found = told_apart(accesses("rrrrwwrrwrrwwrrr"), "start", bridge=False)
    assert shape(found) == "rrrrwwrrwrrwwrrr"
    assert sum(each.seconds for each in found) == pytest.approx(5 * WRITE + 11 * READ)


def test_a_read_is_all_computing_and_a_write_computes_as_much():
    found = told_apart(accesses(START), "start", bridge=True)
    assert [each.cpu for each in found] == pytest.approx([READ] * len(START))
    assert computing(found) == pytest.approx(len(START) * READ)


def test_where_nothing_is_only_read_no_computing_is_known():
    assert computing(told_apart(accesses("www"), "start", bridge=False)) == 0.0


def test_an_endpoint_is_made_with_its_third_write():
    found = told_apart(accesses(START, at_24=0.1), "start", bridge=True)
    assert shape(found[: creation(found)]) == "rrrrbww"
    assert creation(found[:2]) == 2


def test_what_is_done_besides_is_done_where_there_is_most_time():
    found = accesses("wwww", at_1=0.02, at_3=0.01)
    assert gaps(found, 0.1)[:3] == pytest.approx([0.02, 0.0001, 0.01])
    assert [len(part) for part in split(found, 0.0, 3)] == [1, 2, 1]
    assert [len(part) for part in split(found, 0.1, 2)] == [4, 0]


def test_of_too_few_accesses_the_first_parts_are_empty():
    assert [len(part) for part in split([], 0.0, 3)] == [0, 0, 0]
    assert [len(part) for part in split(accesses("w"), 0.0, 3)] == [0, 1, 0]
