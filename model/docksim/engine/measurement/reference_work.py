"""A small piece of work, done again and again beside what is measured by a process of its own.

How long it takes in CPU time tells how fast the machine is just then: like an engine's, it is made
of walks through memory and of calls of the kernel. It is too brief to be in an engine's way, and is
done in a session of its own, whose threads the scheduler serves at once while others crowd.

    python -m docksim.engine.measurement.reference_work

repeats it until its standard input ends, as it does when who started it is gone, and prints a line
[began, seconds] for each: an instant of the monotonic clock, and CPU time. It is one process for
all blocks: another's memory lies elsewhere, and may take it a fifth less time.
"""

from __future__ import annotations

import json
import os
import random
import select
import sys
import time

NAME = "walk and stat"
"""Tells it from others, whose times do not compare with it."""

PERIOD = 0.05
"""Seconds from one to the next."""

PLACES = 1 << 16
STEPS = 1500
CALLS = 150


def main() -> None:
    """Work until the input ends, and tell what each piece took."""
    path = list(range(PLACES))
    random.Random(1).shuffle(path)
    work(path)  # the first finds nothing in the caches
    while not _input_ends_within(PERIOD):
        print(json.dumps(_timed(path)), flush=True)


def _input_ends_within(seconds: float) -> bool:
    return bool(select.select([sys.stdin], [], [], seconds)[0])


def _timed(path: list[int]) -> tuple[float, float]:
    began, before = time.perf_counter(), time.thread_time()
    work(path)
    return began, time.thread_time() - before


def work(path: list[int]) -> int:
    """Walk from place to place, and ask the kernel about a folder; where the walk ended."""
    place = 0
    for _ in range(STEPS):
        place = path[place]
    for _ in range(CALLS):
        os.stat("/")
    return place


if __name__ == "__main__":
    main()
