"""How fast the machine was has to be told from what is chance in the reference work."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import tomli_w

from docksim.engine.calibration.profile import calibrate
from docksim.engine.calibration.reference import elasticity_of, residual_of, slowness_of
from docksim.engine.validation.scenarios import Clients, scenario_of
from tests.engine.calibration.made import REFERENCE, add_block, add_light_load, made
from tests.engine.measurement.test_loads import POINT

SLOWNESS = (0.8, 0.9, 1.01, 1.1, 1.25)
CYCLE = ("create", "start", "rm --force")


def repeated(folder, felt):
    """Blocks of one point beside which the reference work varied, of which the engine's CPU time
    follows a part."""
    found = made(folder)
    for slowness in SLOWNESS:
        add_block(
            found, CYCLE, "host", "ignores",
            reference=slowness * REFERENCE, felt=slowness**felt,
        )  # fmt: skip
    return found


@pytest.mark.parametrize("felt", [0.0, 0.5, 1.0])
def test_what_the_engine_felt_of_the_reference_is_found(tmp_path, felt):
    assert elasticity_of(repeated(tmp_path / "data", felt)) == pytest.approx(felt, abs=0.02)


def test_more_than_all_is_not_felt_and_less_than_nothing_neither(tmp_path):
    assert elasticity_of(repeated(tmp_path / "more", 2.0)) == 1.0
    assert elasticity_of(repeated(tmp_path / "less", -1.0)) == 0.0


def test_without_repetitions_the_reference_is_believed(tmp_path):
    found = made(tmp_path / "data")
    add_block(found, CYCLE, "host", "ignores")
    assert elasticity_of(found) == 1.0


def test_what_the_reference_does_not_tell_is_the_residual(tmp_path):
    """The engine's speed varies by 10 % (cv) beside a reference that varies by itself."""
    rng = np.random.default_rng(3)
    found = made(tmp_path / "data")
    for _ in range(40):
        reference = REFERENCE * float(rng.lognormal(0.0, 0.1))
        add_block(
            found, CYCLE, "host", "ignores",
            reference=reference, felt=float(rng.lognormal(0.0, 0.1)),
        )  # fmt: skip
    assert residual_of(found) == pytest.approx(0.1, rel=0.3)


def test_a_reference_that_tells_all_leaves_no_residual(tmp_path):
    assert residual_of(repeated(tmp_path / "data", 1.0)) == pytest.approx(0.0, abs=0.01)
    once = made(tmp_path / "once")
    add_block(once, CYCLE, "host", "ignores")
    assert residual_of(once) == 0.0


def test_where_no_light_load_was_measured_there_is_no_residual(tmp_path):
    found = made(tmp_path / "data")
    with found.writing("one") as writer:
        writer.finish(POINT, {}, block="one", reference=REFERENCE)
    assert residual_of(found) == 0.0


def test_light_load_that_was_only_accounted_as_a_whole_tells_as_much(tmp_path):
    found = made(tmp_path / "data")
    for slowness in SLOWNESS:
        # Neither the client nor what nobody is charged with is the engine's.
        cpu = {"dockerd": slowness**0.5, "client": slowness**2, "rest": 0.1}
        accounts = pd.DataFrame(cpu.items(), columns=["component", "cpu"])
        with found.writing(f"{slowness}") as writer:
            point = {"block": f"{slowness}", "reference": slowness * REFERENCE}
            writer.finish(replace(POINT, brisk=True), {"block_cpu": accounts}, **point)
    assert elasticity_of(found) == pytest.approx(0.5)
    assert residual_of(found) == pytest.approx(0.0, abs=1e-6)


def test_blocks_are_as_slow_as_the_engine_felt_it(tmp_path):
    slowness = slowness_of(repeated(tmp_path / "data", 0.5))
    assert sorted(slowness) == pytest.approx(np.sqrt(np.array(SLOWNESS) / 1.01), rel=0.01)


def test_a_block_is_predicted_for_the_speed_that_the_engine_felt(tmp_path):
    found = repeated(tmp_path / "data", 0.5)
    add_light_load(found)
    profile = tmp_path / "profile.toml"
    profile.write_text(tomli_w.dumps(calibrate(found, "made").document))
    block = vars(POINT) | {"point": "slow", "reference": 4 * REFERENCE, "operations": ["ps"]}
    speed = scenario_of(block, profile, Clients({"ps": 0.001})).host.cpu_speed
    assert speed == pytest.approx(0.5, rel=0.02)
