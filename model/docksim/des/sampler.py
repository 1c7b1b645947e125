"""Queues in the course of a run, at evenly spaced instants, however long the run turns out."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from math import inf

import pandas as pd
import simpy

from docksim.des.environment import Environment
from docksim.des.statistics import Totals

MOST = 400
"""Instants; with so many of them every second one is dropped, and the next come half as often."""

FIRST_STEP = 1e-3
"""Seconds between the first instants."""


class Sampler:
    """Looks at stations again and again. Since their queues are kept as areas, an instant that is
    dropped loses nothing of the mean."""

    def __init__(self, env: Environment, totals: Callable[[], Mapping[str, Totals]]) -> None:
        self._env = env
        self._totals = totals
        self._seen: list[tuple[float, dict[str, float]]] = []
        self._look()
        env.process(self._watch())

    def frame(self) -> pd.DataFrame:
        """time (s), component, and how many waited there since the instant before, on average."""
        self._look()
        rows = [
            (now, name, (area - before.get(name, 0.0)) / (now - then))
            for (then, before), (now, areas) in zip(self._seen, self._seen[1:], strict=False)
            if now > then
            for name, area in areas.items()
        ]
        return pd.DataFrame(rows, columns=["time", "component", "queue"])

    def _watch(self) -> Generator[simpy.Event, object, None]:
        step = FIRST_STEP
        while self._env.peek() < inf:  # a run without anything left to happen is over
            yield self._env.timeout(step)
            self._look()
            if len(self._seen) >= MOST:
                del self._seen[1::2]
                step *= 2

    def _look(self) -> None:
        areas = {name: totals.queue_area for name, totals in self._totals().items()}
        self._seen.append((self._env.now, areas))
