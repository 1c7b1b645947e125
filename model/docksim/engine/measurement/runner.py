"""Measures a plan: its blocks in random order, each on an engine that was made ready for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from zlib import crc32

import numpy as np
import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.accounts import CpuAccounts, since
from docksim.engine.measurement.client import EngineClient, Errand
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.facts import facts
from docksim.engine.measurement.loads import (
    Companion,
    LoadGenerator,
    MakeErrand,
    Window,
    side_by_side,
)
from docksim.engine.measurement.memory import memory, probed
from docksim.engine.measurement.observing import observed
from docksim.engine.measurement.plan import Plan
from docksim.engine.measurement.points import Point
from docksim.engine.measurement.preparing import Preparation
from docksim.engine.measurement.speed import Speedometer, reference_time
from docksim.engine.measurement.stealing import disturbed, stolen_seconds
from docksim.engine.measurement.target import PrivateTarget, Target
from docksim.engine.measurement.tracing import Tracer
from docksim.engine.measurement.watching import Account, Watched

Progress = Callable[[int, int, str], None]
"""Hears how many blocks are done, of how many, and which one is next."""

Block = tuple[str, Point, int]
"""A block's name, its point and repetition."""


class Runner:
    """Measures on a running engine."""

    def __init__(self, plan: Plan, engine: Target, dataset: Dataset) -> None:
        self._plan = plan
        self._engine = engine
        self._dataset = dataset
        self._accounts = CpuAccounts(engine)
        self._preparation = Preparation(plan, engine, dataset)
        self._tracer: Tracer | None = None
        self._speed = Speedometer()

    async def run(self, progress: Progress) -> None:
        """All blocks that are not in the dataset yet. Raises EngineError."""
        traced = any(point.accounting for point in self._plan.points())
        private = self._engine if isinstance(self._engine, PrivateTarget) else None
        tracing = private.tracer() if private and traced else nullcontext()
        with tracing as self._tracer:
            await self._run(EngineClient(self._engine.socket), progress)

    async def _run(self, client: EngineClient, progress: Progress) -> None:
        self._dataset.begin(self._plan, await facts(client))
        if self._tracer and isinstance(self._engine, PrivateTarget):
            self._measure_lives(self._engine, self._tracer)
        order = self._order()
        missing = {block for block, *_ in order if not self._dataset.has(block)}
        with self._speed:
            await self._measure_those(missing, client, order, progress)
            while again := disturbed(self._dataset):
                await self._measure_those(again, client, order, progress)

    async def _measure_those(
        self,
        names: Collection[str],
        client: EngineClient,
        order: Sequence[Block],
        progress: Progress,
    ) -> None:
        for done, (block, point, repetition) in enumerate(order):
            await self._probe(client, 1 + done * self._plan.probe_rounds // len(order))
            progress(done, len(order), point.name)
            if block in names:
                await self._measure(client, block, point, repetition)
        progress(len(order), len(order), "")

    def _measure_lives(self, engine: PrivateTarget, tracer: Tracer) -> None:
        """What whole lives of containers take, unless that is there."""
        if "container_lives" not in self._dataset.manifest:
            self._dataset.add_to_manifest(container_lives=engine.container_lives(tracer))

    async def _probe(self, client: EngineClient, rounds: int) -> None:
        """What a calibration needs besides its points, until there are so many rounds of it."""
        if not self._tracer or not isinstance(self._engine, PrivateTarget):
            return
        for _ in range(self._dataset.probe_rounds, rounds):
            await self._accounts.quiet()
            of_daemon = pd.DataFrame(await probed(client))
            self._dataset.add_probes(pd.concat([self._engine.probes(), of_daemon]))

    def _order(self) -> list[Block]:
        """Loads relative to a capacity come after a repetition of all others, which tells it."""
        rng = np.random.default_rng(self._plan.seed)
        points = self._plan.points()
        plain = [(p, r) for p in points for r in range(self._plan.repetitions) if not p.of_capacity]
        relative = [(p, r) for p in points for r in range(self._plan.repetitions) if p.of_capacity]
        rng.shuffle(plain)
        rng.shuffle(relative)
        if relative:  # the first of each plain point, then all the rest mixed
            plain.sort(key=lambda each: each[1] > 0)
            rest = [each for each in plain if each[1]] + relative
            rng.shuffle(rest)
            plain = [each for each in plain if not each[1]] + rest
        return [(f"{p.name}-{r}", p, r) for p, r in plain]

    async def _measure(
        self, client: EngineClient, block: str, point: Point, repetition: int
    ) -> None:
        if point.of_capacity:
            point = replace(point, rate=point.of_capacity * self._capacity(point))
        errand = await self._preparation.for_point(client, point)
        await self._accounts.quiet()
        account = None
        if point.accounting and self._tracer:
            account = Account(self._tracer, self._accounts.quiet, lambda: memory(client))
        rng = np.random.default_rng([self._plan.seed, crc32(block.encode())])
        with self._dataset.writing(block) as writer, self._in(block):
            before, stolen = self._accounts.read(), stolen_seconds()
            flushed, used = self._engine.flushes(), await memory(client)
            watched = Watched(client, account) if account else client
            load = LoadGenerator(watched, point, errand, writer.note, self._accounts.quiet, rng)
            log = self._engine.runtime_log
            async with observed(client, point, log) as tables:
                writer.began = time.perf_counter()
                window = await self._drive(load, client, point, errand)
                elapsed = time.perf_counter() - writer.began
                taken = since(before, self._accounts.read())
            if not self._engine.is_up:
                raise EngineError("the engine died")
            if why := writer.failure_of_all(point.operations[0]):
                raise EngineError(f"every {point.operations[0]} failed: {why}")
            used = (await memory(client)).since(used)
            await self._accounts.quiet()
            tables["speed"] = self._speed.since(writer.began)
            tables |= account.tables() if account else {}
            tables["block_cpu"] = pd.DataFrame(taken.items(), columns=["component", "cpu"])
            writer.finish(
                point,
                tables,
                block=block,
                repetition=repetition,
                measured_at=time.time(),
                elapsed=elapsed,
                throughput=window.throughput,
                client_cores=taken["client"] / elapsed,
                reference=reference_time(tables["speed"]),
                stolen=stolen_seconds() - stolen,
                flushes=self._engine.flushes() - flushed,
                allocated=used.allocated,
                collections=used.collections,
            )
        await self._preparation.tidy(client)

    @contextmanager
    def _in(self, block: str) -> Iterator[None]:
        """Says of an error which block it ended, and whether the engine has died."""
        try:
            yield
        except EngineError as error:
            what = error if self._engine.is_up else "the engine died"
            raise EngineError(f"{block} is not finished, others are kept: {what}") from None

    async def _drive(
        self, load: LoadGenerator, client: EngineClient, point: Point, errand: MakeErrand
    ) -> Window:
        """A point's load, and what goes on beside it meanwhile."""
        if point.beside is None:
            return await load.run()
        image, network = errand(0, 0).image, point.beside.network

        def other(number: int, cycle: int) -> Errand:
            return Errand(image, network, "ignores", point.stop_timeout, self._engine.label)

        return await side_by_side(load, Companion(client, point.beside, other))

    def _capacity(self, point: Point) -> float:
        """The highest closed throughput of the point's cycle (cycles/s), of the first blocks: those
        of later ones would have a rate depend on when it is measured."""
        found = [
            block["throughput"]
            for block in self._dataset.table("blocks").to_dict("records")
            if block["load"] == "closed"
            and block["repetition"] == 0
            and (tuple(block["operations"]), block["network"], block["behaviour"], block["image"])
            == point.capacity_key
        ]
        if not found:
            raise EngineError(f"{point.name}: no closed load of that cycle tells its capacity")
        return float(max(found))
