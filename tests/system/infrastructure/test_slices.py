"""Brief work beside others: undisturbed mostly, and as slow on average as if it shared."""

import contextlib
from statistics import fmean, median

import pytest
import simpy

from docksim.des.environment import Environment
from docksim.des.sharing import SharedStation
from docksim.des.streams import Streams
from docksim.system.infrastructure.slices import Slices

SLICE = 1.4e-3
WORK = 0.2e-3


def spans(times: int, work: float, crowd: int) -> list[float]:
    """How long each of so many computations takes, one after the other (s)."""
    env = Environment()
    cores = SharedStation(env, "cores", 2.0, grouped=True)
    for _ in range(crowd):
        cores.occupy(1.0, group="runtime")
    slices = Slices(env, cores, "daemon", SLICE, Streams(7).uniforms("slices"))
    found: list[float] = []

    def compute():
        for _ in range(times):
            began = env.now
            yield from slices.compute(work, 1.0)
            found.append(env.now - began)

    env.process(compute())
    env.run(until=1e6)
    return found


def test_alone_it_takes_what_it_computes():
    assert spans(100, WORK, crowd=1) == pytest.approx([WORK] * 100)


@pytest.mark.parametrize("work", [WORK, 4.5 * SLICE])
def test_beside_a_crowd_it_takes_as_long_on_average_as_its_share_says(work: float) -> None:
    """Two thirds of a core: half as long again."""
    assert fmean(spans(20_000, work, crowd=99)) == pytest.approx(1.5 * work, rel=0.03)


def test_it_is_mostly_undisturbed_and_waits_for_a_part_of_a_slice_otherwise():
    found = spans(5_000, WORK, crowd=99)
    disturbed = [span - WORK for span in found if span > 1.01 * WORK]
    assert median(found) == pytest.approx(WORK)
    assert fmean(disturbed) > 3 * WORK
    # Poisson: of lost/(slice/2) interruptions on average, none with probability e^-that.
    assert len(disturbed) / len(found) == pytest.approx(0.133, abs=0.02)


def test_who_waits_goes_on_when_the_crowd_has_gone():
    env = Environment()
    cores = SharedStation(env, "cores", 2.0, grouped=True)
    crowd = [cores.occupy(1.0, group="runtime") for _ in range(9)]
    slices = Slices(env, cores, "daemon", 1000.0, Streams(7).uniforms("slices"))
    ended: list[float] = []

    def compute():
        yield from slices.compute(900.0, 1.0)
        ended.append(env.now)

    def leave():
        yield env.timeout(1.0)
        for each in crowd:
            each.release()

    env.process(compute())
    env.process(leave())
    env.run(until=5000.0)
    assert 900.0 <= ended[0] <= 901.0 + 1000.0 / 6


def test_who_is_interrupted_while_waiting_is_not_counted_any_more():
    env = Environment()
    cores = SharedStation(env, "cores", 2.0, grouped=True)
    for _ in range(9):
        cores.occupy(1.0, group="runtime")
    slices = Slices(env, cores, "daemon", 1000.0, Streams(7).uniforms("slices"))

    def compute():
        with contextlib.suppress(simpy.Interrupt):
            yield from slices.compute(1e6, 1.0)

    computing = env.process(compute())
    env.run(until=1.0)
    assert slices._waiting == 1.0
    computing.interrupt()
    env.run(until=2.0)
    assert slices._waiting == 0.0
    assert cores.rivals() == pytest.approx(1.0)
