"""Micro-probes keep cores busy and files open for as long as they last, and no longer."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement import probes
from docksim.engine.private import PrivateEngine
from docksim.engine.private.cgroups import CPU_ACCOUNTS, cpu_seconds

BUSY = """
import time
from docksim.engine.measurement import probes

probes.binary = lambda name: "sleep 0.01; echo {mark}"
with probes.spinning(2, 3):
    print("busy", flush=True)
    time.sleep(600)
"""


def loops(mark):
    """Processes whose command has that mark."""
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = file.read_bytes().split(b"\0")
        except OSError:  # it has just ended
            continue
        if command[0] == b"sh" and mark.encode() in b" ".join(command):
            found.append(int(file.parent.name))
    return found


def comes_to(mark, count):
    """Whether there are so many, soon; a shell that executes something is two for a moment."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        if len(loops(mark)) == count:
            return True
        time.sleep(0.01)
    return False


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_busy_sessions_end_with_who_wanted_them(number):
    mark = f"busy-{os.getpid()}-{number:d}"
    command = [sys.executable, "-c", BUSY.format(mark=mark)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as probing:
        try:
            assert probing.stdout.readline() == "busy\n"
            assert comes_to(mark, 2 * (1 + 3))  # a shell for each program, and one for all of them
        finally:
            probing.send_signal(number)
    assert comes_to(mark, 0)


class Space:
    """Stands for an engine and its namespaces: whatever is to be run in them, a script is."""

    def __init__(self, folder, script):
        self.folder, self.engine_space, self._script = folder, self, script

    def account(self, part):
        return self.folder

    def enter(self, *command):
        return ["sh", "-c", self._script, "sh", command[4]]  # command[4] is the caller


@pytest.mark.parametrize(
    ("failure", "reason"), [("echo no room >&2; exit 1", "no room"), ("kill -9 $$", "exit code -9")]
)
def test_when_a_probe_fails_the_others_end(tmp_path, failure, reason):
    seconds = 1000 + os.getpid()
    space = Space(tmp_path, f"[ $1 = 1 ] || {{ {failure}; }}; exec sleep {seconds}")
    with pytest.raises(EngineError, match=f"a micro-probe failed: {reason}$"):
        probes._probed(space, ["flush"], callers=2)
    running = [f.read_bytes() for f in Path("/proc").glob("[0-9]*/cmdline")]
    assert f"sleep\0{seconds}\0".encode() not in running


def probing(engine):
    """Whether a probe of the engine's is under way, and counted in its group."""
    try:
        return bool(cpu_seconds(CPU_ACCOUNTS / engine.group / "probe"))
    except (EngineError, OSError):  # it is not up yet
        return False


@pytest.mark.engine
def test_probes_whose_harness_is_killed_end_with_the_engine(engine):
    script = (
        "from pathlib import Path; from docksim.engine.private import PrivateEngine; "
        "from docksim.engine.measurement.probes import probe; "
        f"engine = PrivateEngine(Path({str(engine.folder)!r})); engine.up(); probe(engine)"
    )
    with subprocess.Popen([sys.executable, "-c", script]) as harness:
        while not probing(engine) and harness.poll() is None:
            time.sleep(0.01)
        assert harness.poll() is None
        harness.kill()
    PrivateEngine(engine.folder).down()
    assert not engine.folder.exists()
