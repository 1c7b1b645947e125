"""Pulls that break, find no space or no image: retries, and what is left of them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from docksim.scenario.scenario import Scenario
from tests.helpers import MB, ONE_LAYER, THREE_LAYERS, Bench, Call, scenario, without_cost
from tests.system.daemon.pulling import (
    STREAM,
    free,
    image,
    most_at_once,
    slots_in_use,
    spans,
)


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
