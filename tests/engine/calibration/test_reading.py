"""What it costs to look: lists by what is in them, logs by their bytes."""

from math import sqrt
from statistics import NormalDist

import numpy as np
import pytest

from docksim.engine.calibration.demand import Demand, Key
from docksim.engine.calibration.reading import reading
from docksim.engine.calibration.shares import Book
from docksim.engine.errors import EngineError


def listed(took, **more):
    """What a list of one and of 21 demanded, and what each image adds then."""
    always = {"after": {}, "client": 0.0}
    short = Demand(np.full(9, 0.4e-3), cpu={"dockerd": 1e-4}, busy=1e-4, **always, **more)
    long = Demand(np.array(took), cpu={"dockerd": 4e-3}, busy=4e-3, **always, paused=4e-3)
    others = {Key("ps"): short, Key("inspect"): short}
    found = {Key("images"): short, Key("images", images=20): long} | others
    return reading(Book(found), 0.0)["dockerd.images_json"]


def test_a_long_list_that_was_only_seen_after_pauses_is_brought_to_what_it_takes_without():
    """An engine that rested before takes 2.5 times as long: 4 ms of a list of 21 are 1.6 ms."""
    share = listed(np.full(9, 4.0e-3), paused=1.0e-3)
    assert share.per_item == pytest.approx((1.6e-3 - 0.1e-3) / 20)


def test_what_an_item_adds_is_cpu_time_and_varies_as_the_latency_does():
    """3.9 ms of CPU time in 1.95 ms on average: on two cores."""
    share = listed([1.4e-3, 1.4e-3, 1.4e-3, 5.2e-3])
    assert share.per_item == pytest.approx(3.9e-3 / 20)
    assert share.threads == pytest.approx(2.0)
    assert share.variation == pytest.approx([1.0 / 1.95] * 3 + [4.8 / 1.95])


def test_cpu_time_that_a_latency_has_no_room_for_goes_on_after_the_reply():
    """3 ms on one core until a reply after 1 ms; an image of the long list adds 0.1 ms."""
    always = {"after": {}, "client": 0.0}
    short = Demand(np.full(9, 1e-3), cpu={"dockerd": 3e-3}, busy=3e-3, **always)
    long = Demand(np.full(9, 3e-3), cpu={"dockerd": 5e-3}, busy=5e-3, **always)
    found = {Key("ps"): short, Key("inspect"): short, Key("images"): short}
    share = reading(Book(found | {Key("images", images=20): long}), 0.0)["dockerd.images_json"]
    before = share.cpu + share.per_item
    assert before / share.threads + share.wait == pytest.approx(1e-3)
    assert before + share.background == pytest.approx(3e-3)


def logs(*seen):
    """Logs' shares, by size (bytes), mean and half the span of latencies (s) in normal steps."""
    always = {"after": {}, "client": 0.0}
    scores = np.array([NormalDist().inv_cdf((i + 0.5) / 400) for i in range(400)])
    found = {
        Key("logs", log_size=size): Demand(
            mean * (1.0 + cv * scores), cpu={"dockerd": 0.9 * mean}, busy=mean, **always
        )
        for size, mean, cv in seen
    }
    short = Demand(np.full(9, 1e-3), cpu={"dockerd": 1e-3}, busy=1e-3, **always)
    found |= {Key(each): short for each in ("ps", "inspect", "images")}
    return reading(Book(found), 0.0)["dockerd.decode_log"]


def test_how_bytes_vary_is_told_by_two_logs_that_are_long():
    """Parts of 150 kB that vary by a half: 0.5 / sqrt(1 + size / 150 kB) of the whole."""
    sizes = (1e5, 5e6)
    long = [(size, 1e-5 + size * 5e-8, 0.5 / sqrt(1.0 + size / 1.5e5)) for size in sizes]
    found = logs((1e3, 1e-5, 0.0), *long)
    assert found.byte_variation == pytest.approx(0.5, rel=0.02)
    assert found.grain == pytest.approx(1.5e5, rel=0.05)


@pytest.mark.parametrize("cv", [(0.1, 0.11), (0.1, 0.3), (0.3, 0.0), (0.5, 0.01)])
def test_logs_that_do_not_vary_as_independent_parts_tell_nothing(cv):
    long = [(size, 1e-5 + size * 5e-8, each) for size, each in zip((1e5, 5e6), cv, strict=True)]
    found = logs((1e3, 1e-5, 0.0), *long)
    assert (found.byte_variation, found.grain) == (0.0, 0.0)


def test_what_decodes_the_last_lines_is_no_part_of_what_is_fixed():
    """Of a log of 20 lines, each of 100 bytes and a microsecond, ten are decoded."""
    always = {"after": {}, "client": 0.0}

    def taking(cpu):
        return Demand(np.full(9, cpu), cpu={"dockerd": cpu}, busy=cpu, **always)

    found = {Key(each): taking(1e-4) for each in ("ps", "inspect", "images")}
    for lines in (20, 1020):
        found[Key("logs", log_size=100.0 * lines)] = taking(5e-4 + lines * 1e-6)
        found[Key("logs --tail 10", log_size=100.0 * lines)] = taking(5e-4 + 10 * 1e-6)
    shares = reading(Book(found), 0.0)
    assert shares["dockerd.decode_log"].per_byte == pytest.approx(1e-8)
    assert shares["dockerd.containers_logs"].cpu == pytest.approx(5e-4)


@pytest.mark.parametrize("beginning", [0.0, 2e-4])
def test_an_empty_log_tells_what_it_takes_to_decode_anything(beginning):
    """Lines of 100 bytes take a microsecond each, and the first of them `beginning` more."""
    always = {"after": {}, "client": 0.0}

    def taking(cpu):
        return Demand(np.full(9, cpu), cpu={"dockerd": cpu}, busy=cpu, **always)

    found = {Key(each): taking(1e-4) for each in ("ps", "inspect", "images")}
    for lines in (0, 20, 100_000):
        began = beginning if lines else 0.0
        found[Key("logs", log_size=100.0 * lines)] = taking(5e-4 + began + lines * 1e-6)
        last = taking(5e-4 + began + min(lines, 10) * 1e-6)
        found[Key("logs --tail 10", log_size=100.0 * lines)] = last
    shares = reading(Book(found), 0.0)
    assert shares["dockerd.containers_logs"].cpu == pytest.approx(5e-4)
    assert shares["dockerd.decode_log"].cpu == pytest.approx(beginning, rel=0.01, abs=1e-7)


def test_what_begins_beside_the_answer_counts_as_far_as_that_takes_longer():
    """The last lines of a short log take 0.1 ms longer than those of an empty one, and 0.3 ms of
    CPU time more, of which their bytes have 0.01."""
    always = {"after": {}, "client": 0.0}

    def taking(cpu, latency):
        return Demand(np.full(9, latency), cpu={"dockerd": cpu}, busy=latency, **always)

    found = {Key(each): taking(1e-4, 1e-4) for each in ("ps", "inspect", "images")}
    for size, more, longer in ((0.0, 0.0, 0.0), (2e3, 3e-4, 1e-4)):
        found[Key("logs --tail 10", log_size=size)] = taking(5e-4 + more, 5e-4 + longer)
    for size in (0.0, 1e7):
        found[Key("logs", log_size=size)] = taking(5e-4 + size * 1e-8, 5e-4 + size * 1e-8)
    decoding = reading(Book(found), 0.0)["dockerd.decode_log"]
    assert decoding.threads == pytest.approx(1.0)
    assert decoding.cpu == pytest.approx(0.9e-4)


def test_logs_of_one_size_tell_no_byte_s_cost():
    always = {"after": {}, "client": 0.0, "cpu": {"dockerd": 1e-4}, "busy": 1e-4}
    demand = Demand(np.full(9, 0.4e-3), **always)
    keys = [Key(each) for each in ("ps", "inspect", "images")]
    keys += [Key(each, log_size=1e6) for each in ("logs", "logs --tail 10")]
    with pytest.raises(EngineError, match=r"logs of one size, 1e\+06 B, .*: measure two"):
        reading(Book(dict.fromkeys(keys, demand)), 0.0)
