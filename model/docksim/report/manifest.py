"""What a result was made with: versions, commit, seed, time, host."""

from __future__ import annotations

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import docksim.report

if TYPE_CHECKING:
    from docksim.study.results import Results

TOOL = "docksim"
LIBRARIES = ("joblib", "matplotlib", "numpy", "pandas", "pyarrow", "pydantic", "scipy", "simpy")


def manifest(results: Results) -> dict[str, Any]:
    """Everything beside the scenario that is needed to make the same records again."""
    return provenance(results.scenario.name, results.seed, replications=len(results.records))


def provenance(scenario: str, seed: int, **settings: object) -> dict[str, Any]:
    """The manifest of an answer: versions, commit, time, host, and the settings it was got with."""
    return {
        "made_by": TOOL,
        "version": _version(TOOL),
        "commit": commit(Path(docksim.report.__file__).parents[1]),
        "python": platform.python_version(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "scenario": scenario,
        "seed": seed,
        **settings,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "host": {
            "system": platform.system(),
            "machine": platform.machine(),
            "cores": os.cpu_count(),
        },
    }


def commit(package: Path) -> str | None:
    """The commit that the package's source is at, with "+" when it was changed since; else None.

    None also when the package lies untracked in someone else's repository, as in a `.venv`.
    """
    if _git(package, "ls-files", "--error-unmatch", "__init__.py") is None:
        return None
    head = _git(package, "rev-parse", "HEAD")
    changed = _git(package, "status", "--porcelain", "--", ".")
    return f"{head}+" if head and changed else head


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
