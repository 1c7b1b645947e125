"""The engine's own file system: ext4 with a journal, in a sparse file, mounted where it lives.

What an engine does to a file system outlasts it: an ext4 without a journal, for one, avoids inodes
that were deleted within the last minute, so that each block of measurements would slow the next.
A file system of its own begins empty, is of a known kind, and goes with the engine.
"""

from __future__ import annotations

import time
from math import nan
from pathlib import Path

from docksim.engine.errors import EngineError
from docksim.engine.private.namespaces import Namespaces, run
from docksim.engine.private.requirements import binary

SIZE = 40 * 1024**3
"""Bytes that the engine may fill; the file is sparse."""

INODES = 250_000
LOOPS = Path("/sys/block")
RELEASE = 10.0
"""Seconds for the kernel to let go of the file when the namespaces are gone."""

FLUSHES = 15
"""Place of the count of flushes in a device's statistics: the kernel's block/stat.rst."""

OPTIONS = "loop,nodiscard"
"""No discard at each deletion: distributions trim once a week instead."""


def mount_new(space: Namespaces, file: Path, folder: Path) -> None:
    """Make a file system in a new file and mount it for a namespace only. Raises EngineError."""
    with file.open("wb") as image:
        image.truncate(SIZE)
    at_once = "lazy_itable_init=0,lazy_journal_init=0"
    run([binary("mkfs.ext4"), "-q", "-F", "-N", str(INODES), "-E", at_once, str(file)])
    folder.mkdir()
    space.run(binary("mount"), "-o", OPTIONS, str(file), str(folder))


def await_release(folder: Path) -> None:
    """See that no loop device holds a file in this folder any more. Raises EngineError."""
    deadline = time.monotonic() + RELEASE
    while held := _held(folder):
        if time.monotonic() > deadline:
            raise EngineError(f"{held[0]} still holds a file in {folder}")
        time.sleep(0.02)


def flushes(folder: Path) -> float:
    """How often the device of the file system in this folder has been told to flush, so far; NaN
    where the machine does not tell: kernels before 5.5 do not."""
    told = [
        (LOOPS / device.removeprefix("/dev/") / "stat").read_text().split()
        for device in _held(folder)
    ]
    return float(told[0][FLUSHES]) if told and len(told[0]) > FLUSHES else nan


def _held(folder: Path) -> list[str]:
    """The loop devices whose files are in this folder."""
    found = []
    for file in LOOPS.glob("loop*/loop/backing_file"):
        try:
            if file.read_text().startswith(f"{folder}/"):
                found.append(f"/dev/{file.parts[3]}")
        except OSError:  # it has just been let go
            continue
    return found
