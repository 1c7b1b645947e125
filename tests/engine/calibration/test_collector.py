"""What dockerd's collections take has to come out of its memory's account and the probes."""

import numpy as np
import pandas as pd
import pytest

from docksim.engine.calibration.collector import collector
from docksim.engine.calibration.demand import Key
from docksim.engine.calibration.demands import demands
from docksim.engine.calibration.profile import calibrate
from tests.engine.calibration import made as made_up
from tests.engine.calibration.made import (
    ALLOCATED,
    add_brisk_block,
    add_light_load,
    made,
    probed,
)

LISTS = ("ps", "images", "inspect")
COLLECTION = 0.011  # core-seconds
BESIDE = 0.0002  # core-seconds of a cycle that nobody waits for
CYCLES = 100


def add_probes(found, heap=(0.002,), more=(0.005, 0.007), together=0.0007):
    """A round for each of `heap`, what the daemon takes to tell of its heap (s), which varies;
    `more`: what two collections take."""
    for seconds in heap:
        jittered = seconds + np.array([-0.2, 0.2]) * seconds
        rows = probed(10 * [*jittered], probe="heap")
        rows += probed([each + s for s in more for each in jittered] * 5, probe="collection")
        rows += probed([0.0003] * 20, probe="ping")
        rows += probed([together] * 20, probe="ping", callers=2)
        found.add_probes(pd.DataFrame(rows))


def add_lists(found, lengths=(0, 50, 150), collections=(1, 5, 14)):
    """Lists without pauses; the longer, the more often memory is collected during a cycle."""
    for containers, often in zip(lengths, collections, strict=True):
        took = {"ps": 0.001 + 1e-5 * containers, "images": 0.001, "inspect": 0.001}
        spent = CYCLES * (sum(took.values()) + BESIDE) + often * COLLECTION
        accounts, memory = {"dockerd": spent, "runtime": 0.7}, (often * 10e6, often)
        add_brisk_block(found, took, accounts, containers, CYCLES, memory)


@pytest.mark.parametrize("probes", [{"more": (-0.002, 0.0)}, {"together": 0.0003}])
def test_what_took_no_time_or_delayed_nobody_tells_nothing_of_collections(tmp_path, probes):
    found = made(tmp_path / "collected")
    add_probes(found, **probes)
    add_lists(found)
    assert collector(found) is None


def test_lists_of_one_length_tell_nothing_of_collections(tmp_path):
    found = made(tmp_path / "collected")
    add_probes(found)
    add_lists(found, [50], [5])
    assert collector(found) is None


def test_cpu_time_of_collections_is_what_longer_lists_have_more_than_their_usual_latencies(
    tmp_path,
):
    found = made(tmp_path / "collected")
    add_probes(found)
    add_lists(found)
    whole = collector(found)
    assert whole.cpu == pytest.approx(COLLECTION)
    assert whole.every == pytest.approx(10e6)
    assert whole.slice == pytest.approx(3 * 0.0004)


def test_collections_vary_by_what_those_that_were_asked_for_have_more_than_the_report_of_the_heap(
    tmp_path,
):
    """The report takes longer from round to round, and varies by up to 8 ms."""
    found = made(tmp_path / "collected")
    add_probes(found, heap=(0.002, 0.020, 0.040))
    add_lists(found)
    # Two that are 1 ms from their mean of 6 ms, ten times each.
    assert collector(found).cv == pytest.approx(0.001 * np.sqrt(20 / 19) / 0.006, rel=0.02)


@pytest.mark.parametrize("afterwards", [0.0, 1e-6, 0.5])
def test_what_collections_took_is_no_part_of_the_operations_nor_of_what_follows_them(
    tmp_path, monkeypatch, afterwards
):
    """First of what the daemon does after the reply, which is little else."""
    monkeypatch.setitem(made_up.AFTERWARDS, "images", afterwards)
    found = made(tmp_path / "collected")
    add_light_load(found)
    key = Key("images", containers=50)
    without = demands(found)[key]
    add_probes(found)
    add_lists(found, (1, 2), (1, 11))
    taken = collector(found).part_of(ALLOCATED)
    later = min(taken, afterwards)
    demand = demands(found)[key]
    assert demand.after["dockerd"] == pytest.approx(without.after["dockerd"] - later)
    assert demand.cpu["dockerd"] == pytest.approx(without.cpu["dockerd"] - (taken - later))


def test_the_profile_says_what_is_allocated_and_whose_collections_these_are(tmp_path):
    found = made(tmp_path / "collected")
    add_light_load(found)
    add_probes(found)
    add_lists(found, (1, 2), (1, 11))
    document = calibrate(found, "made").document
    assert document["daemon"]["collector"]["group"] == "dockerd"
    assert document["daemon"]["collector"]["every"] == "10 MB"
    (listing, *_) = document["operations"]["dockerd"]["containers_json"]
    assert (listing["allocates"], listing["allocates_per_item"]) == ("10 kB", "10 kB")
