"""Variant `engine`: what a real engine does otherwise than the sequence diagrams say."""

from __future__ import annotations

import pytest

from tests.helpers import ONE_LAYER, THREE_LAYERS, Bench, plain, scenario

ENGINE = {"variant": "engine"}


def parties(bench: Bench, number: int = 0) -> set[str]:
    hops = bench.hops(bench.calls[number], branch=None)
    return {*hops["source"], *hops["target"]}


def messages(bench: Bench, number: int = 0, branch: int | None = 0) -> list[str]:
    return list(bench.hops(bench.calls[number], branch)["message"])


def in_this_order(sequence: list[str], *expected: str) -> bool:
    """Whether the expected messages occur in the sequence, one after the other."""
    rest = iter(sequence)
    return all(message in rest for message in expected)


def test_ps_asks_nobody_but_dockerd() -> None:
    bench = Bench(plain("engine"))
    call = bench.send("ps")
    bench.run()
    assert bench.arrows(call) == [
        ("user", "CLI", "docker ps"),
        ("CLI", "dockerd", "GET /containers/json"),
        ("dockerd", "CLI", "containers as JSON"),
        ("CLI", "user", "formatted container list"),
    ]


def test_images_follow_the_diagram() -> None:
    sequences = []
    for variant in ("diagram", "engine"):
        bench = Bench(plain(variant))
        bench.send("images")
        bench.run()
        sequences.append(bench.arrows(bench.calls[0]))
    assert sequences[0] == sequences[1]


def test_logs_are_read_by_dockerd() -> None:
    bench = Bench(plain("engine"))
    bench.send("run")
    call = bench.send("logs", at=5.0, on=bench.calls[0])
    bench.run()
    assert bench.arrows(call) == [
        ("user", "CLI", "docker logs CONTAINER"),
        ("CLI", "dockerd", "GET /containers/ID/logs"),
        ("dockerd", "storage", "read log file"),
        ("storage", "dockerd", "log data"),
        ("dockerd", "CLI", "stream of logs"),
        ("CLI", "user", "output as it arrives"),
    ]


def test_a_run_is_a_create_and_a_start() -> None:
    bench = Bench(plain("engine"))
    call = bench.send("run")
    bench.run()
    assert in_this_order(
        messages(bench),
        "docker run IMAGE CMD",
        "POST /containers/create",
        "is the image present?",
        "create the read-write layer",
        "container ID",
        "POST /containers/ID/start",
        "mount the root file system",
        "allocate network configuration",
        "create container",
        "create task",
        "start the container guard process",
        "create container process",
        "set up namespaces, configure cgroups",
        "start task",
        "exec the container process",
        "container started",
        "container running",
    )
    assert bench.arrows(call)[-1] == ("CLI", "user", "container started")


def test_dockerd_itself_asks_storage_and_network() -> None:
    bench = Bench(plain("engine"))
    bench.send("run")
    bench.send("rm", at=5.0, on=bench.calls[0], force=True)
    bench.run()
    for number in (0, 1):
        hops = bench.hops(bench.calls[number], branch=None)
        asked = hops[(hops["kind"] == "call") & hops["target"].isin(["storage", "network"])]
        assert {"storage", "network"} == set(asked["target"])
        assert set(asked["source"]) == {"dockerd"}


def test_the_runtime_is_run_by_the_shim() -> None:
    bench = Bench(plain("engine"))
    call = bench.send("run")
    bench.run()
    hops = bench.hops(call)
    assert set(hops[(hops["kind"] == "call") & (hops["target"] == "runc")]["source"]) == {"shim"}


def test_a_run_whose_image_is_absent_pulls_on_404_and_creates_again() -> None:
    bench = Bench(scenario(flow=ENGINE, images=[ONE_LAYER]))
    call = bench.send("run")
    bench.run()
    assert call.outcome == "ok"
    assert in_this_order(
        messages(bench),
        "POST /containers/create",
        "is the image present?",
        "error: image not found",
        "POST /images/create",
        "query image manifest",
        "layer descriptors",
        "download image config",
        "download complete",
        "POST /containers/create",
        "is the image present?",
        "container ID",
        "POST /containers/ID/start",
    )
    assert messages(bench).count("POST /containers/create") == 2
    assert messages(bench, branch=1) == [
        "download layer",
        "layer data",
        "commit download",
        "store layer",
    ]


def test_the_configuration_is_fetched_besides_the_layers() -> None:
    bench = Bench(scenario(flow=ENGINE, images=[THREE_LAYERS]))
    call = bench.send("pull")
    bench.run()
    everything = bench.hops(call, branch=None)
    configuration = everything[everything["message"] == "download image config"]
    first = everything[everything["branch"] > 0]["start"].min()
    assert len(configuration) == 1
    assert configuration["start"].item() == pytest.approx(first)


def test_rm_of_a_running_container_is_refused() -> None:
    bench = Bench(plain("engine"))
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0])
    bench.run()
    assert call.outcome == "conflict"
    assert messages(bench, 1) == [
        "docker rm CONTAINER",
        "DELETE /containers/ID",
        "error: conflict",
        "error message",
    ]
    assert call.container.running


def test_rm_by_force_sends_no_sigterm() -> None:
    kind = {"name": "default", "exit_time": "3 s"}
    bench = Bench(scenario(flow=ENGINE, containers=[kind]))
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0], force=True)
    bench.run()
    sent = messages(bench, 1)
    assert in_this_order(sent, "kill task", "send SIGKILL", "send signal", "deletion confirmed")
    assert "send SIGTERM" not in sent
    assert call.latency < 1.0


@pytest.mark.parametrize("obstinate", [False, True])
def test_the_graceful_way_is_stop_and_then_rm(obstinate: bool) -> None:
    kind = {"name": "default", "ignores_sigterm": 1.0 if obstinate else 0.0}
    bench = Bench(scenario(flow=ENGINE, containers=[kind]))
    made = bench.send("run")
    stop = bench.send("stop", at=5.0, on=made)
    remove = bench.send("rm", at=50.0, on=made)
    bench.run()
    assert stop.outcome == remove.outcome == "ok"
    signals = ["send SIGTERM", "send SIGKILL"] if obstinate else ["send SIGTERM"]
    assert [text for text in messages(bench, 1) if text.startswith("send SIG")] == signals
    assert not [text for text in messages(bench, 2) if text.startswith("send SIG")]
    assert "delete the read-write layer" in messages(bench, 2)
    assert "delete the read-write layer" not in messages(bench, 1)


def test_an_exit_is_handled_in_the_background_on_the_account_of_who_caused_it() -> None:
    bench = Bench(plain("engine"))
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0], force=True)
    bench.run()
    background = messages(bench, 1, branch=999)
    assert in_this_order(
        background,
        "container process exited",
        "exit event",
        "delete task",
        "delete container",
        "release network configuration",
        "unmount the root file system",
        "checkpoint",
    )
    assert bench.hops(call, 999)["end"].max() <= call.ended


def test_a_signal_costs_a_checkpoint_and_a_run_of_the_runtime() -> None:
    bench = Bench(plain("engine"))
    bench.send("run")
    bench.send("kill", at=5.0, on=bench.calls[0], signal="TERM")
    bench.run()
    assert in_this_order(messages(bench, 1), "checkpoint", "send SIGTERM", "send signal")
    assert "runc" in parties(bench, 1)
