"""The files that a private engine's programs are configured by."""

from __future__ import annotations

import json
import os
import shlex
from pathlib import Path
from typing import Any

import tomli_w

from docksim.engine.private.requirements import binary

DOWNLOADS = 3
TIMED_RUNTIME = "timed"
REGISTRY_PORT = 5000
DELAYED_PORT = 5001

# bash has the time without starting a process for it, and a shell's own start is a millisecond.
# It writes seconds with the decimal mark of its locale.
_WRAPPER = """#!/bin/bash
LC_ALL=C
began=$EPOCHREALTIME
{runc} "$@"
code=$?
ended=$EPOCHREALTIME
exec 3>>{log}
{{ echo "$began $ended $code $*"; times; }} >&3
exit $code
"""

_REGISTRY = """version: 0.1
log: {{level: warn}}
storage:
  filesystem: {{rootdirectory: {folder}}}
  delete: {{enabled: true}}
http: {{addr: "0.0.0.0:{port}"}}
"""


def write_daemon(file: Path, driver: str, group: str, wrapper: Path, subnet: str) -> None:
    """dockerd's daemon.json."""
    settings: dict[str, Any] = {
        "storage-driver": driver,
        "max-concurrent-downloads": DOWNLOADS,
        "cgroup-parent": f"/{group}",
        "insecure-registries": [f"{subnet}.0/24"],
        "runtimes": {TIMED_RUNTIME: {"path": str(wrapper)}},
        "log-level": "warn",
    }
    file.write_text(json.dumps(settings, indent=2) + "\n")


def change_daemon(file: Path, **changes: Any) -> None:
    """Change single settings (with _ for -)."""
    settings = json.loads(file.read_text())
    settings |= {key.replace("_", "-"): value for key, value in changes.items()}
    file.write_text(json.dumps(settings, indent=2) + "\n")


def write_wrapper(file: Path, log: Path) -> None:
    """A runtime that is runc, and notes when each call began and ended and what CPU it took."""
    log.touch()
    runc = shlex.quote(binary("runc"))
    file.write_text(_WRAPPER.format(runc=runc, log=shlex.quote(str(log))))
    file.chmod(0o755)


def write_registry(file: Path, folder: Path) -> None:
    """The registry's configuration."""
    quoted = json.dumps(str(folder), ensure_ascii=False)  # YAML's double quotes are JSON's
    file.write_text(_REGISTRY.format(folder=quoted, port=REGISTRY_PORT))


def write_state(file: Path, state: dict[str, Any]) -> None:
    """What `down` has to know, written before there is anything to take down: all of it, or what
    was there before."""
    staging = file.with_name(f".{file.name}")
    staging.write_text(tomli_w.dumps(state))
    os.replace(staging, file)
