"""Without variance and alone on the host, a command takes what its steps add up to."""

from __future__ import annotations

from typing import Any

import pytest

from docksim.scenario.scenario import Scenario
from tests.helpers import ONE_LAYER, PRESENT, Bench, scenario, without_variance
from tests.system import paths

VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])


def steady(variant: str, **sections: Any) -> Scenario:
    return without_variance(scenario(flow={"variant": variant}, **sections))


@VARIANTS
@pytest.mark.parametrize("running", [0, 7])
def test_ps(variant: str, running: int) -> None:
    given = steady(variant, containers=[{"name": "default", "running": running, "stopped": 2}])
    bench = Bench(given)
    plain, everything = bench.send("ps"), bench.send("ps", at=1.0, all=True)
    bench.run()
    assert plain.latency == pytest.approx(paths.seconds(given, paths.ps(given, running)))
    expected = paths.seconds(given, paths.ps(given, running + 2))
    assert everything.latency == pytest.approx(expected)


@VARIANTS
def test_images(variant: str) -> None:
    given = steady(
        variant, images=[PRESENT, PRESENT | {"name": "other"}, ONE_LAYER | {"name": "absent"}]
    )
    bench = Bench(given)
    call = bench.send("images")
    bench.run()
    assert call.latency == pytest.approx(paths.seconds(given, paths.images(given, 2)))


@VARIANTS
@pytest.mark.parametrize("driver", ["none", "host", "bridge", "overlay"])
@pytest.mark.parametrize("runtime", ["runc", "crun"])
def test_run_of_a_present_image(variant: str, driver: str, runtime: str) -> None:
    given = steady(variant, network={"driver": driver}, runtime={"name": runtime})
    bench = Bench(given)
    call = bench.send("run")
    bench.run()
    assert call.latency == pytest.approx(paths.seconds(given, paths.run(given)))


@VARIANTS
@pytest.mark.parametrize("driver", ["overlay2", "aufs", "btrfs", "devicemapper"])
def test_run_on_every_storage_driver_that_shares(variant: str, driver: str) -> None:
    given = steady(variant, storage={"driver": driver})
    bench = Bench(given)
    call = bench.send("run")
    bench.run()
    assert call.latency == pytest.approx(paths.seconds(given, paths.run(given)))


@VARIANTS
def test_run_with_volumes_and_ports(variant: str) -> None:
    kind = {"name": "default", "volumes": 3, "ports": 2}
    given = steady(variant, containers=[kind])
    bench = Bench(given)
    call = bench.send("run")
    bench.run()
    expected = paths.seconds(given, paths.run(given, volumes=3, ports=2))
    assert call.latency == pytest.approx(expected)


@VARIANTS
def test_a_faster_core_shortens_the_cores_part_only(variant: str) -> None:
    given = steady(variant, host={"cpu_speed": 4.0})
    bench = Bench(given)
    call = bench.send("run")
    bench.run()
    assert call.latency == pytest.approx(paths.seconds(given, paths.run(given)))
    slower = steady(variant)
    saved = paths.cpu(slower, paths.run(slower)) * 0.75
    total = paths.seconds(slower, paths.run(slower))
    assert call.latency == pytest.approx(total - saved)


@pytest.mark.parametrize("image_store", ["graphdriver", "containerd"])
def test_pull_of_one_layer(image_store: str) -> None:
    given = steady("diagram", images=[ONE_LAYER], daemon={"image_store": image_store})
    bench = Bench(given)
    call = bench.send("pull")
    bench.run()
    assert call.latency == pytest.approx(
        paths.seconds(given, paths.path(given, "cli.start dockerd.images_create"))
        + paths.seconds(given, paths.manifest(given, 1))
        + paths.layer(given, given.images[0].layers[0])
        + paths.seconds(given, paths.path(given, "dockerd.register_image cli.format"))
    )


def test_run_of_an_absent_image() -> None:
    given = steady("diagram", images=[ONE_LAYER])
    bench = Bench(given)
    call = bench.send("run")
    bench.run()
    assert call.latency == pytest.approx(
        paths.seconds(given, paths.run(given))
        + paths.seconds(given, paths.manifest(given, 1))
        + paths.layer(given, given.images[0].layers[0])
        + paths.seconds(given, paths.path(given, "dockerd.register_image"))
    )


def test_run_of_an_absent_image_in_the_engine() -> None:
    given = steady("engine", images=[ONE_LAYER])
    bench = Bench(given)
    call = bench.send("run")
    bench.run()
    # Create, 404, pull, create again; the configuration comes besides the (longer) layer.
    again = "dockerd.containers_create {storage}.lookup dockerd.reply dockerd.images_create"
    assert call.latency == pytest.approx(
        paths.seconds(given, paths.run(given))
        + paths.seconds(given, paths.path(given, again))
        + paths.seconds(given, paths.manifest(given, 1))
        + paths.layer(given, given.images[0].layers[0])
        + paths.seconds(given, paths.path(given, "dockerd.register_image"))
    )


@VARIANTS
@pytest.mark.parametrize("driver", ["none", "host", "bridge", "overlay"])
def test_removal_of_a_container_that_ends_at_once(variant: str, driver: str) -> None:
    given = steady(variant, network={"driver": driver})
    bench = Bench(given)
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0], force=variant == "engine")
    bench.run()
    assert call.latency == pytest.approx(paths.seconds(given, paths.removal(given)))


@pytest.mark.parametrize(("exit_time", "killed"), [(0.7, False), (25.0, True)])
def test_graceful_removal_waits_for_the_exit_or_the_timeout(exit_time: float, killed: bool) -> None:
    kind = {"name": "default", "exit_time": f"{exit_time} s"}
    given = steady("diagram", containers=[kind])
    bench = Bench(given)
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0])
    bench.run()
    waited = given.daemon.stop_timeout if killed else exit_time
    expected = waited + paths.seconds(given, paths.removal(given, killed))
    assert call.latency == pytest.approx(expected)


@VARIANTS
@pytest.mark.parametrize("size", [0.0, 0.4e6, 8.5e6])
def test_logs(variant: str, size: float) -> None:
    kind = {"name": "default", "log_size": f"{size} B"}
    given = steady(variant, containers=[kind])
    bench = Bench(given)
    bench.send("run")
    call = bench.send("logs", at=5.0, on=bench.calls[0])
    bench.run()
    first = paths.seconds(given, paths.log_request(given))
    decoding = paths.seconds(given, paths.path(given, "dockerd.decode_log"), size)
    printing = paths.seconds(given, paths.path(given, "cli.output"), size)
    assert call.first_byte == pytest.approx(first)
    assert call.latency == pytest.approx(first + max(decoding, printing))


@VARIANTS
def test_stop_and_kill(variant: str) -> None:
    given = steady(variant)
    bench = Bench(given)
    runs = [bench.send("run", at=5.0 * i) for i in range(2)]
    stop = bench.send("stop", at=20.0, on=runs[0])
    kill = bench.send("kill", at=25.0, on=runs[1])
    bench.run()
    if variant == "diagram":
        text = """
            cli.start dockerd.containers_stop containerd.stop shim.signal shim.exited
            {network}.release containerd.reply dockerd.reply cli.format
        """
    else:
        text = """
            cli.start dockerd.containers_stop dockerd.checkpoint containerd.stop shim.signal
            {runtime}.kill shim.exited containerd.reply
            containerd.delete_task shim.delete_task {runtime}.delete containerd.delete
            {network}.release {storage}.unmount dockerd.checkpoint
            dockerd.reply cli.format
        """
    expected = paths.seconds(given, paths.path(given, text))
    assert stop.latency == pytest.approx(expected)
    assert kill.latency == pytest.approx(expected)


@VARIANTS
def test_the_hops_of_a_command_add_up_to_its_latency(variant: str) -> None:
    bench = Bench(scenario(flow={"variant": variant}))
    call = bench.send("run")
    bench.run()
    hops = bench.hops(call)
    assert (hops["end"] - hops["start"]).sum() == pytest.approx(call.latency)
    assert hops["waited"].sum() == pytest.approx(0.0, abs=1e-9)
