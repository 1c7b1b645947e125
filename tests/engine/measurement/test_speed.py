"""How fast a machine is, by a piece of work that is repeated beside what is measured."""

import os
import subprocess
import sys
import time

import pandas as pd
import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement import speed
from docksim.engine.measurement.reference_work import CALLS, PERIOD, PLACES, work
from docksim.engine.measurement.speed import COMMAND, LEAST, Speedometer, reference_time


def test_what_is_brief_is_waited_after_for_as_many_pieces_as_tell_a_speed():
    began = time.perf_counter()
    with Speedometer() as meter:
        told = meter.since(began)
    assert len(told) == LEAST
    assert (told["began"].diff().dropna() >= PERIOD).all()
    assert (told["seconds"] > 0.0).all()


def test_only_what_was_done_since_then_is_told_of_and_all_of_it():
    with Speedometer() as meter:
        first = meter.since(time.perf_counter())
        began = time.perf_counter()
        time.sleep(1.5 * LEAST * PERIOD)
        second = meter.since(began)
    assert (second["began"] >= began).all()
    assert len(second) > LEAST
    assert first["began"].max() < second["began"].min()


def test_waiting_for_a_core_does_not_count():
    """Only CPU time tells the speed: beside twice as many busy processes as there are cores it is
    about what it is without them."""

    def measured():
        with Speedometer() as meter:
            return reference_time(meter.since(time.perf_counter()))

    alone = measured()
    loop = [sys.executable, "-c", "while True: pass"]
    busy = [subprocess.Popen(loop) for _ in range(2 * os.cpu_count())]
    try:
        assert measured() < 2.0 * alone
    finally:
        for process in busy:
            process.kill()
            process.wait()


def test_interruptions_do_not_count():
    seconds = [0.001] * 18 + [0.5, 0.0]
    assert reference_time(pd.DataFrame({"seconds": seconds})) == pytest.approx(0.001)


def test_the_work_walks_through_places_and_asks_the_kernel(monkeypatch):
    asked = []
    monkeypatch.setattr(os, "stat", asked.append)
    assert work([*range(1, PLACES), 0]) == 1500
    assert len(asked) == CALLS


def test_it_ends_with_who_started_it():
    process = subprocess.Popen(
        COMMAND, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, start_new_session=True
    )
    assert process.poll() is None
    process.stdin.close()
    assert process.wait(timeout=10) == 0


def test_it_is_ended_with_what_was_measured_beside_it():
    with pytest.raises(KeyboardInterrupt), Speedometer() as meter:
        raise KeyboardInterrupt
    assert meter._process.returncode is not None


def test_a_reference_work_that_fails_is_told(monkeypatch):
    monkeypatch.setattr(speed, "COMMAND", ("false",))
    with pytest.raises(EngineError, match="false failed: exit code 1"), Speedometer() as meter:
        meter.since(0.0)
