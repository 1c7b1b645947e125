"""When the commands of an open workload arrive."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

from docksim.des.distributions import Exponential
from docksim.des.streams import Draws, Streams
from docksim.scenario.workload import Open, Period


def arrival_times(workload: Open, streams: Streams) -> Iterator[tuple[float, int]]:
    """(instant in s from the workload's start, how many arrive then), ascending."""
    gaps = streams.draws(f"workload {workload.name}: arrivals", Exponential(1.0))
    if workload.arrivals == "listed":
        return ((time, 1) for time in workload.times)
    if workload.arrivals == "piecewise":
        return _piecewise(workload.rates, workload.period or inf, gaps)
    assert workload.rate is not None
    if workload.arrivals == "deterministic":
        return _regular(1.0 / workload.rate)
    size = workload.burst_size or 1
    return _poisson(size / workload.rate, size, gaps)


def _regular(gap: float) -> Iterator[tuple[float, int]]:
    number = 0
    while True:
        number += 1
        yield number * gap, 1


def _poisson(mean_gap: float, size: int, gaps: Draws) -> Iterator[tuple[float, int]]:
    now = 0.0
    number = 0
    while True:
        now += mean_gap * gaps.at(number)
        number += 1
        yield now, size


def _piecewise(
    rates: tuple[Period, ...], period: float, gaps: Draws
) -> Iterator[tuple[float, int]]:
    """A Poisson process whose rate is constant by pieces.

    By inversion of the cumulated rate (Çinlar 1975): the n-th arrival is where it reaches the
    sum of n unit-mean exponential gaps.
    """
    number = 0
    need = gaps.at(number)
    for begin, end, rate in _pieces(rates, period):
        now = begin
        while rate * (end - now) >= need:
            now += need / rate
            yield now, 1
            number += 1
            need = gaps.at(number)
        if rate:
            need -= rate * (end - now)


def _pieces(rates: tuple[Period, ...], period: float) -> Iterator[tuple[float, float, float]]:
    """(begin, end, rate), period after period; without a period the last rate holds on."""
    ends = [*(piece.begin for piece in rates[1:]), period]
    start = 0.0
    while True:
        for piece, end in zip(rates, ends, strict=True):
            yield start + piece.begin, start + end, piece.rate
        if period == inf:
            return
        start += period
