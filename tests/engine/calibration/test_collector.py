"""What dockerd's collections take has to come out of its memory's account and the probes."""

import pandas as pd
import pytest

from docksim.engine.calibration.collector import collector
from docksim.engine.calibration.profile import calibrate
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity
from tests.engine.calibration.made import ALLOCATED, EXTRA, add_block, made, probed


@pytest.mark.parametrize(
    "seconds",
    [{"collection": 0.002, "together": 0.0007}, {"collection": 0.008, "together": 0.0003}],
)
def test_what_took_no_time_or_delayed_nobody_tells_nothing_of_collections(tmp_path, seconds):
    found = made(tmp_path / "collected")
    rows = probed([0.002] * 20, probe="heap")
    rows += probed([seconds["collection"]] * 20, probe="collection")
    rows += probed([0.0003] * 20, probe="ping")
    rows += probed([seconds["together"]] * 20, probe="ping", callers=2)
    found.add_probes(pd.DataFrame(rows))
    add_block(found, ("ps", "images", "inspect"), "host", "ignores", memory=(15e6, 1))
    assert collector(found) is None


def test_collections_are_told_from_light_load_and_probes(tmp_path):
    found = made(tmp_path / "collected")
    rows = probed([0.002] * 20, probe="heap") + probed([0.008] * 20, probe="collection")
    rows += probed([0.0003] * 20, probe="ping")
    rows += probed([0.0007] * 20, probe="ping", callers=2)
    found.add_probes(pd.DataFrame(rows))
    for network in EXTRA:
        cycle = ("create", "start", "rm --force")
        add_block(found, cycle, network, "ignores", memory=(20e6, 2))
    add_block(found, ("create", "start", "stop", "rm"), "host", "honours", memory=(5e6, 1))
    for containers in (0, 50):
        cycle = ("ps", "images", "inspect")
        add_block(found, cycle, "host", "ignores", containers, memory=(15e6, 1))
    whole = collector(found)
    assert whole.every == pytest.approx(95e6 / 9)
    assert whole.cpu == pytest.approx(0.006)
    assert whole.slice == pytest.approx(3 * 0.0004)
    document = calibrate(found, "made").document
    assert document["daemon"]["collector"]["group"] == "dockerd"
    (listing, *_) = document["operations"]["dockerd"]["containers_json"]
    assert (listing["allocates"], listing["allocates_per_item"]) == ("10 kB", "10 kB")
    # What collections took of the daemon's time is no part of the operations.
    (inspect,) = document["operations"]["dockerd"]["containers_inspect"]
    taken = RandomQuantity(SECONDS).parse(inspect["cpu"]).mean
    assert taken == pytest.approx(0.001 - whole.part_of(ALLOCATED), rel=0.01)
