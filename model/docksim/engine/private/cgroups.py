"""The control groups of a private engine: who belongs to it, and the CPU time that they took.

Whatever is started for the engine is put into its group, which its children inherit. So the group,
and not a name or a remembered number, says what is ours, also after a crash.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from docksim.engine.private.requirements import CPU_ACCOUNTS

HIERARCHIES = CPU_ACCOUNTS.parent
PAUSE = 0.05
NANOSECONDS = 1e9
MICROSECONDS = 1e6


class Groups:
    """The groups `/NAME` in all hierarchies, and `/NAME/PART` where CPU time is counted."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._accounts = CPU_ACCOUNTS / name

    def account(self, part: str) -> Path:
        """The folder of a part's CPU account, made if need be."""
        folder = self._accounts / part
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def cpu_seconds(self, part: str = "") -> float:
        """CPU time (s) that a part has taken so far, those it contains included."""
        return cpu_seconds(self._accounts / part)

    def members(self) -> set[int]:
        """Process ids of all that belong to it, in whatever hierarchy."""
        return {int(pid) for folder in self._folders() for pid in _lines(folder / "cgroup.procs")}

    def kill(self, patience: float) -> None:
        """End all members, and see them gone for up to `patience` seconds."""
        deadline = time.monotonic() + patience
        killed: set[int] = set()
        while (members := self.members()) and time.monotonic() < deadline:
            killed |= members
            for pid in members:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(PAUSE)
        for pid in killed:
            with suppress(ChildProcessError):  # most are not this process's children
                os.waitpid(pid, os.WNOHANG)

    def remove(self) -> None:
        """Remove the groups, which must have no members any more."""
        for folder in self._folders():
            with suppress(FileNotFoundError):  # dockerd's last act may have been to remove it
                folder.rmdir()

    def _folders(self) -> Iterator[Path]:
        """All groups, the innermost first; containers' may vanish meanwhile, which `os.walk` does
        not mind."""
        for top in self._tops():
            for folder, _, _ in os.walk(top, topdown=False):
                yield Path(folder)

    def _tops(self) -> Iterator[Path]:
        seen = set()
        for hierarchy in HIERARCHIES.iterdir():
            top = (hierarchy / self.name).resolve()
            if top.is_dir() and top not in seen:
                seen.add(top)
                yield top


def joining(account: Path, *command: str) -> list[str]:
    """The command line that runs a command, and what it starts, in an account."""
    return ["sh", "-c", 'echo $$ > "$0"/cgroup.procs && exec "$@"', str(account), *command]


def cpu_seconds(folder: Path) -> float:
    """CPU time (s) that a group has taken so far."""
    return int((folder / "cpuacct.usage").read_text()) / NANOSECONDS


def machine_cpu_seconds() -> float:
    """CPU time (s) that all have taken so far, by whichever version of cgroups is there."""
    if CPU_ACCOUNTS.is_dir():
        return cpu_seconds(CPU_ACCOUNTS)
    fields = (line.split() for line in (HIERARCHIES / "cpu.stat").read_text().splitlines())
    return int(dict(fields)["usage_usec"]) / MICROSECONDS


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:  # the group has just gone
        return []
