"""What a private engine needs of its machine, and which Debian package brings it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from docksim.engine.errors import EngineError

PACKAGES = {
    "dockerd": "docker.io",
    "containerd": "containerd",
    "runc": "runc",
    "docker-registry": "docker-registry",
    "busybox": "busybox-static",
    "iptables": "iptables",
    "ip": "iproute2",
    "tc": "iproute2",
    "nsenter": "util-linux",
    "unshare": "util-linux",
    "mount": "mount",
    "mkfs.ext4": "e2fsprogs",
    "bash": "bash",
}

CPU_ACCOUNTS = Path("/sys/fs/cgroup/cpuacct")
"""Where cgroup v1 counts CPU time."""

LOOPS = Path("/dev/loop-control")
"""Where the kernel is asked for a loop device."""


def missing() -> str:
    """What is missing here, and how to install it; empty when nothing is."""
    absent = [binary for binary in PACKAGES if not shutil.which(binary, path=search_path())]
    if absent:
        packages = sorted({PACKAGES[binary] for binary in absent})
        return f"{', '.join(absent)} not found: apt-get install {' '.join(packages)}"
    if os.geteuid() != 0:
        return "a private engine needs root: run this as root"
    if not CPU_ACCOUNTS.is_dir():
        return f"CPU time is counted by cgroup v1, and there is no {CPU_ACCOUNTS}"
    if not LOOPS.exists():
        return f"the engine's file system needs a loop device, and there is no {LOOPS}"
    return ""


def check() -> None:
    """Raises EngineError when something is missing."""
    if found := missing():
        raise EngineError(found)


def search_path() -> str:
    """Debian keeps daemons where users do not look; its engine goes before others."""
    return "/usr/sbin:/usr/bin:/sbin:/bin:" + os.environ.get("PATH", "")


def environment() -> dict[str, str]:
    """Of programs that are to find others there."""
    return os.environ | {"PATH": search_path()}


def binary(name: str) -> str:
    """The full path of an installed binary. Raises EngineError when it is not there."""
    found = shutil.which(name, path=search_path())
    if found is None:
        raise EngineError(f"{name} not found: apt-get install {PACKAGES.get(name, name)}")
    return found
