"""Pulls: slots, layers in parallel, extraction in turn, and what is shared."""

from __future__ import annotations

import pytest

from docksim.des.distributions import Uniform
from tests.helpers import MB, ONE_LAYER, THREE_LAYERS, Bench, scenario, with_cost
from tests.system import paths
from tests.system.daemon.pulling import (
    SIZES,
    STREAM,
    free,
    image,
    most_at_once,
    slots_in_use,
    spans,
)


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


@pytest.mark.parametrize(("alike", "expected"), [({}, 8), ({"varies_with": "pull"}, 1)])
@pytest.mark.parametrize(
    "law",
    [{"wait": Uniform(1.0, 2.0)}, {"cpu": Uniform(1.0, 2.0)}, {"throughput": Uniform(1e6, 2e6)}],
)
def test_what_varies_with_a_pull_takes_each_of_its_layers_as_long(alike, expected, law) -> None:
    layers = [(str(number), 1) for number in range(8)]
    given = free(images=[image("layered", *layers)], host={"disk_bandwidth": "1 TB/s"})
    bench = Bench(with_cost(given, "storage.overlay2.store_layer", **law, **alike))
    bench.send("pull")
    bench.run()
    stored = spans(bench, "store layer")
    took = (stored["end"] - stored["start"]).round(6)
    assert len(took) == 8
    assert took.nunique() == expected


def test_pulls_vary_from_each_other_where_their_layers_do_not() -> None:
    given = free(images=[image(name, (name, 1)) for name in "abcdef"])
    varying = {"wait": Uniform(1.0, 2.0), "varies_with": "pull"}
    bench = Bench(with_cost(given, "storage.overlay2.store_layer", **varying))
    pulls = [bench.send("pull", image=name) for name in "abcdef"]
    bench.run()
    assert len({round(pull.latency, 6) for pull in pulls}) == 6
