"""The loads: closed clients, open arrivals, batches; each tells of every operation as it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import numpy as np

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import FAILED, Answer, EngineClient, Errand
from docksim.engine.measurement.conditions import Beside, Operation
from docksim.engine.measurement.points import Point

MakeErrand = Callable[[int, int], Errand]
"""The errand of a client's cycle, by the numbers of both."""

Quiet = Callable[[], Awaitable[None]]
"""Waits until the engine has nothing to do any more."""


@dataclass(frozen=True)
class Sample:
    """One operation: `cycle` counts all clients' cycles, the warm-up's included."""

    client: int
    cycle: int
    operation: Operation
    answer: Answer


@dataclass(frozen=True)
class Window:
    """The measured part of a block (s on the monotonic clock), and the cycles that it saw end."""

    began: float
    ended: float
    cycles: int

    @property
    def throughput(self) -> float:
        """Cycles a second."""
        return self.cycles / (self.ended - self.began)


class Companion:
    """Closed clients beside a load, which go on until they are told to stop."""

    def __init__(self, client: EngineClient, beside: Beside, errand: MakeErrand) -> None:
        self._client = client
        self._beside = beside
        self._errand = errand
        self._wanted = True

    async def run(self) -> None:
        """Until told to stop, and the last cycles have ended. Raises EngineError."""
        await asyncio.gather(*(self._repeat(i) for i in range(self._beside.clients)))

    def stop(self) -> None:
        """Begin no other cycle."""
        self._wanted = False

    async def _repeat(self, number: int) -> None:
        cycle = 0
        while self._wanted:
            errand = self._errand(number, cycle)
            for operation in self._beside.operations:
                answer = await self._client.perform(operation, errand)
                if answer.error:
                    raise EngineError(f"beside the load, {operation}: {answer.error}")
            cycle += 1


class LoadGenerator:
    """Drives one point's load over a client."""

    def __init__(
        self,
        client: EngineClient,
        point: Point,
        errand: MakeErrand,
        note: Callable[[Sample], None],
        quiet: Quiet,
        rng: np.random.Generator,
    ) -> None:
        self._client = client
        self._point = point
        self._errand = errand
        self._note = note
        self._quiet = quiet
        self._rng = rng
        self._begun = 0
        self._ends: list[float] = []

    async def run(self) -> Window:
        """All of it, until the last cycle has ended."""
        await {"closed": self._closed, "open": self._open, "batch": self._batch}[self._point.load]()
        ends = sorted(self._ends)
        warm = min(self._point.warm_up, len(ends) - 1)
        return Window(ends[warm - 1] if warm else self._started, ends[-1], len(ends) - warm)

    async def _closed(self) -> None:
        self._started = time.perf_counter()
        total = self._point.cycles + self._point.warm_up

        async def client(number: int) -> None:
            while self._begun < total:
                await self._cycle(number)
                if self._point.pause:
                    await asyncio.sleep(self._point.pause)

        await asyncio.gather(*(client(i) for i in range(self._point.clients)))

    async def _open(self) -> None:
        self._started = due = time.perf_counter()
        under_way = []
        for _ in range(self._point.cycles + self._point.warm_up):
            due += self._rng.exponential(1.0 / self._point.rate)
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            under_way.append(asyncio.create_task(self._cycle(0)))
        await asyncio.gather(*under_way)

    async def _batch(self) -> None:
        self._started = time.perf_counter()
        for _ in range(self._point.cycles + self._point.warm_up):
            await asyncio.gather(*(self._cycle(i) for i in range(self._point.clients)))
            await self._quiet()

    async def _cycle(self, client: int) -> None:
        number = self._begun
        self._begun += 1
        errand = self._errand(client, number)
        for operation in self._point.operations:
            answer = await self._client.perform(operation, errand)
            self._note(Sample(client, number, operation, answer))
            if answer.status == FAILED:
                self._begun = self._point.cycles + self._point.warm_up  # nobody answers: no more
            if answer.error and operation in ("create", "run", "pull"):
                break
        self._ends.append(time.perf_counter())
