"""The kernel's own trace of what a process of ours does."""

import subprocess
import time
from pathlib import Path

import pytest

from docksim.engine.measurement.stealing import stolen_seconds
from docksim.engine.measurement.tracing import tracer

pytestmark = pytest.mark.engine


def mounts():
    return Path("/proc/self/mounts").read_text()


def seen_computing(trace):
    """Core-seconds that the trace saw of this thread's, those that it took, and those that a
    hypervisor took meanwhile, which look to the trace as if somebody computed."""
    stolen = stolen_seconds()
    trace.start()
    time.sleep(0.01)  # who runs already is seen from its next switch on
    began, used = time.perf_counter(), time.thread_time()
    for turn in range(1, 26):  # it often comes from idleness, whose end the kernel may not tell
        while time.thread_time() - used < 0.002 * turn:
            sum(range(2000))
        time.sleep(0.002)
    time.sleep(0.05)
    ended, used = time.perf_counter(), time.thread_time() - used
    return trace.stop().cpu(began, ended)["client"], used, stolen_seconds() - stolen


def test_a_process_is_seen_computing_as_long_as_it_does(running_engine):
    before = mounts()
    with tracer(running_engine) as trace:
        for seen, used, stolen in [seen_computing(trace) for _ in range(8)]:
            assert 0.9 * used < seen < 1.1 * used + stolen
    assert mounts() == before


def test_what_was_executed_is_named_and_the_last_trace_is_forgotten(running_engine):
    with tracer(running_engine) as trace:
        trace.start()
        subprocess.run(["/bin/true"], check=True)
        assert "true" in [name for _, name in trace.stop().executed]
        trace.start()
        assert "true" not in [name for _, name in trace.stop().executed]
