"""A dataset's files: written whole or not at all, and told apart from damaged ones when read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from docksim.engine.errors import EngineError


@contextmanager
def staged(file: Path) -> Iterator[Path]:
    """Where to write it, beside its place, which it takes when it is finished."""
    staging = file.with_name(f".{file.name}")
    yield staging
    os.replace(staging, file)


def write_whole(file: Path, content: Mapping[str, Any]) -> None:
    """Write a JSON file: all of it, or nothing."""
    with staged(file) as staging:
        staging.write_text(json.dumps(content, indent=2) + "\n")


@contextmanager
def intact(file: Path) -> Iterator[None]:
    """While a file is read. Raises EngineError when it is cut off, or is not what was written."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise  # the system's, which names the file; a Parquet file's reader gives no number
        raise EngineError(f"{file}: damaged: {str(error).strip()}") from None
