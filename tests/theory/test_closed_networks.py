"""Closed networks against exact solutions: the machine repairman, and mean value analysis."""

from math import inf

import numpy as np
import pytest

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.semaphore import Semaphore
from docksim.des.sharing import SharedStation
from docksim.des.statistics import between
from tests.theory.formulas import Centre, mean_value_analysis, repairman_throughput
from tests.theory.queues import Events, closed_throughput, drawn, exponential, lognormal
from tests.theory.replications import assert_mean, replicate


@pytest.mark.parametrize("kind", ["fifo", "semaphore", "sharing"])
def test_machine_repairman(kind: str) -> None:
    machines, repairers, time_to_failure, repair = 10, 2, 4.0, 1.0

    def run(rng: np.random.Generator) -> float:
        env = Environment()
        fifo = FifoStation(env, "repairers", repairers)
        semaphore = Semaphore(env, "repairers", repairers)
        sharing = SharedStation(env, "repairers", repairers)
        runs = drawn(rng, exponential(time_to_failure))
        repairs = drawn(rng, exponential(repair))

        def by_fifo() -> Events:
            yield env.timeout(runs())
            yield env.timeout(fifo.visit(repairs()))

        def by_semaphore() -> Events:
            yield env.timeout(runs())
            yield from semaphore.acquire()
            yield env.timeout(repairs())
            semaphore.release()

        def by_sharing() -> Events:
            yield env.timeout(runs())
            yield sharing.serve(repairs(), cap=1.0)

        cycle = {"fifo": by_fifo, "semaphore": by_semaphore, "sharing": by_sharing}[kind]
        return closed_throughput(env, cycle, machines, warm_up=200.0, duration=10_000.0)

    exact = repairman_throughput(machines, repairers, time_to_failure, repair)
    assert_mean(replicate(run), exact, precision=0.02)


def test_cores_disk_and_clients_against_mean_value_analysis() -> None:
    # Product form: sharing with any law of demands, FIFO with exponential ones, any thinking time.
    clients, cores, cpu, disk, think = 8, 2, 0.5, 0.3, 2.0
    throughput, residence = mean_value_analysis(
        [Centre(cpu, cores), Centre(disk), Centre(think, inf)], clients
    )
    waits: list[tuple[float, float]] = []

    def run(rng: np.random.Generator) -> float:
        env = Environment()
        processor = SharedStation(env, "cpu", cores)
        device = FifoStation(env, "disk", 1)
        thinking = drawn(rng, lognormal(think, 0.5))
        computing = drawn(rng, lognormal(cpu, 1.0))
        writing = drawn(rng, exponential(disk))

        def cycle() -> Events:
            yield env.timeout(thinking())
            yield processor.serve(computing(), cap=1.0)
            yield env.timeout(device.visit(writing()))

        start = (processor.totals(), device.totals())
        found = closed_throughput(env, cycle, clients, warm_up=100.0, duration=5_000.0)
        at_cpu, at_disk = (
            between(a, station.totals())
            for a, station in zip(start, (processor, device), strict=True)
        )
        waits.append((at_cpu.mean_wait, at_disk.mean_wait))
        return found

    assert_mean(replicate(run), throughput, precision=0.02)
    assert_mean([at_cpu for at_cpu, _ in waits], residence[0] - cpu, precision=0.1)
    assert_mean([at_disk for _, at_disk in waits], residence[1] - disk, precision=0.05)
