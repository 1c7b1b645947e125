"""Removing images: what it blocks, when it is refused, what it frees; and what listing costs."""

from __future__ import annotations

import pytest

from docksim.des.distributions import Constant
from tests.helpers import MB, PRESENT, THREE_LAYERS, Bench, scenario, with_cost, without_cost

BIG = {
    "name": "big",
    "layers": [{"compressed": "2 GB", "uncompressed": "4 GB"}],  # takes 2 s to delete
    "present": True,
}
VARIANTS = pytest.mark.parametrize("variant", ["diagram", "engine"])


@VARIANTS
@pytest.mark.parametrize("command", ["images", "create", "run"])
def test_a_removal_holds_up_listings_and_new_containers(variant: str, command: str) -> None:
    given = scenario(flow={"variant": variant}, images=[PRESENT, BIG])
    bench = Bench(given)
    alone = bench.send(command, image="app")
    removal = bench.send("rmi", at=5.0, image="big")
    blocked = bench.send(command, at=5.5, image="app")
    bench.run()
    assert removal.latency > 2.0
    assert blocked.ended > removal.ended - 0.05
    assert blocked.latency > alone.latency + 1.4


@VARIANTS
def test_each_image_that_there_is_makes_a_list_longer(variant: str) -> None:
    """Where a profile says what one adds to the request, as a measured one does."""
    images = [PRESENT | {"name": f"image-{number}"} for number in range(7)]
    given = with_cost(
        without_cost(scenario(flow={"variant": variant}, images=images)),
        "dockerd.images_json",
        cpu_per_item=Constant(0.5),
    )
    bench = Bench(given)
    listing = bench.send("images")
    bench.run()
    assert listing.latency == pytest.approx(7 * 0.5)


def test_a_removal_holds_up_the_registration_of_layers() -> None:
    bench = Bench(scenario(images=[BIG, THREE_LAYERS]))
    removal = bench.send("rmi", image="big")
    pull = bench.send("pull", at=0.1, image="app")
    bench.run()
    stored = bench.hops(pull, 1)
    assert stored[stored["message"] == "store layer"]["end"].item() > removal.ended - 0.05


def test_a_removal_holds_up_neither_ps_nor_logs() -> None:
    bench = Bench(scenario(images=[PRESENT, BIG]))
    made = bench.send("run", image="app")
    bench.send("rmi", at=5.0, image="big")
    calls = [bench.send("ps", at=5.5), bench.send("logs", at=5.5, on=made)]
    bench.run()
    assert all(call.latency < 0.2 for call in calls)


def test_a_removed_image_is_gone_and_its_space_is_free() -> None:
    bench = Bench(scenario(images=[PRESENT]))
    removal, again = bench.send("rmi"), bench.send("rmi", at=5.0)
    bench.run()
    assert (removal.outcome, again.outcome) == ("ok", "image not found")
    assert len(bench.system.images) == 0
    assert bench.system.host.space.used == 0


def test_a_removal_keeps_layers_that_another_image_needs() -> None:
    base = {"name": "base", "layers": THREE_LAYERS["layers"][:2], "present": True}
    bench = Bench(scenario(images=[base, THREE_LAYERS | {"present": True}]))
    bench.send("rmi", image="app")
    bench.run()
    assert bench.system.host.space.used == pytest.approx(75 * MB)


@VARIANTS
def test_an_image_in_use_is_not_removed(variant: str) -> None:
    given = scenario(flow={"variant": variant}, images=[PRESENT])
    bench = Bench(given)
    made = bench.send("run")
    refused = [
        bench.send("rmi", at=5.0),
        bench.send("rmi", at=6.0, force=True),  # not even by force while it runs
    ]
    bench.send("stop", at=10.0, on=made)
    refused.append(bench.send("rmi", at=40.0))
    bench.run()
    assert [call.outcome for call in refused] == ["conflict"] * 3
    assert len(bench.system.images) == 1


@VARIANTS
def test_by_force_an_image_of_stopped_containers_loses_its_name_until_they_are_gone(
    variant: str,
) -> None:
    bench = Bench(scenario(flow={"variant": variant}, images=[PRESENT]))
    made = bench.send("create")
    forced = bench.send("rmi", at=5.0, force=True)
    listing = bench.send("run", at=6.0)  # pulls it anew, since it is not there by name
    bench.run(until=5.5)
    assert len(bench.system.images) == 0
    assert bench.system.host.space.used == pytest.approx(25 * MB)
    bench.run()
    assert (forced.outcome, listing.outcome) == ("ok", "ok")
    assert len(bench.system.images) == 1
    assert bench.system.host.space.used == pytest.approx(25 * MB)
    assert made.outcome == "ok"


def test_the_space_of_an_untagged_image_is_free_with_its_last_container() -> None:
    bench = Bench(scenario(images=[PRESENT]))
    made = [bench.send("create"), bench.send("create", at=1.0)]
    bench.send("rmi", at=5.0, force=True)
    for i, call in enumerate(made):
        bench.send("rm", at=10.0 + i, on=call)
    bench.run(until=10.9)
    assert bench.system.host.space.used == pytest.approx(25 * MB)
    bench.run()
    assert bench.system.host.space.used == 0


def test_removed_and_pulled_at_once_an_image_is_whole_in_the_end() -> None:
    for delay in (0.0, 0.2, 0.5, 1.0):
        bench = Bench(scenario(images=[PRESENT]))
        bench.send("pull")
        bench.send("rmi", at=delay)
        bench.run()
        assert len(bench.system.images) == len(bench.system.images._layers)


@VARIANTS
@pytest.mark.parametrize(("command", "step_us"), [("ps", 50), ("images", 70)])
def test_listing_costs_more_the_more_there_is(variant: str, command: str, step_us: float) -> None:
    latencies = {}
    for count in (1, 101):
        images = [PRESENT] + [PRESENT | {"name": f"image {i}"} for i in range(count - 1)]
        kind = {"name": "default", "running": count}
        bench = Bench(
            scenario(flow={"variant": variant}, images=images, containers=[kind]), trace=False
        )
        call = bench.send(command)
        bench.run()
        latencies[count] = call.latency
    assert latencies[101] - latencies[1] > 100 * step_us * 1e-6


@VARIANTS
def test_disk_usage_costs_more_the_more_there_is(variant: str) -> None:
    latencies = {}
    for count in (1, 51):
        kind = {"name": "default", "stopped": count, "volumes": 1}
        bench = Bench(scenario(flow={"variant": variant}, containers=[kind]), trace=False)
        call = bench.send("system df")
        bench.run()
        latencies[count] = call.latency
    assert latencies[51] - latencies[1] > 50 * 2 * 2e-3  # a layer and a volume each


def test_inspect_does_not_depend_on_how_many_there_are() -> None:
    latencies = []
    for count in (1, 200):
        given = without_cost(scenario(containers=[{"name": "default", "running": count}]))
        bench = Bench(given, trace=False)
        call = bench.send("inspect", on=bench.containers()[0])
        bench.run()
        latencies.append(call.latency)
    assert latencies[0] == latencies[1]
