"""Micro-probes keep cores busy for as long as they last, and no longer."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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
            assert comes_to(mark, 2 * (1 + 3))  # a shell a session, and one a program
        finally:
            probing.send_signal(number)
    assert comes_to(mark, 0)
