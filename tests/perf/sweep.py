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
FEW, MORE = 10, 40
"""Points with one worker."""

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
    """busy: CPU time of all processes over time on the clock, times the cores; overhead: CPU
    seconds of all processes that a further replication takes beyond its simulation, with one
    worker, for two that compute at once slow each other down."""

    busy: Spread
    overhead: Spread


def sweep(rounds: int) -> Sweep:
    """Conduct the study anew so many times: on all cores, and a part of it with one worker."""
    busy, overhead = [], []
    for _ in range(rounds):
        passed, cpu = conducted(POINTS, None)
        busy.append(cpu / (passed * (os.cpu_count() or 1)))
        (_, small), (_, large) = conducted(FEW, 1), conducted(MORE, 1)
        alone, _ = timed(lambda: replicated(run_and_remove(COMMANDS)))
        overhead.append((large - small) / ((MORE - FEW) * REPLICATIONS) - alone / ALONE)
    return Sweep(Spread.of(busy), Spread.of(overhead))


def conducted(points: int, jobs: int | None) -> tuple[float, float]:
    """Seconds on the clock, and of CPU in all processes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "scenario.toml").write_text(run_and_remove(COMMANDS).to_toml())
        levels = ", ".join(f'"{number + 1} ms"' for number in range(points))
        text = STUDY.format(replications=REPLICATIONS, levels=levels)
        (folder / "study.toml").write_text(text)
        study = Study(folder / "study.toml")
        began, cpu = time.perf_counter(), cpu_time()
        study.conduct(jobs=jobs)
        return time.perf_counter() - began, cpu_time() - cpu


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
