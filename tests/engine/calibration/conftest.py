"""The made-up dataset that most tests of the calibration read."""

import pytest

from tests.engine.calibration.made import add_light_load, made


@pytest.fixture(scope="package")
def dataset(tmp_path_factory):
    found = made(tmp_path_factory.mktemp("made") / "data")
    add_light_load(found)
    return found
