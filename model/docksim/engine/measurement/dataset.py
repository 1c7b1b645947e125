"""A dataset on disk: a folder a block, written whole when it is finished, and what they are of.

Samples of the block that is being measured go to a file line by line, so that an interruption
loses none: they stay there when the block is measured anew. A dataset that is finished can be
packed into a file a table, to be passed on.
"""

from __future__ import annotations

import errno
import glob
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement.blocks import DESCRIPTION, LINES, BlockWriter
from docksim.engine.measurement.conditions import UNFINISHED
from docksim.engine.measurement.files import intact, staged, write_whole

if TYPE_CHECKING:
    from docksim.engine.measurement.plan import Plan

PROBES = "probes.parquet"
TABLES = "tables"
"""The folder of a packed dataset's tables."""

BLOCKS = "blocks.json"

HASH = "sha256"
"""Of a packed dataset, in its manifest."""

SAME = ("cores", "processor", "versions", "engine", "reference_work")
"""Facts in which a machine, and how it is measured, are those that a dataset was begun with."""


class Dataset:
    """The measurements in a folder.

    Tables are read with `table(name)`, times in s:

    blocks       a row a block
    samples      a row an operation, since the block began
    news         what pulls told of their layers, since they were issued
    block_cpu    core-seconds of a whole block, by the control groups' accounts
    speed        pieces of the reference work beside the block: when begun (s, of the monotonic
                 clock), and CPU time
    runtime      the calls of the low-level runtime since the block began, where the point times it

    and with accounting, a row an operation, its phase and more: until the reply ("reply"), up to
    the first program that it has executed ("opening"), and what goes on afterwards ("after"):

    events       the engine's own, with its stamps, since the block began
    cpu          core-seconds by component
    occupancy    time with so many cores busy for the engine
    sleeps       uninterruptible sleeps by component and reason: count, and time in all
    flushes      calls of fsync by component: count; none where the kernel does not tell them
    executed     programs, and when since the operation was issued
    held         locks of files, from when to when since then
    allocated    bytes that the daemon allocated
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._manifest = folder / "manifest.json"

    @property
    def manifest(self) -> dict[str, Any]:
        """What was measured on what. Raises EngineError when there is no dataset."""
        try:
            with intact(self._manifest):
                found: dict[str, Any] = json.loads(self._manifest.read_text())
        except OSError as error:
            raise EngineError(f"{self.folder}: no dataset is there: {error}") from None
        if not isinstance(found, dict) or not found.keys() >= {"plan", "facts"}:
            raise EngineError(f"{self._manifest}: no dataset's, which has a plan and facts")
        return found

    def begin(self, plan: Plan, facts: Mapping[str, Any]) -> None:
        """Begin it, or go on with it; the plan may have grown meanwhile.

        Raises EngineError when it is of another plan, machine or reference work.
        """
        stated = plan.model_dump(mode="json")
        if self.is_packed:
            raise EngineError(f"{self.folder} is a packed dataset: choose another folder")
        if self._manifest.exists():
            if not _has_grown(self.manifest["plan"], stated):
                raise EngineError(f"{self.folder} holds another plan's data: choose another folder")
            began = self.manifest["facts"]
            if other := [key for key in SAME if began.get(key) != facts.get(key)]:
                raise EngineError(
                    f"{self.folder} was begun under other conditions, {other[0]} "
                    f"{began.get(other[0])} and not {facts.get(other[0])}: choose another folder"
                )
            self.add_to_manifest(plan=stated)
            return
        if self.folder.exists() and any(self.folder.iterdir()):
            raise EngineError(f"{self.folder} is not empty and no dataset: choose another folder")
        self.folder.mkdir(parents=True, exist_ok=True)
        write_whole(self._manifest, {"plan": stated, "facts": dict(facts)})

    def add_to_manifest(self, **entries: Any) -> None:
        """Note something that came to be known later."""
        write_whole(self._manifest, self.manifest | entries)

    def add_probes(self, probes: pd.DataFrame) -> None:
        """Keep what a round of micro-probes took, besides those of earlier rounds. Raises
        EngineError when the disk is full."""
        rounds = [self.probes, probes.assign(round=self.probe_rounds)]
        with self._room(), staged(self.folder / PROBES) as file:
            pd.concat([each for each in rounds if len(each)]).to_parquet(file, index=False)

    @property
    def probe_rounds(self) -> int:
        """How many rounds of micro-probes there are."""
        probes = self.probes
        return 0 if probes.empty else int(probes["round"].max()) + 1 if "round" in probes else 1

    @property
    def probes(self) -> pd.DataFrame:
        """What micro-probes took (see `docksim.engine.measurement.probes`); empty when none ran."""
        file = self.folder / PROBES
        return _frame(file) if file.exists() else pd.DataFrame()

    def has(self, block: str) -> bool:
        """Whether that block is finished."""
        return (self._blocks / block / DESCRIPTION).exists()

    @contextmanager
    def writing(self, block: str) -> Iterator[BlockWriter]:
        """Where a block goes while it is measured; kept as partial when it does not finish. One
        that was measured before gives its place to it, and is kept likewise.

        Raises EngineError when the disk is full.
        """
        partial = self._partial(block)
        partial.mkdir(parents=True)
        with self._room(), (partial / LINES).open("w", buffering=1) as lines:
            yield BlockWriter(partial, lines)
        if self.has(block):
            os.replace(self._blocks / block, self._partial(block))
        os.replace(partial, self._blocks / block)

    @contextmanager
    def _room(self) -> Iterator[None]:
        """Says of a full disk what is kept. Raises EngineError."""
        try:
            yield
        except OSError as error:
            if error.errno != errno.ENOSPC:
                raise
            raise EngineError(
                f"{self.folder}: no space left: finished blocks are kept, and the same command "
                "goes on with the others once there is room"
            ) from None

    def attempts(self, block: str) -> int:
        """How often a block was begun."""
        return len(list(self._blocks.glob(f"{glob.escape(block)}{UNFINISHED}*"))) + self.has(block)

    def interrupted(self) -> pd.DataFrame:
        """Samples of blocks that did not finish, as those of `table("samples")`; none of these is
        there. Of a packed dataset there are none."""
        rows = [
            json.loads(line) | {"block": file.parent.name}
            for file in sorted(self._blocks.glob(f"*{UNFINISHED}*/{LINES}"))
            if not (file.parent / DESCRIPTION).exists()  # it was measured again
            for line in file.read_text().splitlines(keepends=True)
            if line.endswith("\n")  # a full disk may have cut the last one off
        ]
        return pd.DataFrame(rows)

    def table(self, name: str) -> pd.DataFrame:
        """All finished blocks' rows of a table. Raises EngineError when there are none, or a file
        is damaged."""
        _ = self.manifest
        if name == "blocks":
            return self._blocks_known(pd.DataFrame(self._described()))
        if self.is_packed:
            file = self.folder / TABLES / f"{name}.parquet"
            return _frame(file) if file.exists() else pd.DataFrame()
        frames = [
            _frame(f / f"{name}.parquet").assign(block=f.name)
            for f in self._finished()
            if (f / f"{name}.parquet").exists()
        ]
        return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()

    def _blocks_known(self, blocks: pd.DataFrame) -> pd.DataFrame:
        if "brisk" not in blocks:
            raise EngineError(
                f'{self.folder}: blocks lack "brisk": an earlier version measured them, and they '
                "do not tell this one enough: measure anew"
            )
        return blocks

    def hash(self) -> str:
        """Of all that is in it: a profile says by it where its numbers come from. Packing keeps
        it."""
        if self.is_packed:
            with intact(self._manifest):
                return str(self.manifest[HASH])
        digest = hashlib.sha256(self._manifest.read_bytes())
        probes = [file for file in [self.folder / PROBES] if file.exists()]
        for file in probes + [f for folder in self._finished() for f in sorted(folder.iterdir())]:
            digest.update(file.read_bytes())
        return digest.hexdigest()

    @property
    def is_packed(self) -> bool:
        """Whether it is there in a file a table."""
        return (self.folder / TABLES).exists()

    def pack(self, target: Path) -> None:
        """Write all of it to an empty folder, in few files.

        Raises EngineError when there is no finished block, it is packed already, or the folder
        holds something.
        """
        _ = self.manifest
        if self.is_packed:
            raise EngineError(f"{self.folder} is packed already: copy it")
        blocks = self._described()
        if target.exists() and any(target.iterdir()):
            raise EngineError(f"{target} is not empty: choose another folder")
        tables = target / TABLES
        tables.mkdir(parents=True)
        names = {file.stem for file in self._blocks.glob("*/*.parquet")}
        for name in sorted(names):
            self.table(name).to_parquet(tables / f"{name}.parquet", index=False)
        write_whole(tables / BLOCKS, {"blocks": blocks})
        if not self.probes.empty:
            self.probes.to_parquet(target / PROBES, index=False)
        write_whole(target / self._manifest.name, self.manifest | {HASH: self.hash()})

    def _described(self) -> list[dict[str, Any]]:
        """What each block is."""
        if self.is_packed:
            file = self.folder / TABLES / BLOCKS
            with intact(file):
                return list(json.loads(file.read_text())["blocks"])
        return [_description(f / DESCRIPTION) for f in self._finished()]

    @property
    def _blocks(self) -> Path:
        return self.folder / "blocks"

    def _partial(self, block: str) -> Path:
        """Where an attempt at a block goes that is not, or no longer, one of those that count."""
        places = (self._blocks / f"{block}{UNFINISHED}{number or ''}" for number in count())
        return next(place for place in places if not place.exists())

    def _finished(self) -> list[Path]:
        folders = sorted(f.parent for f in self._blocks.glob(f"*/{DESCRIPTION}"))
        folders = [f for f in folders if UNFINISHED not in f.name]
        if not folders:
            raise EngineError(f"{self.folder}: no block of it is finished")
        return folders


def _has_grown(old: Mapping[str, Any], new: Mapping[str, Any]) -> bool:
    """Whether a plan is the old one with perhaps more images and points."""
    lists = ("image", "point")
    same = all(old[key] == new[key] for key in old if key not in lists)
    return same and all(each in new[key] for key in lists for each in old[key])


def _frame(file: Path) -> pd.DataFrame:
    with intact(file):
        return pd.read_parquet(file)


def _description(file: Path) -> dict[str, Any]:
    with intact(file):
        return dict(json.loads(file.read_text()))
