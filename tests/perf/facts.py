"""What the benchmarks ran on: nothing that names the machine or a place on it."""

import os
import platform
from importlib.metadata import version
from pathlib import Path

LIBRARIES = ("docksim", "simpy", "ciw", "salabim", "numpy", "pandas")


def machine() -> dict[str, object]:
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "architecture": platform.machine(),
        "system": platform.system(),
    }


def versions() -> dict[str, str]:
    python = {"python": f"{platform.python_implementation()} {platform.python_version()}"}
    return python | {name: version(name) for name in LIBRARIES}


def _processor() -> str:
    facts = Path("/proc/cpuinfo")
    if facts.exists():
        for line in facts.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor()
