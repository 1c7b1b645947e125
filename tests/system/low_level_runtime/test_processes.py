"""Container processes: the cores and the memory that they take from the daemons."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import Bench, scenario


def busy(kind: dict[str, Any], cores: int = 1, seconds: float = 100.0) -> float:
    """Core-seconds used on a host with one running container."""
    kinds = [{"name": "default", "running": 1, **kind}]
    bench = Bench(scenario(containers=kinds, host={"cores": cores}), trace=False)
    bench.run(until=seconds)
    return bench.system.host.cpu.totals().busy


@pytest.mark.parametrize(("cpu", "cores", "used"), [(0.3, 1, 30), (1.0, 2, 100), (3.0, 2, 200)])
def test_a_container_burns_its_cores_as_far_as_there_are_any(
    cpu: float, cores: int, used: float
) -> None:
    assert busy({"cpu": cpu}, cores) == pytest.approx(used)


def test_a_container_burns_no_longer_than_it_runs() -> None:
    assert busy({"cpu": 0.5, "lifetime": "20 s"}) == pytest.approx(10, rel=0.05)


def test_what_a_container_prints_costs_the_daemon_cpu() -> None:
    assert busy({"log_rate": "1.32 MB/s"}) == pytest.approx(10)


@pytest.mark.parametrize(("burners", "slowdown"), [(0, 1.0), (1, 2.0), (3, 4.0)])
def test_daemons_compete_with_containers_for_the_cores(burners: int, slowdown: float) -> None:
    kinds = [{"name": "default", "cpu": 1.0, "running": burners}]
    latency = []
    for cores in (1, 64):
        bench = Bench(scenario(containers=kinds, host={"cores": cores}), trace=False)
        call = bench.send("ps", all=False)
        bench.run(until=10.0)
        latency.append(call.latency)
    pause = 1e-4  # of the CLI
    assert (latency[0] - pause) / (latency[1] - pause) == pytest.approx(slowdown, rel=1e-3)


def test_a_container_with_more_threads_gets_more() -> None:
    """One command against three threads on one core has a quarter of it."""
    kinds = [{"name": "default", "cpu": 3.0, "running": 1}]
    latency = []
    for cores in (1, 64):
        bench = Bench(scenario(containers=kinds, host={"cores": cores}), trace=False)
        call = bench.send("ps")
        bench.run(until=10.0)
        latency.append(call.latency)
    assert latency[0] / latency[1] == pytest.approx(4.0, rel=0.05)


def test_memory_is_held_while_a_container_runs() -> None:
    kinds = [{"name": "default", "memory": "1 GB", "running": 3, "stopped": 2, "lifetime": "9 s"}]
    bench = Bench(scenario(containers=kinds), trace=False)
    assert bench.system.host.memory.used == 3e9
    bench.run()
    assert bench.system.host.memory.used == 0
