"""Tracing the kernel's scheduler in an ftrace instance of our own, which disturbs nobody's."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from docksim.engine.errors import EngineError
from docksim.engine.measurement.timeline import Timeline, parse
from docksim.engine.private import traces
from docksim.engine.private.engine import PrivateEngine

EVENTS = (
    "sched/sched_switch", "sched/sched_stat_runtime", "sched/sched_process_fork",
    "sched/sched_process_exec", "filelock/flock_lock_inode",
)  # fmt: skip
IF_THERE = "syscalls/sys_enter_fsync"
"""An event that not every kernel has: without it, flushes are known by what they take."""

BUFFER_KB = 65_536
"""A core's: more than a block of one client's operations leaves."""

UNINTERRUPTIBLE = "stacktrace if prev_state & 2"


class Tracer:
    """Starts and stops a trace, and reads it."""

    def __init__(self, instance: Path) -> None:
        self._instance = instance
        self._write("trace_clock", "mono")
        self._write("buffer_size_kb", str(BUFFER_KB))
        self._write("tracing_on", "0")
        for event in EVENTS:
            self._write(f"events/{event}/enable", "1")
        if (instance / "events" / IF_THERE).exists():
            self._write(f"events/{IF_THERE}/enable", "1")
        self._write("events/sched/sched_switch/trigger", UNINTERRUPTIBLE)

    def start(self) -> None:
        """Trace from now on; what was traced before is forgotten."""
        self._write("trace", "")
        self._write("tracing_on", "1")

    def stop(self) -> Timeline:
        """What was traced. Raises EngineError when the kernel's buffer was too small for it."""
        self._write("tracing_on", "0")
        if lost := sum(map(_lost, self._instance.glob("per_cpu/cpu*/stats"))):
            raise EngineError(f"the kernel's trace lost {lost} events: fewer cycles a block")
        with (self._instance / "trace").open(errors="replace") as lines:
            return parse(lines, os.getpid())

    def _write(self, file: str, value: str) -> None:
        (self._instance / file).write_text(value)


@contextmanager
def tracer(engine: PrivateEngine) -> Iterator[Tracer]:
    """A tracer of the engine's own. Raises EngineError when the kernel has no tracing."""
    instance = traces.make(engine.engine_space, engine.folder, engine.group)
    try:
        yield Tracer(instance)
    finally:
        traces.remove(engine.folder, engine.group)


def _lost(stats: Path) -> int:
    fields = dict(line.split(":") for line in stats.read_text().splitlines() if ":" in line)
    return int(fields["overrun"])
