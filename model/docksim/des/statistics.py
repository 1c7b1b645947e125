"""What a station has counted, and what that means over a window of time.

Stations only ever count up. A window's statistics are the difference of two snapshots, so that a
warm-up is left out by subtraction and nothing in a running model is ever reset.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True, slots=True)
class Totals:
    """What a station has seen from time 0 until the instant `time`.

    time         s, when the snapshot was taken
    arrivals     customers that came
    started      customers whose waiting is over, so that their wait is known
    departures   customers that left
    busy         server-seconds spent, or units of work done at a shared station
    queue_area   customer-seconds, the integral over time of the number that waits
    wait_sum     s, the waits of the customers that started
    capacity     servers, permits, or units of work a second; may be infinite
    """

    time: float
    arrivals: int
    started: int
    departures: int
    busy: float
    queue_area: float
    wait_sum: float
    capacity: float


@dataclass(frozen=True, slots=True)
class StationStatistics:
    """A station over a window.

    utilisation  share of the capacity that was used (0 when the capacity is infinite)
    mean_queue   time average of the number that waits
    mean_wait    s, over the customers that started in the window (nan when there were none)
    throughput   departures a second
    visits       arrivals in the window
    duration     s
    """

    utilisation: float
    mean_queue: float
    mean_wait: float
    throughput: float
    visits: int
    duration: float


def between(earlier: Totals, later: Totals) -> StationStatistics:
    """The statistics of the window between two snapshots of one station.

    Raises ValueError when the window has no length.
    """
    duration = later.time - earlier.time
    if not duration > 0.0:
        raise ValueError(f"a window must have a length, not {duration} s")
    started = later.started - earlier.started
    return StationStatistics(
        utilisation=(later.busy - earlier.busy) / (later.capacity * duration),
        mean_queue=(later.queue_area - earlier.queue_area) / duration,
        mean_wait=(later.wait_sum - earlier.wait_sum) / started if started else nan,
        throughput=(later.departures - earlier.departures) / duration,
        visits=later.arrivals - earlier.arrivals,
        duration=duration,
    )
