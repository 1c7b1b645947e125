"""A study of many small points: how busy it keeps the cores, and what a replication costs beyond
its simulation."""

import os
import resource
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from docksim.study.conduct import Study
from tests.perf.scenarios import run_and_remove
from tests.perf.timing import Spread, timed

POINTS = 200
REPLICATIONS = 10
COMMANDS = 400
ALONE = 40
"""Replications that are timed without a study around them."""

STUDY = """
name = "sweep"
question = "How busy are the cores?"
scenario = "scenario.toml"
measures = ["run.mean"]
replications = {replications}

[[factor]]
name = "rtt"
key = "registry.rtt"
levels = [{levels}]
"""


@dataclass(frozen=True)
class Sweep:
    """busy: CPU time of all processes over time on the clock, times the cores; overhead: seconds of
    a core that a replication takes beyond its simulation alone."""

    busy: Spread
    overhead: Spread


def sweep(rounds: int) -> Sweep:
    """Conduct the study anew so many times, on all cores."""
    busy, overhead = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            scenario = run_and_remove(COMMANDS)
            (folder / "scenario.toml").write_text(scenario.to_toml())
            levels = ", ".join(f'"{number + 1} ms"' for number in range(POINTS))
            text = STUDY.format(replications=REPLICATIONS, levels=levels)
            (folder / "study.toml").write_text(text)
            share, seconds = conducted(Study(folder / "study.toml"))
        alone, _ = timed(lambda scenario=scenario: replicated(scenario))
        busy.append(share)
        overhead.append(seconds / (POINTS * REPLICATIONS) - alone / ALONE)
    return Sweep(Spread.of(busy), Spread.of(overhead))


def conducted(study: Study) -> tuple[float, float]:
    """Share of the cores that was busy, and core-seconds that passed."""
    cores = os.cpu_count() or 1
    began, cpu = time.perf_counter(), cpu_time()
    study.conduct()
    passed = cores * (time.perf_counter() - began)
    return (cpu_time() - cpu) / passed, passed


def replicated(scenario) -> None:
    """What the workers do, without workers."""
    from docksim.study.experiment.replication import replication
    from docksim.study.measure_names import find_measure

    measures = (find_measure("run.mean", scenario),)
    for number in range(ALONE):
        replication(scenario, scenario.run.seed, number, measures)


def cpu_time() -> float:
    """Of this process and all that it started and that have ended (s)."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
