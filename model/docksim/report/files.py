"""Writing files so that no reader ever sees half of one."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path


class OutputError(Exception):
    """The output cannot be written there; the message says why."""


def check_folder(path: Path) -> None:
    """Raises OutputError unless files can be written into such a folder, which may not be there
    yet: for work that takes long, before it is begun."""
    there = next(each for each in (path, *path.absolute().parents) if each.exists())
    if not there.is_dir():
        raise OutputError(f"{there}: is a file; a folder is needed")
    if not os.access(there, os.W_OK | os.X_OK):
        raise OutputError(f"{there}: may not be written to")


def check_file(path: Path) -> None:
    """The same for a file. Raises OutputError."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; a file is needed")
    check_folder(path.parent)


def write_whole(path: Path, text: str) -> None:
    """Write a text file: all of it, or nothing. Raises OutputError."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder; a file is needed")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, staging = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            share(Path(staging), 0o666)
            os.replace(staging, path)
        except BaseException:
            os.unlink(staging)
            raise
    except OSError as error:
        raise refused(path, error) from None


def share(path: Path, mode: int) -> None:
    """Give a temporary file or folder, which is private, the rights that a plain one has."""
    # There is no way to ask for the mask but to set it.
    mask = os.umask(0)
    os.umask(mask)
    path.chmod(mode & ~mask)


def refused(path: Path, error: OSError) -> OutputError:
    """What to tell the user of an operating system's error."""
    return OutputError(f"{path}: cannot be written: {error.strerror or error}")
