"""Steps out of shares that are made by hand."""

import numpy as np
import pytest

from docksim.engine.calibration.demand import Key
from docksim.engine.calibration.fitting import fit
from docksim.engine.calibration.shares import DAEMON, Share
from docksim.engine.calibration.steps import steps_of
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity


def steps(share: Share) -> list[dict[str, object]]:
    rng = np.random.default_rng(5)
    whole = fit(rng.gamma(100.0, 0.001, 200), rng)
    return steps_of(share, whole, "a test", {"flush": 0.001, "barrier": 0.02}, rng)


def test_what_goes_on_beside_begins_first_and_nobody_waits_for_it():
    share = Share(0.010, 0.030, 1.0, Key("rm --force"), beside=0.006, background=0.002)
    beside, own, later = steps(share)
    assert [step.get("background", False) for step in (beside, own, later)] == [True, False, True]
    cpus = [RandomQuantity(SECONDS).parse(step["cpu"]).mean for step in (beside, own, later)]
    assert cpus == pytest.approx([0.006, 0.010, 0.002], rel=0.01)


def test_what_is_beside_is_of_the_same_group_and_takes_no_turns():
    share = Share(0.010, 0.0, 1.0, Key("rm --force"), beside=0.006, group=DAEMON)
    beside, own = steps(share)
    assert (beside["group"], own["group"]) == (DAEMON, DAEMON)
    assert "quantum" not in beside
    assert "quantum" in own
