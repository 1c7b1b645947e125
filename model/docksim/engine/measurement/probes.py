"""Micro-probes: single sections of the path alone, by one caller and by two.

What two callers at once get done, over what one does, tells whether a section is serialised; what
one gets done while all cores are busy, how long its kernel threads wait for their turn.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.measurement import sections
from docksim.engine.measurement.sections import TIMES
from docksim.engine.private.engine import PrivateEngine
from docksim.engine.private.requirements import binary, environment

DELAYED = ("flush", "spaced_flush", "unmount", "wake")
"""What is done beside busy sessions, too: it is made of wake-ups, of its own or of the kernel's
threads."""

CALLERS = (1, 2)
BUSY = ((2, 0.5), (3, 1), (2, 2), (3, 2), (2, 4), (3, 4))
"""Sessions that want the cores besides, and programs a core that each has under way at once. An
engine has three sessions: dockerd, containerd with all that it executes, and containers."""

ROUNDS = 3
"""How often all of it is done: what one process meets for seconds, another does not."""


def probe(engine: PrivateEngine) -> pd.DataFrame:
    """A row an execution: probe, callers at once, busy sessions besides, programs that each of
    these has under way, seconds.

    flush      a file of 4 KiB written anew in the engine's file system and put in another's place,
               as the daemon keeps what it knows
    spaced_flush   the same, 10 ms after the one before: who does something else in between has to
               be woken, and those who write the journal for it
    unmount    a file system in memory mounted and, as the daemon does it, unmounted, which waits
               for an expedited grace period of RCU (namespace_unlock, fs/namespace.c)
    wake       a sleep of 5 ms, from which the process is woken up
    namespace  a network namespace made and left
    device     a pair of veth devices made and deleted
    inflate    8 MiB inflated from gzip, by one core
    """
    cores = os.cpu_count() or 1
    rows = []
    for _ in range(ROUNDS):
        for callers in CALLERS:
            rows += _probed(engine, TIMES, callers)
        for sessions, programs in BUSY:
            rows += _probed(engine, DELAYED, 1, sessions, round(programs * cores))
    return pd.DataFrame(rows)


def _probed(
    engine: PrivateEngine, probes: Iterable[str], callers: int, busy: int = 0, programs: int = 0
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    with spinning(busy, programs):
        command = [sys.executable, "-m", sections.__name__, str(engine.folder / "data")]
        enter = engine.engine_space.enter
        processes = [
            subprocess.Popen(
                enter(*command, str(caller), *probes),
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env=environment(),
            )
            for caller in range(callers)
        ]
        for process in processes:
            told, complaint = process.communicate()
            if process.returncode:
                raise EngineError(f"a micro-probe failed: {complaint.strip()[-200:]}")
            beside = {"callers": callers, "busy": busy, "programs": programs}
            rows += [row | beside for row in json.loads(told)]
    return rows


@contextmanager
def spinning(sessions: int, programs: int) -> Iterator[None]:
    """Have so many sessions, each a group of the scheduler's, execute what an engine executes, so
    many at once: programs of many short threads. One that computes without a pause would hold a
    core longer. They end with this process, however it ends."""
    execution = f"{binary('dockerd')} --version > /dev/null"
    loop = f"while kill -0 {os.getpid()} 2> /dev/null; do {execution}; done"
    session = ["sh", "-c", f"{programs * f'{loop} & '} wait"]
    busy = [subprocess.Popen(session, start_new_session=True) for _ in range(sessions)]
    try:
        yield
    finally:
        for process in busy:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
