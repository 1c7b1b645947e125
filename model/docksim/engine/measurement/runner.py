"""Measures a plan: its blocks in random order, each on an engine that was made ready for it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.accounts import CpuAccounts, since
from docksim.engine.measurement.client import Answer, EngineClient, Errand, connected, creation
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.facts import facts
from docksim.engine.measurement.loads import LoadGenerator
from docksim.engine.measurement.plan import Behaviour, ImagePlan, Plan, Point
from docksim.engine.measurement.watching import Account, Watched
from docksim.engine.private.engine import PrivateEngine
from docksim.engine.private.images import ImageShape, publish

Progress = Callable[[int, int, str], None]
"""Hears how many blocks are done, of how many, and which one is next."""

MIXED: tuple[Behaviour, ...] = ("ignores", "honours", "delays")
LOG_LINE = 100
"""Bytes of a line in the logs that are read."""


class Runner:
    """Measures on a running private engine."""

    def __init__(self, plan: Plan, engine: PrivateEngine, dataset: Dataset) -> None:
        self._plan = plan
        self._engine = engine
        self._dataset = dataset
        self._accounts = CpuAccounts(engine)
        self._images = {image.name: image for image in plan.image}
        self._published: set[str] = set()

    async def run(self, progress: Progress) -> None:
        """All blocks that are not in the dataset yet. Raises EngineError."""
        async with connected(self._engine.socket) as client:
            self._dataset.begin(self._plan, await facts(client))
            order = self._order()
            for done, (block, point, repetition) in enumerate(order):
                progress(done, len(order), point.name)
                if not self._dataset.has(block):
                    await self._measure(client, block, point, repetition)
            progress(len(order), len(order), "")

    def _order(self) -> list[tuple[str, Point, int]]:
        """Name, point and repetition of each block.

        Loads relative to a capacity come after a repetition of all others, which tells it.
        """
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
        errand = await self._prepare(client, point)
        await self._accounts.quiet()
        account = Account(self._accounts) if point.accounting else None
        rng = np.random.default_rng([self._plan.seed, repetition, len(block)])
        with self._dataset.writing(block) as writer:
            before, stolen = self._accounts.read(), _steal()
            writer.began = time.perf_counter()
            load = LoadGenerator(
                Watched(client, account) if account else client,
                point,
                errand,
                writer.note,
                self._accounts.quiet,
                rng,
            )
            window = await load.run()
            if self._engine.status().state != "up":
                raise EngineError(f"the engine died in {block}: finished blocks are kept")
            elapsed = time.perf_counter() - writer.began
            taken = since(before, self._accounts.read())
            rows = [{"phase": "block", "component": c, "cpu": s} for c, s in taken.items()]
            writer.finish(
                point,
                {"cpu": pd.DataFrame(rows + (account.rows if account else []))},
                block=block,
                repetition=repetition,
                measured_at=time.time(),
                elapsed=elapsed,
                throughput=window.throughput,
                client_cores=taken["client"] / elapsed,
                stolen=_steal() - stolen,
            )
        await self._tidy(client)

    def _capacity(self, point: Point) -> float:
        """The highest closed throughput of the point's cycle so far (cycles/s)."""
        found = [
            block["throughput"]
            for block in self._dataset.table("blocks").to_dict("records")
            if block["load"] == "closed"
            and (tuple(block["operations"]), block["network"], block["behaviour"], block["image"])
            == point.capacity_key
        ]
        if not found:
            raise EngineError(f"{point.name}: no closed load of that cycle tells its capacity")
        return float(max(found))

    async def _prepare(self, client: EngineClient, point: Point) -> Callable[[int, int], Errand]:
        """Make the engine ready; what a client's cycle is about."""
        await self._tidy(client)
        pulls = "pull" in point.operations
        names = self._publish(self._images[point.image], point.clients if pulls else 1)
        self._engine.set_downloads(point.slots)
        self._engine.shape(None)
        for name in names:
            await self._have(client, name, present=not pulls)
        self._engine.shape(point.link_rate or None)
        subject = await self._subject(client, point, names[0])
        for _ in range(point.containers):
            await self._create(client, point, names[0], ["true"])

        def errand(number: int, cycle: int) -> Errand:
            behaviour = point.behaviour
            if behaviour == "mixed":
                behaviour = MIXED[cycle % len(MIXED)]
            return Errand(
                image=names[number % len(names)],
                network=point.network,
                behaviour=behaviour,
                stop_timeout=point.stop_timeout,
                label=self._engine.label,
                subject=subject,
            )

        return errand

    def _publish(self, image: ImagePlan, copies: int) -> list[str]:
        """References of an image, or of so many like it, which are in the registry then."""
        shape = ImageShape(
            image.layers, image.size, image.compressibility, image.skew, image.shared
        )
        names = [f"{image.name}-{i}" for i in range(copies)]
        for name in names:
            if name not in self._published:
                layers = publish(self._engine, name, shape)
                self._published.add(name)
                known = self._dataset.manifest.get("layers", {})
                self._dataset.add_to_manifest(layers=known | {image.name: layers})
        return [f"{self._engine.registry}/{name}:latest" for name in names]

    async def _have(self, client: EngineClient, image: str, *, present: bool) -> None:
        if present:
            await _demand(client, "POST", f"/images/create?fromImage={image}")
        else:
            await client.send("DELETE", f"/images/{image}?force=1")

    async def _subject(self, client: EngineClient, point: Point, image: str) -> str:
        """A container to look at, with the log that is asked for."""
        looks = {"logs", "logs --tail 10", "inspect"} & set(point.operations)
        if not looks or "create" in point.operations:
            return ""
        lines = round(point.log_size / LOG_LINE)
        script = f"yes {'x' * (LOG_LINE - 1)} | head -n {lines}" if lines else "true"
        container = await self._create(client, point, image, ["sh", "-c", script])
        await _demand(client, "POST", f"/containers/{container}/start")
        await _demand(client, "POST", f"/containers/{container}/wait")
        return container

    async def _create(
        self, client: EngineClient, point: Point, image: str, command: list[str]
    ) -> str:
        errand = Errand(image, point.network, point.behaviour, 1.0, self._engine.label)
        answer = await _demand(client, "POST", "/containers/create", creation(errand, command))
        return str(json.loads(answer.body)["Id"])

    async def _tidy(self, client: EngineClient) -> None:
        """Remove all containers that carry our label, and no others."""
        wanted = json.dumps({"label": [self._engine.label]})
        listed = await _demand(client, "GET", f"/containers/json?all=1&filters={wanted}")
        for container in json.loads(listed.body):
            await client.send("DELETE", f"/containers/{container['Id']}?force=1")


async def _demand(
    client: EngineClient, method: str, path: str, body: dict[str, Any] | None = None
) -> Answer:
    """What has to work for a block to be measured. Raises EngineError."""
    answer = await client.send(method, path, body)
    if answer.error or b'"error"' in answer.body[-500:]:
        raise EngineError(f"{method} {path}: {answer.error or answer.body[-200:].decode()}")
    return answer


def _steal() -> float:
    """CPU time (s) so far that the hypervisor gave to others."""
    fields = Path("/proc/stat").read_text().split("\n", 1)[0].split()
    return int(fields[8]) / 100
