"""How much the machine's cores slow each other down when all are busy.

It is seen on what a start executes, alone, without an engine at work: the low-level runtime and,
twice, the daemon's program, as for a container with a network; by one caller, and by more callers
than there are cores.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

from docksim.engine.errors import EngineError
from docksim.engine.measurement.tracing import Tracer
from docksim.engine.private.cgroups import joining
from docksim.engine.private.engine import PrivateEngine
from docksim.engine.private.namespaces import run
from docksim.engine.private.requirements import binary

LIVES = 12
ROUNDS = 4
"""Alternations of one caller and several."""

CALLERS_A_CORE = 2

_LIVES = """
low_level=$1 daemon=$2 folder=$3 caller=$4 lives=$5
runc() { "$low_level" --root "$folder/state" "$@"; }
for i in $(seq $lives); do
    runc create --bundle "$folder/bundle-$caller" probe-$caller < /dev/null > /dev/null || exit
    "$daemon" --version > /dev/null && "$daemon" --version > /dev/null
    runc start probe-$caller && runc kill probe-$caller KILL || exit
    until sleep 0.02; runc delete probe-$caller 2> /dev/null; do :; done
done
"""


def container_lives(engine: PrivateEngine, tracer: Tracer) -> list[dict[str, float]]:
    """Core-seconds of what a container's life executes, a row a round: "callers" at once, "cpu" a
    life."""
    folder = engine.folder / "probe"
    several = CALLERS_A_CORE * (os.cpu_count() or 1)
    for caller in range(several):
        _bundle(folder / f"bundle-{caller}", engine.group)
    try:
        return [
            {"callers": callers, "cpu": _lives(engine, tracer, folder, callers)}
            for _ in range(ROUNDS)
            for callers in (1, several)
        ]
    finally:
        shutil.rmtree(folder)


def _lives(engine: PrivateEngine, tracer: Tracer, folder: Path, callers: int) -> float:
    tracer.start()
    began = time.perf_counter()
    account = engine.account("probe")
    script = ["sh", "-c", _LIVES, "sh", binary("runc"), binary("dockerd"), str(folder)]
    processes = [
        subprocess.Popen(
            joining(account, *script, str(caller), str(LIVES)),
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for caller in range(callers)
    ]
    codes = [process.wait() for process in processes]
    if any(codes):
        raise EngineError(f"{binary('runc')} cannot run a container in {folder}")
    taken = tracer.stop().cpu(began, time.perf_counter())
    return sum(taken[name] for name in ("runc", "init", "dockerd")) / (callers * LIVES)


def _bundle(folder: Path, group: str) -> None:
    """An OCI bundle of a container that sleeps, without a network namespace."""
    programs = folder / "rootfs" / "bin"
    programs.mkdir(parents=True)
    shutil.copy(binary("busybox"), programs / "sleep")
    run([binary("runc"), "spec", "--bundle", str(folder)])
    file = folder / "config.json"
    config = json.loads(file.read_text())
    config["process"] |= {"terminal": False, "args": ["sleep", "1000"]}
    linux = config["linux"]
    linux["namespaces"] = [each for each in linux["namespaces"] if each["type"] != "network"]
    linux["cgroupsPath"] = f"/{group}/{folder.name}"
    file.write_text(json.dumps(config))
