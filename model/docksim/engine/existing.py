"""An engine that is there already: measured with its owner's consent, and only on things of ours.

Every container and image that is made carries a label, and nothing without it is touched. What
needs the engine's own surroundings, its registry, link, download slots or control groups, is
refused.
"""

from __future__ import annotations

import io
import secrets
import socket
import tarfile
import time
from contextlib import suppress
from dataclasses import asdict
from math import nan
from pathlib import Path

import docker
from docker.errors import APIError, DockerException, ImageNotFound

from docksim.engine.errors import EngineError
from docksim.engine.measurement.plan import Plan
from docksim.engine.private.images import ImageShape, add_root
from docksim.engine.private.settings import DOWNLOADS

SCHEME = "unix://"
REPOSITORY = "docksim.local"
LABEL = "docksim.measured"

PATIENCE = 30.0
"""Seconds that the engine may take to remove what is ours."""

PAUSE = 0.1
"""Seconds until what could not be removed is tried again."""

PRIVATE_ONLY = {
    "link_rate": 0.0,
    "rtt": 0.0,
    "slots": DOWNLOADS,
    "accounting": False,
    "brisk": False,
    "timed_runtime": False,
}
"""What only a private engine can be asked for, and what it is when it is not asked for."""


class ExistingEngine:
    """The engine that listens at an address "unix:///PATH". Raises EngineError when none does."""

    runtime_log = Path("/dev/null")

    def __init__(self, address: str) -> None:
        if not address.startswith(SCHEME):
            raise EngineError(f"--engine {address}: an address begins with {SCHEME}")
        self.socket = Path(address.removeprefix(SCHEME))
        ours = secrets.token_hex(4)
        self.label = f"{LABEL}={ours}"
        self.repository = f"{REPOSITORY}/{ours}"
        self.layers: dict[str, list[tuple[int, int]]] = {}
        try:
            self._connect()
            self._api = docker.DockerClient(base_url=address)
            self._api.ping()
        except (OSError, DockerException) as error:
            raise EngineError(f"{address}: no engine answers there: {error}") from None

    @property
    def is_up(self) -> bool:
        """Whether it still answers."""
        try:
            self._connect()
        except OSError:
            return False
        return True

    def _connect(self) -> None:
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(self.socket))

    def check(self, plan: Plan) -> None:
        """Raises EngineError when the plan asks for what only a private engine has."""
        for image in plan.image:
            shape = asdict(ImageShape())
            if refused := [key for key, usual in shape.items() if getattr(image, key) != usual]:
                raise EngineError(
                    f"image {image.name}: {refused[0]} needs a private engine, this one is given "
                    f"an image of 2 MB: leave {refused[0]} or --engine out"
                )
        for point in plan.points():
            refused = [key for key, usual in PRIVATE_ONLY.items() if getattr(point, key) != usual]
            refused += [each for each in ("pull", "rmi") if each in point.operations]
            if refused:
                raise EngineError(
                    f"{point.name}: {refused[0]} needs a private engine: leave --engine out"
                )

    def cpu_seconds(self) -> dict[str, float]:
        """Not known: its control groups are not ours to know."""
        return dict.fromkeys(("dockerd", "runtime", "registry", "all"), nan)

    def flushes(self) -> float:
        """Not known."""
        return nan

    def provide(self, name: str, shape: ImageShape, round_trip: float) -> str:
        """Import an image that has a busybox and no more, without a registry."""
        repository, tag = f"{self.repository}/{name}", "latest"
        if not self._has(f"{repository}:{tag}"):
            key, _, value = self.label.partition("=")
            self._api.api.import_image_from_data(
                _root(), repository=repository, tag=tag, changes=[f'LABEL {key}="{value}"']
            )
        return f"{repository}:{tag}"

    def _has(self, image: str) -> bool:
        try:
            self._api.images.get(image)
        except ImageNotFound:
            return False
        return True

    def set_downloads(self, downloads: int) -> None:
        """Its settings are not touched."""

    def shape(self, rate: float | None) -> None:
        """Its link is not touched."""

    def clean_up(self) -> bool:
        """Remove the containers and images that carry our label; whether that left none.

        Some may be in use for a while, or be removed by a request that was under way.
        """
        until = time.monotonic() + PATIENCE
        try:
            while self._remove_ours():
                if time.monotonic() > until:
                    return False
                time.sleep(PAUSE)
        except OSError:  # it answers no more
            return False
        return True

    def _remove_ours(self) -> bool:
        """Try to remove what is ours, containers first; whether there was something."""
        api, ours = self._api.api, {"label": self.label}
        containers = api.containers(all=True, filters=ours)
        for each in containers:
            with suppress(APIError):
                api.remove_container(each["Id"], force=True)
        images = api.images(filters=ours)
        for each in images:
            with suppress(APIError):
                api.remove_image(each["Id"], force=True)
        return bool(containers or images)


def removal(address: str, label: str) -> str:
    """A command that removes the containers and images with a label."""
    return (
        f"export DOCKER_HOST={address}; "
        f"docker rm --force $(docker ps --all --quiet --filter label={label}); "
        f"docker rmi --force $(docker images --quiet --filter label={label})"
    )


def consequences(address: str) -> str:
    """What measuring does to an engine, for those who are to consent."""
    return (
        f"measuring {address} creates, starts, stops and removes containers of its "
        f"own there, up to the plan's numbers at once, and imports its images of 2 MB; all carry "
        f"the label {LABEL}, and nothing else is touched. It takes the CPU time that the plan "
        "asks for. What killed measurements left is removed, once none is under way, by "
        f"`{removal(address, LABEL)}`. If that is all right, say --consent"
    )


def _root() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        add_root(archive)
    return buffer.getvalue()
