"""What the kernel's scheduler did: who ran on a core, who slept uninterruptibly and in what.

Read from the events sched_switch, sched_stat_runtime, sched_process_fork, sched_process_exec,
flock_lock_inode and sys_enter_fsync of ftrace, with a stack for each sleep that is uninterruptible
(see the kernel's Documentation/trace/ftrace.rst and events.rst). The kernel drops some switches
away from idle: such a run begins as long before its end as the kernel charged its thread for.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

COMPONENTS = (
    "dockerd", "reexec", "containerd", "shim", "runc", "init", "hook", "registry", "kernel",
    "client", "other",
)  # fmt: skip
"""Who runs: `reexec` is dockerd executed once more by itself, to work in a container's namespace,
`hook` the same by runc create, to have the network set up, `init` the container's process while
runc sets it up, `kernel` the kernel's threads."""

BYSTANDERS = ("client", "other")
"""Whose work is no demand of the engine's."""

_NAMES = (
    ("containerd-shim", "shim"), ("containerd", "containerd"), ("dockerd", "dockerd"),
    ("docker-registry", "registry"),
    ("runc:[", "init"), ("runc", "runc"), ("kworker", "kernel"),
    ("ksoftirqd", "kernel"), ("rcu", "kernel"), ("jbd2", "kernel"), ("loop", "kernel"),
    ("kthreadd", "kernel"), ("migration", "kernel"),
)  # fmt: skip

EXECUTED_AGAIN = "exe"
"""The name of a process that was executed from /proc/self/exe."""

REASONS = (
    ("sync_filesystem", "sync"),
    ("kern_unmount", "unmount"),
    ("rcu_barrier", "rcu_barrier"),
    ("cgroup_procs_write_start", "cgroup"),
    ("synchronize_rcu", "grace period"),
    ("fsync", "flush"),
    ("fdatasync", "flush"),
    ("jbd2_log_wait_commit", "flush"),
    ("wait_for_vfork_done", "fork"),
    ("kernel_clone", "fork"),
)
"""Kernel function in the stack, and what a sleep in it is called; the first that fits. An overlay
that is unmounted syncs the file system below it and, once, lets go of its own mounts of that
(ovl_sync_fs and ovl_free_fs, fs/overlayfs/super.c)."""

_SWITCH = re.compile(
    r"\[(\d+)\] \S+ +([\d.]+): sched_switch: prev_comm=(.*?) prev_pid=(\d+) prev_prio=\d+ "
    r"prev_state=(\S+) ==> next_comm=.*? next_pid=(\d+)"
)
_CHARGE = re.compile(r": sched_stat_runtime: comm=.*? pid=(\d+) runtime=(\d+) \[ns\]")
_FILE_LOCK = re.compile(
    r"^ *(.*?)-(\d+) +\[\d+\] \S+ +([\d.]+): flock_lock_inode: .* ino=(\S+) .* "
    r"fl_type=(\w+) .* ret=0"
)
_FORK = re.compile(r": sched_process_fork: comm=(.*?) pid=(\d+) child_comm=.*? child_pid=(\d+)")
_EXEC = re.compile(r" ([\d.]+): sched_process_exec: filename=(\S+) ")
_FLUSH = re.compile(r"^ *(.*?)-(\d+) +\[\d+\] \S+ +([\d.]+): sys_fsync\(")
_STACK = re.compile(r"-(\d+) +\[\d+\].*: <stack trace>")
_FRAME = " => "


@dataclass(frozen=True)
class Spell:
    """A component's time on a core, or asleep for a reason (s on the monotonic clock)."""

    began: float
    ended: float
    component: str
    reason: str = ""

    def within(self, began: float, ended: float) -> float:
        """The part of it in a window (s)."""
        return max(0.0, min(self.ended, ended) - max(self.began, began))


@dataclass(frozen=True)
class Timeline:
    """Spells on cores, uninterruptible sleeps, spells in which a component held the lock of a file
    (flock), calls of fsync (s, component), and programs as they are executed (s, name)."""

    runs: list[Spell] = field(default_factory=list)
    held: list[Spell] = field(default_factory=list)
    sleeps: list[Spell] = field(default_factory=list)
    flushes: list[tuple[float, str]] = field(default_factory=list)
    executed: list[tuple[float, str]] = field(default_factory=list)

    def cpu(self, began: float, ended: float) -> dict[str, float]:
        """Core-seconds by component in a window."""
        taken = dict.fromkeys(COMPONENTS, 0.0)
        for run in self.runs:
            taken[run.component] += run.within(began, ended)
        return taken

    def occupancy(self, began: float, ended: float) -> dict[int, float]:
        """Seconds of a window by how many cores were busy for the engine."""
        edges = []
        for run in self.runs:
            if run.component not in BYSTANDERS and run.within(began, ended):
                edges += [(max(run.began, began), 1), (min(run.ended, ended), -1)]
        spent: dict[int, float] = {0: 0.0}
        busy, last = 0, began
        for at, change in sorted(edges):
            spent[busy] = spent.get(busy, 0.0) + at - last
            busy, last = busy + change, at
        spent[0] += ended - last
        return spent

    def asleep(self, began: float, ended: float) -> dict[tuple[str, str], tuple[int, float]]:
        """By component and reason: how many sleeps fell in a window, and their seconds in it."""
        found: dict[tuple[str, str], tuple[int, float]] = {}
        for sleep in self.sleeps:
            if (seconds := sleep.within(began, ended)) and sleep.component not in BYSTANDERS:
                count, total = found.get((sleep.component, sleep.reason), (0, 0.0))
                found[sleep.component, sleep.reason] = (count + 1, total + seconds)
        return found

    def flushed(self, began: float, ended: float) -> dict[str, int]:
        """Calls of fsync in a window, by component."""
        calls = Counter(component for at, component in self.flushes if began <= at < ended)
        return {component: calls[component] for component in calls if component not in BYSTANDERS}


def parse(lines: Iterable[str], client: int) -> Timeline:
    """The timeline of a trace as ftrace prints it; `client` is the load generator's thread."""
    reader = _Reader(client)
    for line in _with_stacks(lines, reader.asleep):
        if found := _SWITCH.search(line):
            reader.switch(*found.groups())
        elif found := _CHARGE.search(line):
            reader.charge(int(found[1]), int(found[2]))
        elif found := _FILE_LOCK.search(line):
            reader.lock_file(*found.groups())
        elif found := _FLUSH.search(line):
            reader.flush(*found.groups())
        elif found := _FORK.search(line):
            reader.fork(found[1], int(found[2]), int(found[3]))
        elif found := _EXEC.search(line):
            reader.timeline.executed.append((float(found[1]), found[2].rpartition("/")[2]))
    return reader.timeline


class _Reader:
    """Follows the threads through a trace."""

    def __init__(self, client: int) -> None:
        self.timeline = Timeline()
        self.asleep: dict[int, tuple[float, str, list[str]]] = {}
        self._client = client
        self._running: dict[str, tuple[int, float]] = {}
        self._charged: dict[int, float] = {}
        self._locked: dict[str, float] = {}
        self._forked_by: dict[int, str] = {}

    def charge(self, thread: int, nanoseconds: int) -> None:
        self._charged[thread] = self._charged.get(thread, 0.0) + nanoseconds / 1e9

    def fork(self, name: str, parent: int, child: int) -> None:
        """A thread of that name makes another; what is executed again has its parent's origin."""
        own = self._forked_by.get(parent, name)
        self._forked_by[child] = own if name == EXECUTED_AGAIN else name

    def switch(self, core: str, stamp: str, name: str, before: str, state: str, after: str) -> None:
        """One thread leaves a core and another takes it; thread 0 is idleness."""
        now, leaving, coming = float(stamp), int(before), int(after)
        charged = self._charged.pop(leaving, 0.0)
        thread, began = self._running.get(core, (0, 0.0))
        self._running[core] = (coming, now)
        if leaving:
            if thread != leaving:
                began = max(began, now - charged)
                self._wake(leaving, began)
            component = self._component(name, leaving)
            self.timeline.runs.append(Spell(began, now, component))
            if state.startswith("D"):
                self.asleep[leaving] = (now, component, [])
        if coming:
            self._wake(coming, now)

    def lock_file(self, name: str, thread: str, stamp: str, file: str, kind: str) -> None:
        """A file's lock is taken, or given back by closing it."""
        if kind == "F_WRLCK":
            self._locked[file] = float(stamp)
        elif file in self._locked:
            component = self._component(name, int(thread))
            self.timeline.held.append(Spell(self._locked.pop(file), float(stamp), component))

    def flush(self, name: str, thread: str, stamp: str) -> None:
        """A thread calls fsync."""
        self.timeline.flushes.append((float(stamp), self._component(name, int(thread))))

    def _component(self, name: str, thread: int) -> str:
        if thread == self._client:
            return "client"
        if name == EXECUTED_AGAIN:
            return "reexec" if self._forked_by.get(thread) == "dockerd" else "hook"
        return next((component for start, component in _NAMES if name.startswith(start)), "other")

    def _wake(self, thread: int, now: float) -> None:
        if thread in self.asleep:
            began, component, stack = self.asleep.pop(thread)
            self.timeline.sleeps.append(Spell(began, now, component, reason(stack)))


def reason(stack: Iterable[str]) -> str:
    """What a sleep with this stack of kernel functions is called; "other" when nothing fits."""
    frames = list(stack)
    for function, name in REASONS:
        if any(function in frame for frame in frames):
            return name
    return "other"


def _with_stacks(
    lines: Iterable[str], asleep: dict[int, tuple[float, str, list[str]]]
) -> Iterator[str]:
    """The lines that are events; stacks go to the sleeper that they belong to."""
    stack: list[str] | None = None
    for line in lines:
        if line.startswith(_FRAME):
            if stack is not None:
                stack.append(line[len(_FRAME) :].strip())
        elif found := _STACK.search(line):
            sleeper = asleep.get(int(found[1]))
            stack = sleeper[2] if sleeper else None
        else:
            stack = None
            yield line
