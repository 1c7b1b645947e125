"""Storage drivers: those that share layers, and vfs, which copies the image for each container."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers import MB, PRESENT, Bench, scenario

VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])
BIG = {
    "name": "app",
    "layers": [{"compressed": "400 MB", "uncompressed": "1 GB"}],
    "present": True,
}


def host(variant: str, driver: str, **sections: Any) -> Bench:
    sections.setdefault("images", [BIG])
    return Bench(scenario(flow={"variant": variant}, storage={"driver": driver}, **sections))


@VARIANTS
@pytest.mark.parametrize("driver", ["overlay2", "aufs", "btrfs", "devicemapper"])
def test_a_container_takes_no_copy_of_its_image(variant: str, driver: str) -> None:
    bench = host(variant, driver)
    call = bench.send("run")
    bench.run()
    assert bench.system.host.space.used == pytest.approx(1000 * MB)
    assert call.latency < 1.0


@VARIANTS
def test_with_vfs_each_container_is_a_copy_of_its_image(variant: str) -> None:
    bench = host(variant, "vfs")
    calls = [bench.send("run"), bench.send("run", at=30.0)]
    bench.run()
    assert bench.system.host.space.used == pytest.approx(3000 * MB)
    # A GB at 500 MB/s on the disk
    assert all(call.latency == pytest.approx(2.2, abs=0.2) for call in calls)
    bench.send("rm", on=calls[0], force=True)
    bench.run()
    assert bench.system.host.space.used == pytest.approx(2000 * MB)


@VARIANTS
@pytest.mark.parametrize("command", ["run", "create"])
def test_with_vfs_a_container_may_find_no_space(variant: str, command: str) -> None:
    bench = host(variant, "vfs", host={"disk_size": "2.5 GB"})
    calls = [bench.send(command, at=10.0 * i) for i in range(2)]
    bench.run()
    assert [call.outcome for call in calls] == ["ok", "no space left"]
    assert len(bench.system.table) == 1
    assert bench.system.host.space.used == pytest.approx(2000 * MB)
    later = bench.send("rmi", force=True)
    bench.run()
    assert later.outcome == ("ok" if command == "create" else "conflict")


def test_a_run_that_finds_no_memory_gives_its_copy_back() -> None:
    kinds = [{"name": "default", "memory": "60 MB"}]
    bench = host("diagram", "vfs", containers=kinds, host={"memory": "100 MB"})
    calls = [bench.send("run", at=10.0 * i) for i in range(2)]
    bench.run()
    assert calls[1].outcome == "out of memory"
    assert bench.system.host.space.used == pytest.approx(2000 * MB)


def test_containers_that_are_there_at_the_start_have_their_copies() -> None:
    kinds = [{"name": "default", "running": 2, "stopped": 1}]
    bench = host("diagram", "vfs", containers=kinds)
    assert bench.system.host.space.used == pytest.approx(4000 * MB)
    for container in list(bench.system.table):
        bench.send("rm", on=container, force=True)
    bench.run()
    assert bench.system.host.space.used == pytest.approx(1000 * MB)


def test_copies_share_the_disk() -> None:
    bench = host("diagram", "vfs", host={"cores": 16})
    calls = [bench.send("run") for _ in range(2)]
    bench.run()
    assert all(call.latency > 3.9 for call in calls)  # two GB at 500 MB/s together


@VARIANTS
def test_drivers_differ_in_what_a_container_costs(variant: str) -> None:
    latency = {}
    for driver in ("overlay2", "aufs", "btrfs", "devicemapper"):
        bench = host(variant, driver, images=[PRESENT])
        call = bench.send("run")
        bench.run()
        latency[driver] = call.latency
    assert latency["overlay2"] < latency["aufs"] < latency["devicemapper"]
    assert latency["overlay2"] < latency["btrfs"] < latency["devicemapper"]


def test_devicemapper_creates_one_device_at_a_time() -> None:
    bench = host("diagram", "devicemapper", images=[PRESENT], host={"cores": 16})
    for _ in range(4):
        bench.send("create")
    bench.run()
    pool = bench.system.host.locks["storage.pool"].totals()
    assert pool.arrivals == 4
    assert pool.wait_sum > 0.05
