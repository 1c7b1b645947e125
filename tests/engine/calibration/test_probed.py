"""What keeps cores busy delays the kernel's threads, and those who wait for them."""

import numpy as np
import pandas as pd
import pytest

from docksim.engine.calibration.probed import LAGS, busy_delays
from docksim.engine.calibration.profile import calibrate
from docksim.scenario.quantities import SECONDS
from docksim.scenario.randomness import RandomQuantity
from tests.engine.calibration import made as made_up
from tests.engine.calibration.made import COSTS, add_light_load, made, probed


def mean_delays(contentions):
    """By threads a core (s)."""
    delay = RandomQuantity(SECONDS).parse
    return {each["threads"]: delay(each["delay"]).mean for each in contentions}


def test_each_program_of_a_second_session_lengthens_a_flush_by_its_part(tmp_path):
    found = made(tmp_path / "probed")
    rng = np.random.default_rng(7)
    alone, spaced = rng.normal(0.0008, 0.00001, 100), rng.normal(0.0012, 0.00001, 100)
    rows = probed(alone, probe="flush") + probed(spaced, probe="spaced_flush")
    for programs in (1, 3):
        crowd = {"busy": 2, "programs": programs}
        rows += probed(spaced + 0.0005 * (1 + programs), probe="spaced_flush", **crowd)
        rows += probed(alone + 0.0002 * (1 + programs), probe="flush", **crowd)
    found.add_probes(pd.DataFrame(rows))
    add_light_load(found)
    document = calibrate(found, "made").document
    host = document["host"]
    assert RandomQuantity(SECONDS).parse(host["flush"]).mean == pytest.approx(0.0008, rel=0.02)
    # There are two cores.
    assert mean_delays(host["busy_flush"]) == pytest.approx({1: 0.001, 2: 0.002}, rel=0.02)
    assert mean_delays(host["busy_next_flush"]) == pytest.approx({1: 0.0004, 2: 0.0008}, rel=0.02)
    # The store's file is flushed while it is locked: 2 ms are two or three flushes.
    steps = document["operations"]["network.host"]["allocate"]
    (store,) = (step for step in steps if "retry" in step)
    assert store["inner_flushes"] in (2, 3)
    assert RandomQuantity(SECONDS).parse(store["wait"]).mean == pytest.approx(0.002, rel=0.01)


def test_what_varies_as_much_on_an_idle_machine_is_no_delay(tmp_path):
    found = made(tmp_path / "probed")
    seconds = np.random.default_rng(7).gamma(4.0, 0.001, 200)
    rows = probed(seconds, probe="unmount") + probed(seconds, probe="unmount", busy=2)
    found.add_probes(pd.DataFrame(rows))
    assert busy_delays(found, "unmount") == []


def test_delays_are_as_alike_as_those_that_follow_each_other(tmp_path):
    """Of an autoregressive sequence, those n apart are correlated by the nth power."""
    found = made(tmp_path / "probed")
    rng, scores = np.random.default_rng(7), [0.0]
    for _ in range(4000):
        scores.append(0.8 * scores[-1] + 0.6 * rng.normal())
    rows = probed([0.001] * 50, probe="flush")
    rows += probed(0.001 + np.exp(scores), probe="flush", busy=2, programs=1)
    rows += probed(0.001 + np.exp(rng.permutation(scores)), probe="flush", busy=2, programs=3)
    found.add_probes(pd.DataFrame(rows))
    alike, shuffled = busy_delays(found, "flush")
    mean = np.mean([0.8**apart for apart in range(1, LAGS + 1)])
    assert alike["correlation"] == pytest.approx(mean, abs=0.08)
    assert shuffled["correlation"] == pytest.approx(0.0, abs=0.05)


def test_a_section_has_as_many_barriers_as_last_as_long(tmp_path):
    """18 and 16 ms are two barriers of 9 ms."""
    found = made(tmp_path / "probed")
    rows = probed([0.009] * 50, probe="barrier") + probed([0.012] * 50, probe="barrier", busy=2)
    found.add_probes(pd.DataFrame(rows))
    add_light_load(found)
    document = calibrate(found, "made").document
    assert mean_delays(document["host"]["busy_barrier"]) == pytest.approx({1: 0.003}, rel=0.01)
    steps = [
        step
        for operation in ("namespace", "release")
        for step in document["operations"]["network.bridge"][operation]
        if step.get("inner_lock") == "kernel.rcu_barrier"
    ]
    assert [step["barriers"] for step in steps] == [2, 2]


def test_who_unmounts_twice_does_so_in_two_sections_with_its_flushes(tmp_path, monkeypatch):
    """Of 5 flushes of 0.1 ms, 20 fit into waiting of 2 ms: all are waited for."""
    twice = {**COSTS["create"], "unmount": 0.0001, "sync": 0.0005}
    monkeypatch.setitem(COSTS, "create", twice)
    monkeypatch.setattr(made_up, "COUNTS", {"unmount": 2, "grace period": 3})
    monkeypatch.setattr(made_up, "FLUSHES", {"create": 5})
    found = made(tmp_path / "probed")
    rows = probed([0.0001] * 50, probe="flush") + probed([0.002] * 50, probe="overlay_unmount")
    rows += probed([0.007] * 50, probe="overlay_unmount", busy=2)
    found.add_probes(pd.DataFrame(rows))
    add_light_load(found)
    document = calibrate(found, "made").document
    assert mean_delays(document["host"]["busy_unmount"]) == pytest.approx({1: 0.005}, rel=0.01)
    steps = document["operations"]["storage.overlay2"]["create_layer"]
    # The kernel's threads compute, and dockerd waits for them.
    assert [step.get("group") for step in steps] == ["kernel", "dockerd"] * 2
    computing, waiting = steps[::2], steps[1::2]
    counts = [
        [step.get(key, 0) for key in ("flushes", "unmounts", "grace_periods")] for step in waiting
    ]
    assert counts == [[2, 1, 0], [3, 1, 1]]
    parse = RandomQuantity(SECONDS).parse
    for those, key, mean in ((computing, "cpu", 0.001), (waiting, "wait", 0.002 - 5 * 0.0001)):
        assert sum(parse(step[key]).mean for step in those) == pytest.approx(mean, rel=0.05)


def test_what_is_mostly_not_delayed_is_drawn_so(tmp_path):
    """Three of four are as on an idle machine, or by chance a little faster."""
    found = made(tmp_path / "probed")
    rows = probed([0.001] * 100, probe="unmount")
    rows += probed([0.00099] * 75 + [0.021] * 25, probe="unmount", busy=2)
    found.add_probes(pd.DataFrame(rows))
    add_light_load(found)
    host = calibrate(found, "made").document["host"]
    (contention,) = host["busy_grace_period"]
    delay = RandomQuantity(SECONDS).parse(contention["delay"])
    drawn = delay.sample(np.random.default_rng(1), 10_000)
    assert np.quantile(drawn, [0.0, 0.65]).tolist() == [0.0, 0.0]
    assert np.quantile(drawn, 0.85) == pytest.approx(0.020, rel=0.01)
    assert delay.mean == pytest.approx(0.25 * 0.020, rel=0.2)


def test_of_one_session_a_program_counts_and_of_a_second_all(tmp_path):
    """Where more sessions than two were there, fewer tell more of the second."""
    found = made(tmp_path / "probed")
    rows = probed([0.001] * 50, probe="unmount")
    for sessions, programs, delay in (
        (1, 1, 0.001),
        (2, 1, 0.002),
        (8, 1, 0.007),
        (3, 4, 0.010),
        (4, 4, 0.011),
        (2, 16, 0.070),
    ):
        crowd = {"busy": sessions, "programs": programs}
        rows += probed([0.001 + delay] * 50, probe="unmount", **crowd)
    found.add_probes(pd.DataFrame(rows))
    delays = mean_delays(busy_delays(found, "unmount"))
    assert delays == pytest.approx({0.5: 0.001, 1: 0.002, 2.5: 0.010, 8.5: 0.070}, rel=1e-3)


def test_each_program_of_a_second_session_lengthens_a_grace_period_by_its_part(tmp_path):
    found = made(tmp_path / "probed")
    rows = probed([0.001] * 50, probe="unmount")
    for threads in (2, 4, 8):
        delayed = np.random.default_rng(threads).normal(0.001 * (1 + threads), 0.00001, 50)
        rows += probed(delayed, probe="unmount", busy=2, programs=threads - 1)
    found.add_probes(pd.DataFrame(rows))
    add_light_load(found)
    document = calibrate(found, "made").document
    delays = mean_delays(document["host"]["busy_grace_period"])
    assert delays == pytest.approx({1: 0.002, 2: 0.004, 4: 0.008}, rel=0.02)
    # Who waits for grace periods, and how often: one in a creation, one in the end by force.
    operations = document["operations"]
    waiting = {
        f"{component}.{operation}": sum(step.get("grace_periods", 0) for step in steps)
        for component, table in operations.items()
        for operation, steps in table.items()
    }
    assert {path: count for path, count in waiting.items() if count} == {
        "storage.overlay2.create_layer": 1,
        "runtime.runc.delete": 1,
    }
