"""How fast caches are displaced has to come out of requests after long lists and long logs."""

from math import exp

import numpy as np
import pandas as pd
import pytest

from docksim.engine.calibration.caches import LISTS, LOGS, caches
from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.reading import reading
from docksim.engine.calibration.shares import Book

SIZE, SHARED, REFILL = 1.2e6, 0.4, 0.3e-3
USUAL, CLIENT = 0.5e-3, 0.1e-3
LISTED = 10_000.0  # bytes a container


class Measured:
    """A dataset of which only its loads are asked for."""

    def __init__(self, *cycles):
        self._blocks = pd.DataFrame({"operations": list(cycles), "accounting": True})

    def table(self, name):
        assert name == "blocks"
        return self._blocks


def demand(latency, allocated=0.0, client=0.0):
    cpu = {"dockerd": USUAL / 2}
    return Demand(np.full(9, latency + client), cpu, {}, USUAL / 2, client, allocated=allocated)


def found(*gone):
    """After lists of 50 containers, of 100 and so on, such parts of what requests use are
    displaced."""
    after_list = {}
    for count, displaced in zip(range(0, 50 * len(gone) + 1, 50), (0.0, *gone), strict=True):
        after_list[Key("ps", containers=count)] = demand(USUAL, (1 + count) * LISTED)
        for operation, part in (("images", 1.0), ("inspect", 1.0 - SHARED)):
            latency = USUAL + part * displaced * REFILL
            after_list[Key(operation, containers=count)] = demand(latency)
    for size, longer, all_gone in ((1e4, 0.0, 0.0), (5e6, 0.3, 1.0)):
        after_list[Key("logs", log_size=size)] = demand(USUAL + longer, 5.0 * size)
        # Who has read a long log takes longer to read the last lines, too.
        client = (1.0 + all_gone) * CLIENT
        after_list[Key(LOGS[1], log_size=size)] = demand(USUAL + all_gone * REFILL, client=client)
    return after_list


def test_size_shared_part_and_cost_are_found():
    seen = caches(Measured(LISTS, LOGS), found(1.0 - exp(-50 * LISTED / SIZE)))
    assert (seen.size, seen.shared) == pytest.approx((SIZE, SHARED))
    assert seen.refill == pytest.approx(REFILL)


def test_an_empty_log_has_no_last_lines_that_would_be_lost():
    lost = found(1.0 - exp(-50 * LISTED / SIZE))
    quick = demand(USUAL / 3)
    empty = {Key("logs"): quick, Key(LOGS[1]): quick}
    assert caches(Measured(LISTS, LOGS), lost | empty) == caches(Measured(LISTS, LOGS), lost)


def test_lists_that_were_measured_alone_are_left_aside():
    alone = {Key("ps", containers=500): demand(80 * USUAL, 501 * LISTED)}
    seen = caches(Measured(LISTS, LOGS, ["ps"]), found(1.0 - exp(-50 * LISTED / SIZE)) | alone)
    assert seen.size == pytest.approx(SIZE)


@pytest.mark.parametrize("cycles", [(LISTS,), (LOGS,), (LISTS[::-1], LOGS)])
def test_cycles_in_another_order_tell_nothing(cycles):
    assert caches(Measured(*cycles), found(0.3)) is None


def test_lists_that_cost_more_than_any_log_tell_it_by_two_lengths():
    gone = (1.6 * (1.0 - exp(-count * LISTED / SIZE)) for count in (50, 100, 150))
    seen = caches(Measured(LISTS, LOGS), found(*gone))
    assert (seen.size, seen.shared) == pytest.approx((SIZE, SHARED))
    assert seen.refill == pytest.approx(1.6 * REFILL)


@pytest.mark.parametrize("gone", [(), (0.0,), (1.5,), (0.5, 1.5), (1.5, 1.5), (1.6, 1.5)])
def test_what_does_not_fit_the_law_is_not_written_as_one(gone):
    assert caches(Measured(LISTS, LOGS), found(*gone)) is None


def test_who_looks_refills_and_a_log_displaces_by_its_bytes():
    shares = reading(Book(found(0.3)), REFILL)
    refills = {path.removeprefix("dockerd."): share.refill for path, share in shares.items()}
    assert refills.pop("decode_log") == 0.0
    looking = ("containers_json", "images_json", "containers_inspect", "containers_logs")
    assert refills == dict.fromkeys(looking, pytest.approx(REFILL))
    assert shares["dockerd.decode_log"].displaces == pytest.approx(5.0)
