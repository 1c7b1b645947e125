"""The loads: closed clients, open arrivals, batches; each tells of every operation as it ends."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import numpy as np

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import Answer, EngineClient, Errand
from docksim.engine.measurement.conditions import Beside, Operation
from docksim.engine.measurement.conventions import FAILED
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


@asynccontextmanager
async def together() -> AsyncIterator[asyncio.TaskGroup]:
    """A group of tasks which the first error ends, all of them and at once; it is raised alone."""
    try:
        async with asyncio.TaskGroup() as group:
            yield group
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None


class Companion:
    """Closed clients beside a load, which go on until they are told to stop."""

    def __init__(self, client: EngineClient, beside: Beside, errand: MakeErrand) -> None:
        self._client = client
        self._beside = beside
        self._errand = errand
        self._wanted = True

    async def run(self) -> None:
        """Until told to stop, and the last cycles have ended. Raises EngineError."""
        async with together() as clients:
            for number in range(self._beside.clients):
                clients.create_task(self._repeat(number))

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
    """Drives one point's load over a client; nobody answering ends it, and so does what `note`
    raises."""

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
        """All of it, until the last cycle has ended. Raises EngineError."""
        await {"closed": self._closed, "open": self._open, "batch": self._batch}[self._point.load]()
        ends = sorted(self._ends)
        cycles = self._point.clients if self._point.load == "batch" else 1
        warm = min(self._point.warm_up * cycles, len(ends) - 1)
        return Window(ends[warm - 1] if warm else self._started, ends[-1], len(ends) - warm)

    async def _closed(self) -> None:
        self._started = time.perf_counter()
        total = self._point.cycles + self._point.warm_up

        async def client(number: int) -> None:
            while self._begun < total:
                await self._cycle(number)
                if self._point.pause:
                    await asyncio.sleep(self._point.pause)

        async with together() as clients:
            for number in range(self._point.clients):
                clients.create_task(client(number))

    async def _open(self) -> None:
        self._started = due = time.perf_counter()
        async with together() as under_way:
            for _ in range(self._point.cycles + self._point.warm_up):
                due += self._rng.exponential(1.0 / self._point.rate)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                under_way.create_task(self._cycle(0))

    async def _batch(self) -> None:
        self._started = time.perf_counter()
        for _ in range(self._point.cycles + self._point.warm_up):
            async with together() as batch:
                for number in range(self._point.clients):
                    batch.create_task(self._cycle(number))
            await self._quiet()

    async def _cycle(self, client: int) -> None:
        number = self._begun
        self._begun += 1
        errand = self._errand(client, number)
        for operation in self._point.operations:
            answer = await self._client.perform(operation, errand)
            self._note(Sample(client, number, operation, answer))
            if answer.status == FAILED:
                raise EngineError(f"{operation}: {answer.error}")
            if answer.error and operation in ("create", "run", "pull"):
                break
        self._ends.append(time.perf_counter())


async def side_by_side(load: LoadGenerator, companion: Companion) -> Window:
    """A load, and a companion that goes on until it is over; an error of either ends both."""
    async with together() as both:
        both.create_task(companion.run())
        window = await load.run()
        companion.stop()
    return window
