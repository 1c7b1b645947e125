"""What a runner needs of the engine that it measures, and how a private one provides it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

import pandas as pd

from docksim.engine.measurement.contention import container_lives
from docksim.engine.measurement.probes import probe
from docksim.engine.measurement.tracing import Tracer, tracer
from docksim.engine.private.engine import PrivateEngine
from docksim.engine.private.images import ImageShape, publish


class Target(Protocol):
    """An engine that is measured; all methods raise EngineError.

    label        of the containers that are made, and that alone are removed
    runtime_log  where the timing runtime notes its calls
    layers       compressed and unpacked bytes of each layer, by image, as far as they are known
    """

    label: str
    runtime_log: Path
    socket: Path
    layers: dict[str, list[tuple[int, int]]]

    @property
    def is_up(self) -> bool:
        """Whether it still answers."""

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time (s) so far by part; NaN where that is not known."""

    def flushes(self) -> float:
        """How often its disk has been told to flush so far; NaN where that is not known."""

    def provide(self, name: str, shape: ImageShape, round_trip: float) -> str:
        """Have an image ready to be pulled, from so far away (s added); its reference."""

    def set_downloads(self, downloads: int) -> None:
        """Download so many layers at once."""

    def shape(self, rate: float | None) -> None:
        """Let images come at `rate` bytes a second at the most; None: as fast as they can."""


class PrivateTarget:
    """A private engine, whose registry, link and settings are ours to change."""

    def __init__(self, engine: PrivateEngine) -> None:
        self._engine = engine
        self.label = engine.label
        self.runtime_log = engine.runtime_log
        self.socket = engine.socket
        self.cpu_seconds = engine.cpu_seconds
        self.flushes = engine.flushes
        self.set_downloads = engine.set_downloads
        self.shape = engine.shape
        self.layers: dict[str, list[tuple[int, int]]] = {}

    @property
    def is_up(self) -> bool:
        """Whether all of it is there and answers."""
        return self._engine.status().state == "up"

    def provide(self, name: str, shape: ImageShape, round_trip: float) -> str:
        """Push it to the engine's own registry."""
        if name not in self.layers:
            self.layers[name] = publish(self._engine, name, shape)
        return f"{self._engine.delayed_registry(round_trip)}/{name}:latest"

    def tracer(self) -> AbstractContextManager[Tracer]:
        """Of the scheduler, for as long as the context lasts."""
        return tracer(self._engine)

    def container_lives(self, tracer: Tracer) -> list[dict[str, float]]:
        """What the low-level runtime takes alone and in company."""
        return container_lives(self._engine, tracer)

    def probes(self) -> pd.DataFrame:
        """Single sections of the path, alone and in company."""
        return probe(self._engine)
