"""The folder of a simulation's output, written so that no reader ever sees half a file.

Everything is made in a hidden folder beside it, which is then renamed. A folder that docksim made
before is replaced file by file, its manifest last; any other folder with something in it is
refused, so that nobody's files are overwritten.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from docksim.report.files import OutputError, refused, share
from docksim.report.manifest import TOOL, manifest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from docksim.study.results import Results

MANIFEST = "manifest.json"
_STAGING = f".{TOOL}-"


Writer = Callable[[Path], None]
"""Makes files in a folder that is there."""


@contextmanager
def output_folder(target: Path) -> Iterator[Callable[[Results], None]]:
    """`published`, for results: the function that it gives writes all their files."""
    with published(target) as publish:
        yield lambda results: publish(lambda folder: write_files(results, folder))


@contextmanager
def published(target: Path) -> Iterator[Callable[[Writer], None]]:
    """Check the target at once, before a long run; the function that it gives publishes files.

    Raises OutputError when the target is a file, is not writable, or holds what docksim did not
    make. No half-made files are left behind when the body fails.
    """
    try:
        _check(target)
        # In the target itself when it is there: it may be on another file system than its parent.
        home = target if target.exists() else target.parent
        home.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=_STAGING, dir=home))
    except OSError as error:
        raise refused(target, error) from None
    try:
        yield lambda write: _publish(write, staging, target)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _check(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise OutputError(f"{target}: is a file; a folder is needed")
    content = [path.name for path in target.iterdir() if not path.name.startswith(_STAGING)]
    if content and not _made_by_docksim(target):
        raise OutputError(f"{target}: holds files that {TOOL} did not make; name another folder")


def _made_by_docksim(folder: Path) -> bool:
    try:
        content = json.loads((folder / MANIFEST).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get("made_by") == TOOL


def _publish(write: Writer, staging: Path, target: Path) -> None:
    try:
        write(staging)
        if target.exists():
            files = sorted(staging.iterdir(), key=lambda file: file.name == MANIFEST)
            for file in files:
                os.replace(file, target / file.name)
        else:
            share(staging, 0o777)
            os.rename(staging, target)
    except OSError as error:
        raise refused(target, error) from None


def write_files(results: Results, folder: Path) -> None:
    """All files, into a folder that is there."""
    from docksim.report import figures

    def latency(ax: Axes) -> Axes:
        return figures.latency(results, ax)

    def utilisation(ax: Axes) -> Axes:
        return figures.utilisation(results, ax)

    results.commands.to_parquet(folder / "commands.parquet", index=False)
    results.components.to_parquet(folder / "components.parquet", index=False)
    write_json(folder / "summary.json", results.to_json())
    (folder / "scenario.toml").write_text(results.scenario.to_toml(), encoding="utf-8")
    figures.save(latency, folder / "latency.png", figures.latency_height(results))
    figures.save(utilisation, folder / "utilisation.png", figures.utilisation_height(results))
    write_json(folder / MANIFEST, manifest(results))


def write_json(path: Path, content: object) -> None:
    """Write plain values, legibly. Raises ValueError for nan, which JSON does not have."""
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")
