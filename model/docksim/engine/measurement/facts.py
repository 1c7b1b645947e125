"""The machine and the software that a dataset was measured on."""

from __future__ import annotations

import json
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docksim.engine.errors import EngineError
from docksim.engine.measurement import reference_work
from docksim.engine.measurement.client import EngineClient
from docksim.engine.private.requirements import search_path

ENGINE_FACTS = (
    "ServerVersion", "Driver", "CgroupDriver", "CgroupVersion", "KernelVersion",
    "OperatingSystem", "NCPU", "MemTotal", "DefaultRuntime",
)  # fmt: skip


async def facts(client: EngineClient) -> dict[str, Any]:
    """Cores, kernel, storage and versions, and the day. Raises EngineError."""
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "processor": _processor(),
        "machine": platform.machine(),
        "cores": os.cpu_count(),
        "reference_work": reference_work.NAME,
        "engine": await _engine_facts(client),
        "versions": {name: _version(name) for name in ("containerd", "runc", "docker-registry")},
    }


async def _engine_facts(client: EngineClient) -> dict[str, Any]:
    answer = await client.send("GET", "/info")
    if answer.error:
        raise EngineError(f"the engine does not answer GET /info: {answer.error}")
    try:
        told = json.loads(answer.body)
        return {key: told[key] for key in ENGINE_FACTS}
    except json.JSONDecodeError:
        raise EngineError("the engine's answer to GET /info is not JSON") from None
    except KeyError as error:
        raise EngineError(f"the engine's answer to GET /info has no {error}") from None


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor()


def _version(name: str) -> str:
    program = shutil.which(name, path=search_path())
    if program is None:  # an engine that was there already may have none of its own
        return "unknown"
    done = subprocess.run([program, "--version"], capture_output=True, text=True)
    return done.stdout.splitlines()[0].strip() if done.stdout else "unknown"
