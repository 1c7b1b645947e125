"""The low-level runtime alone, by one caller and by several."""

import os

import pytest

from docksim.engine.measurement.contention import CALLERS_A_CORE, ROUNDS, container_lives
from docksim.engine.measurement.tracing import tracer


@pytest.mark.engine
def test_container_lives_take_cpu_time_and_leave_nothing(running_engine):
    with tracer(running_engine) as trace:
        lives = container_lives(running_engine, trace)
    assert [row["callers"] for row in lives] == ROUNDS * [1, CALLERS_A_CORE * os.cpu_count()]
    assert all(0.001 < row["cpu"] < 10.0 for row in lives)
    assert not (running_engine.folder / "probe").exists()
    running_engine.down()
    assert running_engine.status().state == "absent"
