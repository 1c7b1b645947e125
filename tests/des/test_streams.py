import random
import subprocess
import sys

import numpy as np
import pytest
from scipy import stats

from docksim.des.distributions import Constant, Exponential, Lognormal, Uniform
from docksim.des.streams import BLOCK, KEPT_BLOCKS, Streams

LAW = Lognormal(0.003, 0.006)


def uniforms(seed=1, replication=0, name="a", count=2000, occurrence=0):
    stream = Streams(seed, replication).uniforms(name)
    return np.array([stream.at(number, occurrence) for number in range(count)])


def test_draw_does_not_depend_on_what_was_asked_before():
    places = [(n, k) for n in (0, 1, BLOCK - 1, BLOCK, 5 * BLOCK + 3, 10**7) for k in (0, 1, 40)]
    in_order = {place: Streams(9).draws("a", LAW).at(*place) for place in places}

    shuffled = random.Random(4).sample(places * 3, 3 * len(places))
    stream = Streams(9).draws("a", LAW)
    assert all(stream.at(*place) == in_order[place] for place in shuffled)


def test_blocks_are_made_again_alike_after_they_were_dropped():
    stream = Streams(9).draws("a", LAW)
    numbers = [block * BLOCK + 7 for block in range(KEPT_BLOCKS + 50)]

    first = [stream.at(number) for number in numbers]
    assert len(stream._kept) == KEPT_BLOCKS
    assert [stream.at(number) for number in numbers] == first
    assert [stream.at(number) for number in reversed(numbers)] == first[::-1]


def test_block_used_last_is_kept_longest():
    stream = Streams(9).draws("a", LAW)
    for block in range(KEPT_BLOCKS):
        stream.at(block * BLOCK)
    stream.at(0)
    stream.at(KEPT_BLOCKS * BLOCK)

    assert (0, 0) in stream._kept
    assert (0, 1) not in stream._kept


def test_block_at_hand_serves_only_its_own_numbers():
    stream = Streams(9).draws("a", LAW)
    assert stream.at(0) != stream.at(BLOCK) != stream.at(2 * BLOCK)
    assert stream.at(BLOCK, 0) != stream.at(BLOCK, 1)
    assert len({stream.at(number) for number in range(5 * BLOCK)}) == 5 * BLOCK


def test_stream_more_moves_no_other():
    alone, among = Streams(3), Streams(3)
    for other in ("0", "b", "z"):
        among.draws(other, LAW).at(11)

    first, second = alone.draws("a", LAW), among.draws("a", LAW)
    for number in range(0, 2000, 13):
        among.draws("b", LAW).at(number)
        assert first.at(number) == second.at(number)


def test_same_chance_under_another_law():
    first = Streams(3).draws("a", Exponential(1.0))
    second = Streams(3).draws("a", Exponential(2.0))

    assert [2 * first.at(n) for n in range(9)] == [second.at(n) for n in range(9)]


def test_streams_of_one_chance_differ_by_their_laws_only():
    streams = Streams(3)
    first = streams.draws("a", Exponential(1.0), chance="both")
    second = streams.draws("b", Exponential(2.0), chance="both")
    apart = streams.draws("c", Exponential(2.0))

    assert [2 * first.at(n) for n in range(9)] == [second.at(n) for n in range(9)]
    assert second.at(0) != apart.at(0)


@pytest.mark.parametrize(
    "other",
    [
        {"replication": 1},
        {"seed": 2},
        {"seed": 1 + 2**32},
        {"name": "b"},
        {"occurrence": 1},
    ],
    ids=str,
)
def test_other_streams_are_independent(other):
    first, second = uniforms(), uniforms(**other)

    assert not np.isin(first, second).any()
    assert stats.pearsonr(first, second).pvalue > 0.001
    # The pairs fill the square evenly.
    counts, *_ = np.histogram2d(first, second, bins=8, range=[[0, 1], [0, 1]])
    assert stats.chisquare(counts.ravel()).pvalue > 0.001


def test_draws_of_a_stream_are_independent_across_its_blocks():
    drawn = uniforms(count=100 * BLOCK)

    assert stats.kstest(drawn, "uniform").pvalue > 0.001
    for lag in (1, 2, BLOCK):
        assert stats.pearsonr(drawn[:-lag], drawn[lag:]).pvalue > 0.001
    first_of_blocks = drawn[::BLOCK]
    assert stats.kstest(first_of_blocks, "uniform").pvalue > 0.001


def test_draws_follow_their_law():
    stream = Streams(5).draws("a", LAW)
    drawn = [stream.at(number, number % 3) for number in range(5000)]

    assert stats.kstest(drawn, np.vectorize(LAW.cdf)).pvalue > 0.001


def test_occurrences_below_a_bound_are_one_draw() -> None:
    apart, alike = Streams(3).draws("a", LAW), Streams(3).draws("a", LAW, alike=5)
    for number in (0, 7, 3 * BLOCK):
        assert {alike.at(number, k) for k in range(5)} == {apart.at(number)}
        assert [alike.at(number, k) for k in (5, 6)] == [apart.at(number, k) for k in (5, 6)]


def test_same_values_in_another_process():
    stream = Streams(2**40 + 5, 3).draws("daemon.create: µ", LAW)
    here = [stream.at(number, 2).hex() for number in (0, 300, 10**6)]
    script = (
        "from docksim.des.distributions import Lognormal\n"
        "from docksim.des.streams import Streams\n"
        "stream = Streams(2**40 + 5, 3).draws('daemon.create: µ', Lognormal(0.003, 0.006))\n"
        "print(*[stream.at(number, 2).hex() for number in (10**6, 0, 300)])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": "77", "PYTHONUTF8": "1"},
    )
    last, first, middle = done.stdout.split()

    assert [first, middle, last] == here


def test_values_stay_as_they_are_published():
    # A change here changes the results of every study: it belongs into the changelog.
    stream = Streams(1).uniforms("a")

    assert [stream.at(0), stream.at(BLOCK), stream.at(3, 1)] == [
        0.7820107565987042,
        0.7582638346907238,
        0.12862040692139187,
    ]


def test_draws_are_plain_floats():
    streams = Streams(1)

    assert type(streams.uniforms("a").at(0)) is float
    assert type(streams.draws("b", Constant(2)).at(0)) is float


def test_constant_makes_no_generator(monkeypatch):
    monkeypatch.setattr(np.random, "SeedSequence", None)
    stream = Streams(1).draws("a", Constant(0.25))

    assert {stream.at(number, number % 7) for number in range(1000)} == {0.25}


def test_name_stands_for_one_stream():
    streams = Streams(1)

    assert streams.draws("a", LAW) is streams.draws("a", Lognormal(0.003, 0.006))
    assert streams.uniforms("u") is streams.draws("u", Uniform(0, 1))
    with pytest.raises(
        ValueError, match=r"stream 'a' draws from lognormal.* already, not from expo"
    ):
        streams.draws("a", Exponential(1))


@pytest.mark.parametrize("place", [(-1, 0), (0, -1), (-BLOCK - 1, 0)])
def test_numbers_count_from_zero(place):
    stream = Streams(1).uniforms("a")

    with pytest.raises(ValueError, match="count from 0"):
        stream.at(*place)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1,), "seed must be between"),
        ((2**64,), "seed must be between"),
        ((1, -1), "replication must be between"),
    ],
)
def test_bad_seeds_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Streams(*arguments)


def test_a_sum_of_draws_has_the_mean_and_variance_of_so_many_independent_ones() -> None:
    flushes = Streams(7).draws("flushes", Exponential(2.0), times=6)
    values = np.array([flushes.at(number) for number in range(20_000)])
    assert values.mean() == pytest.approx(12.0, rel=0.02)
    assert values.var() == pytest.approx(24.0, rel=0.05)


def test_a_stream_is_refused_when_it_sums_another_number_of_draws() -> None:
    streams = Streams(7)
    streams.draws("flushes", Exponential(2.0), times=6)
    with pytest.raises(ValueError, match="flushes"):
        streams.draws("flushes", Exponential(2.0), times=5)
