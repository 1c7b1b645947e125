"""Micro-probes: single sections of the path alone, by one caller and by two.

What two callers at once get done, over what one does, tells whether a section is serialised.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from docksim.engine.private.engine import PrivateEngine

TIMES = {"flush": 200, "namespace": 20, "device": 10, "inflate": 4}
"""How often a caller does each."""

CALLERS = (1, 2)
BLOCK = 4096
INFLATED = 8 << 20
"""Bytes that one inflation makes."""


def probe(engine: PrivateEngine) -> pd.DataFrame:
    """A row an execution: probe, callers at once, seconds.

    flush      an fdatasync of 4 KiB in the engine's file system
    namespace  a network namespace made and left
    device     a pair of veth devices made and deleted
    inflate    8 MiB inflated from gzip, by one core
    """
    rows: list[dict[str, Any]] = []
    for callers in CALLERS:
        command = [sys.executable, "-m", __name__, str(engine.folder / "data")]
        space = engine.engine_space
        processes = [
            subprocess.Popen(space.enter(*command, str(caller)), stdout=subprocess.PIPE, text=True)
            for caller in range(callers)
        ]
        for process in processes:
            told, _ = process.communicate()
            rows += [row | {"callers": callers} for row in json.loads(told)]
    return pd.DataFrame(rows)


def _sections(folder: Path, caller: str) -> dict[str, Callable[[], object]]:
    import gzip
    import os

    file = os.open(folder / f"probe-{caller}", os.O_CREAT | os.O_WRONLY | os.O_TRUNC)
    packed = gzip.compress(b"What repeats itself is cheap. " * (INFLATED // 30), 1)
    device = f"probe{caller}"

    def flush() -> None:
        os.write(file, bytes(BLOCK))
        os.fdatasync(file)

    def make_device() -> None:
        pair = ["ip", "link", "add", device, "type", "veth", "peer", "name", f"{device}p"]
        subprocess.run(pair, check=True)
        subprocess.run(["ip", "link", "delete", device], check=True)

    return {
        "flush": flush,
        "namespace": lambda: subprocess.run(["unshare", "--net", "true"], check=True),
        "device": make_device,
        "inflate": lambda: gzip.decompress(packed),
    }


def _timed(section: Callable[[], object]) -> float:
    began = time.perf_counter()
    section()
    return time.perf_counter() - began


def main(folder: str, caller: str) -> None:
    """Do all sections in this process, and print what each execution took."""
    rows = [
        {"probe": name, "seconds": _timed(section)}
        for name, section in _sections(Path(folder), caller).items()
        for _ in range(TIMES[name])
    ]
    (Path(folder) / f"probe-{caller}").unlink()
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
