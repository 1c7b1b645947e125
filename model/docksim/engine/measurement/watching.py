"""What single operations ask of the machine: until the reply, and what goes on after it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import pandas as pd

from docksim.engine.measurement.client import LAYER_NEWS, Answer, EngineClient, Errand
from docksim.engine.measurement.memory import Memory
from docksim.engine.measurement.timeline import Timeline
from docksim.engine.measurement.tracing import Tracer

Rows = list[dict[str, Any]]

PULL_PHASES = ("manifest", "download", "extract", "finish")
"""Up to the news that a layer is pulled, that it is downloaded, that it is there, and the end."""


class Account:
    """CPU time, busy cores, kernel sleeps, flushes, executed programs, file locks and memory that
    the daemon allocates, by operation."""

    def __init__(
        self,
        tracer: Tracer,
        quiet: Callable[[], Awaitable[None]],
        memory: Callable[[], Awaitable[Memory]],
    ) -> None:
        self._tracer = tracer
        self._quiet = quiet
        self._memory = memory
        self._operations = 0
        self._rows: dict[str, Rows] = {
            name: []
            for name in ("cpu", "occupancy", "sleeps", "flushes", "executed", "held", "allocated")
        }

    async def around(self, operation: str, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Perform an operation, and wait until all that it set off is over."""
        first, before = await self._memory(), await self._memory()
        self._tracer.start()
        answer = await work()
        await self._quiet()
        timeline = self._tracer.stop()
        allocated = (await self._memory()).since(before).allocated
        of = {"number": self._operations, "operation": operation}
        asking = before.since(first).allocated
        self._rows["allocated"].append(of | {"bytes": max(0.0, allocated - asking)})
        windows = {"reply": (answer.issued, answer.ended), "after": (answer.ended, _now())}
        # What others execute before it is issued opens nothing of it.
        if programs := [at for at, _ in timeline.executed if answer.issued <= at < answer.ended]:
            windows["opening"] = (answer.issued, programs[0])
        windows |= _of_pull(answer)
        for phase, window in windows.items():
            self._note(of | {"phase": phase}, timeline, *window)
        self._rows["executed"] += [
            of | {"program": program, "at": at - answer.issued} for at, program in timeline.executed
        ]
        self._rows["held"] += [
            of | {"began": spell.began - answer.issued, "ended": spell.ended - answer.issued}
            for spell in timeline.held
            if spell.component == "dockerd" and spell.began < answer.ended
        ]
        self._operations += 1
        return answer

    def tables(self) -> dict[str, pd.DataFrame]:
        """By name; see `Dataset`."""
        return {name: pd.DataFrame(rows) for name, rows in self._rows.items()}

    def _note(self, of: dict[str, Any], timeline: Timeline, began: float, ended: float) -> None:
        self._rows["cpu"] += [
            of | {"component": component, "cpu": seconds}
            for component, seconds in timeline.cpu(began, ended).items()
        ]
        self._rows["occupancy"] += [
            of | {"cores": cores, "seconds": seconds}
            for cores, seconds in timeline.occupancy(began, ended).items()
        ]
        self._rows["sleeps"] += [
            of | {"component": component, "reason": reason, "count": count, "seconds": seconds}
            for (component, reason), (count, seconds) in timeline.asleep(began, ended).items()
        ]
        self._rows["flushes"] += [
            of | {"component": component, "count": count}
            for component, count in timeline.flushed(began, ended).items()
        ]


class Watched(EngineClient):
    """A client whose operations are accounted one by one."""

    def __init__(self, client: EngineClient, account: Account) -> None:
        self._client = client
        self._account = account

    async def perform(self, operation: Any, errand: Errand) -> Answer:
        return await self._account.around(
            operation, lambda: self._client.perform(operation, errand)
        )


def _of_pull(answer: Answer) -> dict[str, tuple[float, float]]:
    """What a pull does in turn, if it is of one layer: ask for the manifest, download, extract."""
    ends = {news.status: news.at for news in answer.news}
    instants = [answer.issued, *(ends[status] for status in LAYER_NEWS if status in ends)]
    return dict(zip(PULL_PHASES, pairwise([*instants, answer.ended]), strict=False))


def _now() -> float:
    return time.perf_counter()
