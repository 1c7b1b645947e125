"""Pulls: slots, layers in parallel, extraction in turn, sharing, retries, and what is left."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from docksim.scenario.scenario import Scenario
from tests.helpers import MB, ONE_LAYER, THREE_LAYERS, Bench, Call, scenario, without_cost
from tests.system import paths

STREAM = 25 * MB  # bytes/s a download gets, of a link of 125 MB/s
SIZES = [20 * MB, 10 * MB, 5 * MB]


def free(**sections: Any) -> Scenario:
    """Only bytes take time: over the link and onto the disk."""
    sections.setdefault("images", [THREE_LAYERS])
    return without_cost(scenario(**sections))


def image(name: str, *layers: tuple[str, float]) -> dict[str, Any]:
    """An image of layers (digest, compressed MB), as large unpacked."""
    return {
        "name": name,
        "layers": [
            {"digest": digest, "compressed": f"{size} MB", "uncompressed": f"{size} MB"}
            for digest, size in layers
        ],
    }


def spans(bench: Bench, message: str) -> pd.DataFrame:
    """Of all commands, in the order of their beginnings."""
    hops = pd.concat(bench.hops(call, branch=None) for call in bench.calls)
    return hops[hops["message"] == message].sort_values("start", ignore_index=True)


def most_at_once(intervals: pd.DataFrame) -> int:
    changes = [(end, -1) for end in intervals["end"]] + [(begin, 1) for begin in intervals["start"]]
    level = most = 0
    for _, change in sorted(changes):
        level += change
        most = max(most, level)
    return most


def slots_in_use(bench: Bench) -> pd.DataFrame:
    """From each layer's first request to the end of its last try."""
    hops = pd.concat(bench.hops(call, branch=None) for call in bench.calls)
    held = hops[hops["message"].isin(["download layer", "layer data", "commit download"])]
    return held.groupby(["number", "branch"]).agg(start=("start", "min"), end=("end", "max"))


def test_a_pull_takes_at_least_what_link_stream_and_serial_extraction_allow() -> None:
    given = scenario(images=[THREE_LAYERS], host={"link": "100 Mbit/s"})
    bench = Bench(given)
    call = bench.send("pull")
    bench.run()
    layers = given.images[0].layers
    assert call.latency >= sum(SIZES) / given.host.link
    assert call.latency >= max(SIZES) / STREAM
    fastest = 256 * 2**20  # bytes/s out of gzip
    assert call.latency >= sum(layer.uncompressed for layer in layers) / fastest
    first = min(SIZES) / given.host.link
    assert call.latency >= first + layers[-1].uncompressed / fastest


@pytest.mark.parametrize("slots", [1, 2, 3, 0])
def test_layers_share_the_link_and_the_daemons_slots(slots: int) -> None:
    given = free(daemon={"max_concurrent_downloads": slots}, host={"disk_bandwidth": "1 TB/s"})
    bench = Bench(given)
    call = bench.send("pull")
    bench.run()
    expected = {1: sum(SIZES), 2: SIZES[0], 3: SIZES[0], 0: SIZES[0]}[slots] / STREAM
    assert call.latency == pytest.approx(expected, rel=1e-3)


def test_the_link_is_shared_when_it_is_slower_than_the_streams() -> None:
    given = free(host={"link": "30 MB/s", "disk_bandwidth": "1 TB/s"})
    bench = Bench(given)
    call = bench.send("pull")
    bench.run()
    # 10 MB/s each until the 5 MB are there, 15 each until the 10 MB are, then one stream's rate.
    expected = 0.5 + 5 / 15 + (20 - 5 - 5) / 25
    assert call.latency == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize("slots", [1, 2, 3])
def test_slots_are_the_daemons_and_not_a_pulls(slots: int) -> None:
    images = [image(f"image {i}", *((f"{i}.{k}", 5) for k in range(4))) for i in range(3)]
    given = scenario(images=images, daemon={"max_concurrent_downloads": slots})
    bench = Bench(given)
    for i in range(3):
        bench.send("pull", image=f"image {i}", at=0.01 * i)
    bench.run()
    assert most_at_once(slots_in_use(bench)) == slots


def test_without_a_limit_all_layers_are_downloaded_at_once() -> None:
    bench = Bench(
        free(
            images=[image("app", *((str(k), 5) for k in range(12)))],
            daemon={"max_concurrent_downloads": 0},
        )
    )
    bench.send("pull")
    bench.run()
    assert most_at_once(spans(bench, "layer data")) == 12


def test_a_slot_is_free_again_before_extraction() -> None:
    given = free(daemon={"max_concurrent_downloads": 1}, host={"disk_bandwidth": "30 MB/s"})
    bench = Bench(given)
    bench.send("pull")
    bench.run()
    requests, stored = spans(bench, "download layer"), spans(bench, "store layer")
    data = spans(bench, "layer data")
    assert requests["start"][1] == pytest.approx(data["end"][0])
    assert requests["start"][1] < stored["end"][0]


def test_layers_are_extracted_one_by_one_base_first() -> None:
    layers = [("base", 20), ("middle", 5), ("top", 1)]
    bench = Bench(scenario(images=[image("app", *layers)]))
    bench.send("pull")
    bench.run()
    stored = spans(bench, "store layer")
    assert list(stored["branch"]) == [1, 2, 3]
    assert (stored["start"][1:].to_numpy() >= stored["end"][:-1].to_numpy() - 1e-9).all()
    data = spans(bench, "layer data").set_index("branch")
    assert data["end"][3] < data["end"][1]


def test_extraction_overlaps_later_downloads() -> None:
    bench = Bench(scenario(images=[image("app", ("base", 2), ("top", 40))]))
    bench.send("pull")
    bench.run()
    stored, data = spans(bench, "store layer"), spans(bench, "layer data")
    assert stored["end"][0] < data["end"].max()


def test_different_images_are_extracted_in_parallel() -> None:
    images = [image(name, (name, 20)) for name in ("one", "other")]
    bench = Bench(scenario(images=images))
    for name in ("one", "other"):
        bench.send("pull", image=name)
    bench.run()
    assert most_at_once(spans(bench, "store layer")) == 2


def test_two_pulls_of_one_image_download_each_layer_once() -> None:
    bench = Bench(free())
    first, second = bench.send("pull"), bench.send("pull", at=0.1)
    bench.run()
    assert len(spans(bench, "download layer")) == 3
    assert first.outcome == second.outcome == "ok"
    assert first.ended == pytest.approx(second.ended)
    link = bench.system.host.link.totals()
    assert link.busy == pytest.approx(sum(SIZES))


def test_a_pull_of_what_is_there_asks_for_the_manifest_only() -> None:
    given = scenario(images=[THREE_LAYERS | {"present": True}])
    bench = Bench(given)
    call = bench.send("pull")
    bench.run()
    assert call.outcome == "ok"
    assert len(spans(bench, "query image manifest")) == 1
    assert len(spans(bench, "download layer")) == 0


def test_a_shared_base_is_downloaded_once() -> None:
    images = [image("one", ("base", 10), ("a", 2)), image("other", ("base", 10), ("b", 2))]
    bench = Bench(free(images=images))
    for name in ("one", "other"):
        bench.send("pull", image=name)
    bench.run()
    assert bench.system.host.link.totals().busy == pytest.approx(14 * MB)


@pytest.mark.parametrize("later", [0.0, 20.0])
@pytest.mark.parametrize(("image_store", "downloads"), [("graphdriver", 4), ("containerd", 3)])
def test_the_same_layer_on_another_base(image_store: str, downloads: int, later: float) -> None:
    images = [image("one", ("a", 2), ("same", 10)), image("other", ("b", 2), ("same", 10))]
    bench = Bench(free(images=images, daemon={"image_store": image_store}))
    calls = [bench.send("pull", image="one"), bench.send("pull", image="other", at=later)]
    bench.run()
    assert [call.outcome for call in calls] == ["ok", "ok"]
    assert len(spans(bench, "layer data")) == downloads
    assert len(spans(bench, "store layer")) == 4


def test_the_content_store_keeps_what_was_pulled_besides_what_was_unpacked() -> None:
    used = {}
    for store in ("graphdriver", "containerd"):
        bench = Bench(free(daemon={"image_store": store}))
        bench.send("pull")
        bench.run()
        used[store] = bench.system.host.space.used
    assert used["graphdriver"] == pytest.approx(85 * MB)
    assert used["containerd"] == pytest.approx(85 * MB + sum(SIZES))


# Failures


def broken(share: float, **registry: Any) -> Scenario:
    registry |= {"reset_share": share}
    return free(images=[ONE_LAYER], registry=registry)


def attempts(bench: Bench, call: Call) -> pd.DataFrame:
    """When each try of the layer began and ended, and how many bytes it brought."""
    hops = bench.hops(call, 1)
    asked = hops[hops["message"] == "download layer"].reset_index(drop=True)
    data = hops[hops["message"] == "layer data"].reset_index(drop=True)
    size = (data["end"] - data["start"]) * STREAM
    return pd.DataFrame({"start": asked["start"], "end": data["end"], "size": size})


@pytest.mark.parametrize("resumable", [True, False])
def test_a_broken_download_is_tried_again_after_5_10_15_20_25_seconds(resumable: bool) -> None:
    bench = Bench(broken(1.0, resumable=resumable))
    call = bench.send("pull")
    bench.run()
    tries = attempts(bench, call)
    assert call.outcome == "registry error"
    assert len(tries) == 6
    pauses = tries["start"].to_numpy()[1:] - tries["end"].to_numpy()[:-1]
    assert list(pauses) == pytest.approx([5, 10, 15, 20, 25])
    assert call.latency == pytest.approx(75 + tries["size"].sum() / STREAM)


def test_a_resumed_download_gets_only_what_is_missing() -> None:
    outcomes = set()
    for seed in range(20):
        for resumable in (True, False):
            bench = Bench(broken(0.6, resumable=resumable), seed=seed)
            call = bench.send("pull")
            bench.run()
            outcomes.add(call.outcome)
            sizes = attempts(bench, call)["size"]
            if call.outcome != "ok":
                assert len(sizes) == 6
            elif resumable:
                assert sizes.sum() == pytest.approx(10 * MB)
            else:
                assert sizes.iloc[-1] == pytest.approx(10 * MB)
                assert (sizes.iloc[:-1] < 10 * MB).all()
    assert outcomes == {"ok", "registry error"}


def test_how_often_and_after_how_long_it_is_tried_again_is_the_daemons_setting() -> None:
    given = without_cost(
        scenario(
            images=[ONE_LAYER],
            daemon={"retries": 2, "retry_backoff": "1 s"},
            registry={"reset_share": 1.0},
        )
    )
    bench = Bench(given)
    call = bench.send("pull")
    bench.run()
    assert len(attempts(bench, call)) == 3
    assert call.latency == pytest.approx(3 + attempts(bench, call)["size"].sum() / STREAM)


def test_a_slot_is_held_through_the_sleeps_between_tries() -> None:
    given = without_cost(
        scenario(
            images=[image("bad", ("x", 10)), image("good", ("y", 10))],
            daemon={"max_concurrent_downloads": 1},
            registry={"reset_share": 1.0},
        )
    )
    bench = Bench(given)
    first, second = bench.send("pull", image="bad"), bench.send("pull", image="good", at=1.0)
    bench.run()
    assert first.ended == pytest.approx(first.latency)
    assert attempts(bench, second)["start"][0] == pytest.approx(first.ended)
    assert most_at_once(slots_in_use(bench)) == 1


def test_an_error_of_the_registry_for_a_manifest_is_not_tried_again() -> None:
    bench = Bench(free(registry={"error_share": 1.0}))
    call = bench.send("pull")
    bench.run()
    assert call.outcome == "registry error"
    assert len(spans(bench, "query image manifest")) == 1
    assert call.latency < 1.0


def test_an_image_that_is_not_published_is_not_found() -> None:
    bench = Bench(free(images=[THREE_LAYERS | {"published": False}]))
    calls = [bench.send("pull"), bench.send("run", at=5.0)]
    bench.run()
    assert [call.outcome for call in calls] == ["image not found"] * 2


@pytest.mark.parametrize("disk", ["15 MB", "60 MB", "88 MB"])
def test_a_full_disk_fails_the_pull_at_once_and_leaves_nothing(disk: str) -> None:
    bench = Bench(free(host={"disk_size": disk}))
    call = bench.send("pull")
    listing = bench.send("images", at=30.0)
    bench.run()
    assert call.outcome == "no space left"
    assert call.latency < 5.0  # not tried again
    assert listing.outcome == "ok"
    assert bench.system.host.space.used == 0
    assert len(bench.system.images) == 0
    assert len(bench.system.images._layers) == 0


def test_a_failed_pull_leaves_what_others_have_in_common_with_it() -> None:
    base = {"name": "base", "layers": THREE_LAYERS["layers"][:1], "present": True}
    bench = Bench(free(images=[base, THREE_LAYERS], host={"disk_size": "75 MB"}))
    call = bench.send("pull", image="app")
    bench.run()
    assert call.outcome == "no space left"
    assert bench.system.host.space.used == pytest.approx(50 * MB)
    assert len(bench.system.images) == 1


def test_when_one_layer_fails_those_above_it_are_not_registered() -> None:
    """The base is slow; the middle breaks at once; the top is there before the base."""
    layers = [("base", 500), ("middle", 40), ("top", 1)]
    given = without_cost(
        scenario(
            images=[image("app", *layers)],
            host={"disk_size": "545 MB", "disk_bandwidth": "1 TB/s"},
        )
    )
    bench = Bench(given)
    call = bench.send("pull")
    most = 0
    while bench.env.peek() < float("inf"):
        bench.env.step()
        most = max(most, len(bench.system.images._layers))
    assert call.outcome == "no space left"
    assert most <= 1
    assert bench.system.host.space.used == 0


def test_all_who_wait_for_a_layer_hear_of_its_failure() -> None:
    bench = Bench(broken(1.0))
    calls = [bench.send("pull"), bench.send("pull", at=1.0)]
    bench.run()
    assert [call.outcome for call in calls] == ["registry error"] * 2
    assert calls[0].ended == pytest.approx(calls[1].ended)
    assert len(attempts(bench, calls[0])) == 6


def test_a_run_without_its_image_ends_as_its_pull_does() -> None:
    for variant in ("diagram", "engine"):
        given = free(flow={"variant": variant}, host={"disk_size": "15 MB"})
        bench = Bench(given)
        call = bench.send("run")
        bench.run()
        assert call.outcome == "no space left"
        assert len(bench.system.table) == 0


def test_the_registrys_servers_answer_in_turn() -> None:
    layers = [(str(k), 0.001) for k in range(6)]
    bench = Bench(
        scenario(
            images=[image("app", *layers)],
            registry={"servers": 1, "rtt": "0 s"},
            daemon={"max_concurrent_downloads": 6},
            host={"cores": 16},
        )
    )
    bench.send("pull")
    bench.run()
    asked = spans(bench, "download layer")
    servers = bench.system._registry.servers.totals()
    assert servers.arrivals == 7
    assert asked["end"].max() - asked["start"].min() > 6 * 0.008
    assert servers.wait_sum > 0


def test_extraction_takes_the_cores_one_a_layer() -> None:
    """A layer is inflated by one thread: more cores do not help one pull's extraction."""
    took = {}
    for cores in (2, 16):
        given = scenario(images=[ONE_LAYER], host={"cores": cores})
        bench = Bench(given)
        bench.send("pull")
        bench.run()
        stored = spans(bench, "store layer")
        took[cores] = (stored["end"] - stored["start"]).sum()
    assert took[2] == pytest.approx(took[16])
    steps = paths.steps(given, "storage.overlay2.store_layer")
    assert steps[0].payload == "write"
