"""What an engine is to have before a point is measured: images, containers, and nothing else."""

from __future__ import annotations

import json
from typing import Any

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import Answer, EngineClient, Errand, creation
from docksim.engine.measurement.conditions import LOOKING, MAKING
from docksim.engine.measurement.conventions import LOG_LINE, MIXED
from docksim.engine.measurement.dataset import Dataset
from docksim.engine.measurement.loads import MakeErrand
from docksim.engine.measurement.plan import Plan
from docksim.engine.measurement.points import Point
from docksim.engine.measurement.target import Target
from docksim.engine.private import settings
from docksim.engine.private.images import ImageShape

OTHER = 1e5
"""Bytes of an image that is only there to be listed."""


class Preparation:
    """Makes an engine ready for a plan's points; a dataset hears of the images' layers."""

    def __init__(self, plan: Plan, engine: Target, dataset: Dataset) -> None:
        self._engine = engine
        self._dataset = dataset
        self._images = {image.name: image for image in plan.image}
        # What one block has lying about, the next must not find.
        self._most_images = max(point.images for point in plan.points())

    async def for_point(self, client: EngineClient, point: Point) -> MakeErrand:
        """Make the engine ready; what a client's cycle is about. Raises EngineError."""
        await self.tidy(client)
        pulls = "pull" in point.operations
        self._engine.set_downloads(point.slots)
        self._engine.shape(None)
        for number in range(self._most_images):
            await self._have(client, self._lying_about(number), present=number < point.images)
        # Last, for the registry is as far away as it was said last.
        names = self._publish(point, point.clients if pulls else 1)
        for name in names:
            await self._have(client, name, present=not pulls)
        self._engine.shape(point.link_rate or None)
        subject = await self._subject(client, point, names[0])
        for _ in range(point.containers):
            await self._create(client, point, names[0], ["true"])
        for _ in range(point.running):
            idle = await self._create(client, point, names[0], ["sleep", "100000"])
            await _demand(client, "POST", f"/containers/{idle}/start")

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
                runtime=settings.TIMED_RUNTIME if point.timed_runtime else "",
            )

        return errand

    async def tidy(self, client: EngineClient) -> None:
        """Remove all containers that carry our label, and no others. Raises EngineError."""
        wanted = json.dumps({"label": [self._engine.label]})
        listed = await _demand(client, "GET", f"/containers/json?all=1&filters={wanted}")
        for container in json.loads(listed.body):
            await client.send("DELETE", f"/containers/{container['Id']}?force=1")

    def _publish(self, point: Point, copies: int) -> list[str]:
        """References of a point's image, or of so many like it, which are in the registry then."""
        image = self._images[point.image]
        shape = image.shape()
        names = [f"{image.name}-{i}" for i in range(copies)]
        references = [self._engine.provide(name, shape, point.rtt) for name in names]
        if layers := self._engine.layers.get(names[0]):
            known = self._dataset.manifest.get("layers", {})
            self._dataset.add_to_manifest(layers=known | {image.name: layers})
        return references

    def _lying_about(self, number: int) -> str:
        """A small image that is there for nothing but to be listed."""
        # No image of a plan is called so, as their names have no two dashes in a row.
        return self._engine.provide(f"other--{number}", ImageShape(size=OTHER), 0.0)

    async def _have(self, client: EngineClient, image: str, *, present: bool) -> None:
        there = await client.send("GET", f"/images/{image}/json", keep=False)
        if present and there.error:
            await _demand(client, "POST", f"/images/create?fromImage={image}")
        elif not present and not there.error:
            await client.send("DELETE", f"/images/{image}?force=1")

    async def _subject(self, client: EngineClient, point: Point, image: str) -> str:
        """A container to look at, with the log that is asked for."""
        if not LOOKING & set(point.operations) or MAKING & set(point.operations):
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


async def _demand(
    client: EngineClient, method: str, path: str, body: dict[str, Any] | None = None
) -> Answer:
    """What has to work for a block to be measured. Raises EngineError."""
    answer = await client.send(method, path, body)
    if answer.error or b'"error"' in answer.body[-500:]:
        raise EngineError(f"{method} {path}: {answer.error or answer.body[-200:].decode()}")
    return answer
