"""The sections that micro-probes execute, by a process of its own that needs nothing else."""

from __future__ import annotations

import ctypes
import gzip
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

TIMES = {
    "flush": 100, "spaced_flush": 100, "unmount": 100, "wake": 200, "namespace": 10, "device": 5,
    "inflate": 2,
}  # fmt: skip
"""How often a caller does each in a round."""

SLEEP = 0.005
"""Seconds from which a process is woken up."""

BLOCK = 4096
SPACE = {"spaced_flush": 0.01, "unmount": 0.01}
"""Seconds of something else before an execution."""

DETACH = 2
"""MNT_DETACH of umount2(2), which the daemon unmounts with."""

INFLATED = 8 << 20
"""Bytes that one inflation makes."""


def _sections(folder: Path, caller: str) -> dict[str, Callable[[], object]]:
    kept, draft = folder / f"probe-{caller}", folder / f"probe-{caller}.draft"
    packed = gzip.compress(b"What repeats itself is cheap. " * (INFLATED // 30), 1)
    device = f"probe{caller}"
    mounted = folder / f"mounted-{caller}"
    mounted.mkdir(exist_ok=True)
    libc, place = ctypes.CDLL(None, use_errno=True), str(mounted).encode()

    def flush() -> None:
        with draft.open("wb") as file:
            file.write(bytes(BLOCK))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(kept)

    def unmount() -> None:
        if libc.mount(b"probe", place, b"tmpfs", 0, None) or libc.umount2(place, DETACH):
            raise OSError(ctypes.get_errno(), "a tmpfs cannot be mounted and unmounted", place)

    def make_device() -> None:
        pair = ["ip", "link", "add", device, "type", "veth", "peer", "name", f"{device}p"]
        subprocess.run(pair, check=True)
        subprocess.run(["ip", "link", "delete", device], check=True)

    return {
        "flush": flush,
        "spaced_flush": flush,
        "unmount": unmount,
        "wake": lambda: time.sleep(SLEEP),
        "namespace": lambda: subprocess.run(["unshare", "--net", "true"], check=True),
        "device": make_device,
        "inflate": lambda: gzip.decompress(packed),
    }


def _timed(section: Callable[[], object], space: float = 0.0) -> float:
    time.sleep(space)
    began = time.perf_counter()
    section()
    return time.perf_counter() - began


def main(folder: str, caller: str, *probes: str) -> None:
    """Do sections in this process, and print what each execution took."""
    sections = _sections(Path(folder), caller)
    rows = [
        {"probe": name, "seconds": _timed(sections[name], SPACE.get(name, 0.0))}
        for name in probes
        for _ in range(TIMES[name])
    ]
    (Path(folder) / f"probe-{caller}").unlink()
    (Path(folder) / f"mounted-{caller}").rmdir()
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
