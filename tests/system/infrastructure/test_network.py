"""Network drivers: who queues for an endpoint, and with whom."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from docksim.scenario.scenario import Scenario
from tests.helpers import Bench, scenario

VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])
COUNT = 8


def started(given: Scenario) -> Bench:
    """Several containers started at once on a host with cores for all."""
    bench = Bench(given)
    for _ in range(COUNT):
        bench.send("run")
    return bench.run()


def crowd(**sections: Any) -> Scenario:
    return scenario(host={"cores": 64}, **sections)


def spans(bench: Bench, message: str = "allocate network configuration") -> pd.DataFrame:
    hops = pd.concat(bench.hops(call) for call in bench.calls)
    return hops[hops["message"] == message].sort_values("end", ignore_index=True)


@VARIANTS
@pytest.mark.parametrize(
    ("driver", "queues"), [("none", False), ("host", False), ("bridge", True), ("overlay", True)]
)
def test_endpoints_are_allocated_one_by_one_on_networks_that_have_them(
    variant: str, driver: str, queues: bool
) -> None:
    bench = started(crowd(flow={"variant": variant}, network={"driver": driver}))
    assert all(call.outcome == "ok" for call in bench.calls)
    locks = [name for name in bench.system.host.locks if "endpoint" in name]
    assert bool(locks) == queues
    if queues:
        totals = bench.system.host.locks[f"network.endpoint_lock.{driver}"].totals()
        assert totals.arrivals == COUNT
        assert totals.wait_sum > 0
    else:
        # Those that start together are served together.
        allocated = spans(bench)
        assert (allocated["end"] - allocated["start"]).max() < 0.004


@VARIANTS
def test_each_network_has_an_endpoint_lock_of_its_own(variant: str) -> None:
    given = crowd(flow={"variant": variant}, network={"driver": "bridge", "networks": 2})
    bench = started(given)
    locks = [lock for name, lock in bench.system.host.locks.items() if "endpoint" in name]
    assert [lock.totals().arrivals for lock in locks] == [COUNT // 2] * 2
    single = started(crowd(flow={"variant": variant}, network={"driver": "bridge"}))
    (lock,) = (lock for name, lock in single.system.host.locks.items() if "endpoint" in name)
    assert lock.totals().wait_sum > sum(other.totals().wait_sum for other in locks)


def test_endpoints_of_one_network_are_never_handled_at_once() -> None:
    bench = started(crowd(network={"driver": "bridge"}))
    held = bench.system.host.locks["network.endpoint_lock.bridge"].totals()
    assert held.busy <= bench.env.now
    allocated = spans(bench)
    done = allocated["end"].to_numpy()
    least = 0.003  # two locked steps of 1.5 and 1.4 ms (medians) and their flushes
    assert ((done[1:] - done[:-1]) > least / 2).all()


@VARIANTS
def test_a_kind_of_container_may_have_a_driver_of_its_own(variant: str) -> None:
    kinds = [{"name": "default"}, {"name": "on the host", "network": "host"}]
    bench = Bench(scenario(flow={"variant": variant}, containers=kinds))
    usual, other = bench.send("run"), bench.send("run", at=5.0, kind="on the host")
    bench.run()
    assert usual.latency - other.latency > 0.05  # a network namespace and a bridge
    assert bench.system.host.locks["network.endpoint_lock.bridge"].totals().arrivals == 1


@VARIANTS
def test_published_ports_are_mapped_one_container_after_the_other(variant: str) -> None:
    kinds = [{"name": "default", "ports": 2}]
    bench = started(crowd(flow={"variant": variant}, containers=kinds))
    mapper = bench.system.host.locks["network.port_mapper.bridge"].totals()
    assert mapper.arrivals == COUNT
    assert mapper.busy == pytest.approx(COUNT * 2 * 18e-3, rel=1e-3)
    published = spans(bench, "publish ports")
    assert list(published["end"] - published["start"]) == pytest.approx([0.036] * COUNT)


@VARIANTS
def test_an_endpoint_is_released_as_often_as_allocated(variant: str) -> None:
    bench = Bench(scenario(flow={"variant": variant}))
    for i in range(5):
        made = bench.send("run", at=float(i))
        bench.send("rm", at=10.0 + i, on=made, force=True)
    bench.run()
    hops = pd.concat(bench.hops(call, branch=None) for call in bench.calls)
    counts = hops["message"].value_counts()
    assert counts["allocate network configuration"] == 5
    assert counts["release network configuration"] == 5
