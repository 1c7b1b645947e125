"""What a command costs as commands get more, and a flow as flows get more.

`python -m tests.perf.growth COMMANDS` is the child process whose memory is measured: a process of
its own, for the peak of a process never comes down again.
"""

import itertools
import json
import subprocess
import sys
from collections.abc import Generator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

import numpy as np
import simpy

from docksim.des.sharing import SharedStation
from docksim.simulation import simulate_once
from tests.perf.scenarios import run_and_remove
from tests.perf.timing import timed

TIMED_COMMANDS = 20_000
"""Short runs are repeated until about so many commands are timed, and the median is taken."""

FLOWS_TIMED = 5_000
SEGMENTS = 5


@dataclass(frozen=True)
class Growth:
    """A run of so many commands: CPU seconds a command, and the process's peak memory (bytes)."""

    commands: int
    seconds_per_command: float
    peak_bytes: int


def of_commands(commands: int) -> Growth:
    """Measured in a process of its own."""
    child = [sys.executable, "-m", "tests.perf.growth", str(commands)]
    done = subprocess.run(child, check=True, capture_output=True, text=True)
    return Growth(**json.loads(done.stdout))


def run_here(commands: int) -> Growth:
    scenario = run_and_remove(commands, scheduler="fair")
    repeats = min(7, max(1, TIMED_COMMANDS // commands))
    simulate_once(run_and_remove(10))
    first, _ = timed(lambda: simulate_once(scenario))
    peak = peak_memory()
    others = [timed(lambda: simulate_once(scenario))[0] for _ in range(repeats - 1)]
    return Growth(commands, median([first, *others]) / commands, peak)


def peak_memory() -> int:
    """The most memory that this process ever had (bytes)."""
    status = Path("/proc/self/status")
    if status.exists():
        # Not ru_maxrss, which on Linux a child inherits from its parent.
        fields = dict(line.split(":", 1) for line in status.read_text().splitlines())
        return int(fields["VmHWM"].split()[0]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def of_flows(flows: int, *, all_caps_differ: bool) -> float:
    """CPU seconds a flow on a link with always so many: each that ends is followed by another.

    The link carries three quarters of what the flows could take. Where their caps differ they are
    spread from a half to one and a half, so that some run at their cap and others share the rest.
    """
    env = simpy.Environment()
    link = SharedStation(env, "link", capacity=0.75 * flows)
    sizes = itertools.cycle(np.random.default_rng(1).exponential(1.0, 2**16).tolist())
    ended = 0
    enough = env.event()

    def source(cap: float) -> Generator[simpy.Event, object, None]:
        nonlocal ended
        while True:
            yield link.serve(next(sizes), cap)
            ended += 1
            if ended % FLOWS_TIMED == 0:
                enough.succeed()

    for cap in np.linspace(0.5, 1.5, flows).tolist() if all_caps_differ else [1.0] * flows:
        env.process(source(cap))
    taken = []
    warm_up = 2 * flows // FLOWS_TIMED + 1
    for segment in range(warm_up + SEGMENTS):
        enough = env.event()
        seconds, _ = timed(lambda until=enough: env.run(until=until))
        if segment >= warm_up:
            taken.append(seconds / FLOWS_TIMED)
    return median(taken)


if __name__ == "__main__":
    print(json.dumps(asdict(run_here(int(sys.argv[1])))))
