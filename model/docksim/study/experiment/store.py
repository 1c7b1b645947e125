"""Replications on disk: each is a file, written whole as it ends, with a checksum.

What a replication is of stands in its folder's name, a hash over scenario, seed and measures: a
study that was changed finds what is still true of it, and runs the rest.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from docksim.study.experiment.replication import Replication
from docksim.study.stability import Backlog, Growth

if TYPE_CHECKING:
    from docksim.scenario import Scenario
    from docksim.study.measure_names import Measure


class StoreError(Exception):
    """Replications cannot be kept there; the message says why."""


class Store:
    """A folder of replications.

    damaged   files that were not whole when they were read: they count as never run
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.damaged: set[Path] = set()

    def read(self, point: str, number: int) -> Replication | None:
        """None when it is not there, or damaged."""
        file = self._file(point, number)
        try:
            content = file.read_bytes()
        except FileNotFoundError:
            return None
        text, _, checksum = content.rpartition(b"\n")
        if _checksum(text) == checksum.decode(errors="replace"):
            return _parsed(text)
        self.damaged.add(file)
        return None

    def write(self, point: str, number: int, replication: Replication) -> None:
        """All of it or nothing. Raises StoreError."""
        file = self._file(point, number)
        text = json.dumps(asdict(replication)).encode()
        staging = file.with_suffix(".part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            staging.write_bytes(text + b"\n" + _checksum(text).encode())
            os.replace(staging, file)
        except OSError as error:
            staging.unlink(missing_ok=True)
            raise StoreError(
                f"{file}: cannot be written: {error.strerror}. What was done before is kept: the "
                "same command goes on from there"
            ) from None

    def _file(self, point: str, number: int) -> Path:
        return self.folder / point / f"{number:05}.json"


@contextmanager
def kept(folder: str | Path | None) -> Iterator[Path]:
    """That folder; without one, a folder that is gone in the end."""
    if folder is not None:
        yield Path(folder)
        return
    with TemporaryDirectory(prefix="docksim-replications-") as temporary:
        yield Path(temporary)


def identity(scenario: Scenario, seed: int, measures: Sequence[Measure], version: str) -> str:
    """What a replication is of, as a folder's name."""
    parts = (version, scenario.to_toml(), str(seed), *(measure.name for measure in measures))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:24]


def _checksum(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _parsed(text: bytes) -> Replication:
    content = json.loads(text)
    backlog = content["backlog"]
    if backlog is not None:
        each = {name: _growth(growth) for name, growth in backlog["commands"].items()}
        backlog = Backlog(backlog["offered"], _growth(backlog["whole"]), each)
    return Replication(
        tuple(content["values"]), tuple(content["sizes"]), backlog, content["refusal"]
    )


def _growth(content: dict[str, Any] | None) -> Growth | None:
    if content is None:
        return None
    parts = tuple(content["parts"])
    return Growth(parts, content["last_quarter"], content["arrival_rate"])
