"""Variant `diagram`: what is simulated is, row by row, what the sequence diagrams say."""

from __future__ import annotations

import pytest

from tests.helpers import ONE_LAYER, PRESENT, THREE_LAYERS, Bench, Call, plain, scenario

Row = tuple[str, str, str, str]


def table(text: str) -> list[Row]:
    """Lines `from → to | message` (a call), `⇢` (a reply), `component ↻ | message` (work)."""
    kinds = {"→": "call", "⇢": "reply", "↻": "work"}
    rows: list[Row] = []
    for line in text.strip().splitlines():
        parties, _, message = (part.strip() for part in line.partition("|"))
        source, arrow, target = (*parties.split(), parties.split()[0])[:3]
        rows.append((kinds[arrow], source, target, message))
    return rows


PS = table("""
    user → CLI         | docker ps
    CLI → dockerd      | GET /containers/json
    dockerd → containerd | query container list
    containerd ⇢ dockerd | container information
    dockerd ⇢ CLI      | containers as JSON
    CLI ⇢ user         | formatted container list
""")

IMAGES = table("""
    user → CLI         | docker images
    CLI → dockerd      | GET /images/json
    dockerd → storage  | query local images
    storage ⇢ dockerd  | image list
    dockerd ⇢ CLI      | images as JSON
    CLI ⇢ user         | formatted image list
""")

LOGS = table("""
    user → CLI         | docker logs CONTAINER
    CLI → dockerd      | GET /containers/ID/logs
    dockerd → containerd | request container logs
    containerd → shim  | get container output
    shim → storage     | read log file
    storage ⇢ shim     | log data
    shim ⇢ containerd  | forward log stream
    containerd ⇢ dockerd | log data
    dockerd ⇢ CLI      | stream of logs
    CLI ⇢ user         | output as it arrives
""")

MANIFEST = table("""
    dockerd → registry | query image manifest
    registry ⇢ dockerd | layer descriptors
""")

PULL = [
    *table("""
        user → CLI         | docker pull IMAGE
        CLI → dockerd      | POST /images/create
    """),
    *MANIFEST,
    *table("""
        dockerd ⇢ CLI      | download complete
        CLI ⇢ user         | pull succeeded
    """),
]

LAYER = table("""
    dockerd → registry | download layer
    registry ⇢ dockerd | layer data
    dockerd → storage  | store layer
""")

IMAGE_PRESENT = table("""
    user → CLI         | docker run IMAGE CMD
    CLI → dockerd      | POST /containers/create
    dockerd → storage  | is the image present?
""")

IMAGE_ABSENT = [
    *IMAGE_PRESENT,
    *table("dockerd → registry | pull image"),
    *MANIFEST,
    *table("""
        registry ⇢ dockerd | image data
        dockerd → storage  | store layers
    """),
]

CREATION_AND_RUN = table("""
    dockerd → containerd | create container
    containerd → storage | create the read-write layer
    containerd → network | allocate network configuration
    containerd → runc  | create container process
    runc → shim        | start the container guard process
    runc ↻             | set up namespaces, configure cgroups, exec the container process
    runc ⇢ shim        | container started
    shim ⇢ containerd  | report container state
    containerd ⇢ dockerd | container running
    dockerd ⇢ CLI      | container ID
    CLI ⇢ user         | container started
""")

STOPPING = table("""
    user → CLI         | docker rm CONTAINER
    CLI → dockerd      | DELETE /containers/ID
    dockerd → containerd | stop container
    containerd → shim  | send SIGTERM
    shim ↻             | wait for the process to exit
""")

KILLED = table("shim ↻ | send SIGKILL")

CLEAN_UP = table("""
    shim ⇢ containerd  | container process exited
    containerd → storage | delete the read-write layer
    containerd → network | release network configuration
    containerd ⇢ dockerd | container deleted
    dockerd ⇢ CLI      | deletion confirmed
    CLI ⇢ user         | deleted
""")


def rows(bench: Bench, call: Call, branch: int = 0) -> list[Row]:
    hops = bench.hops(call, branch)[["kind", "source", "target", "message"]]
    return list(hops.itertuples(index=False, name=None))


@pytest.mark.parametrize(("command", "expected"), [("ps", PS), ("images", IMAGES)])
def test_a_listing_follows_its_diagram(command: str, expected: list[Row]) -> None:
    bench = Bench(plain())
    call = bench.send(command)
    bench.run()
    assert rows(bench, call) == expected


def test_logs_follow_their_diagram() -> None:
    kind = {"name": "default", "log_size": "1 MB"}
    bench = Bench(scenario(containers=[kind]))
    bench.send("run")
    call = bench.send("logs", at=5.0, on=bench.calls[0])
    bench.run()
    assert rows(bench, call) == LOGS


def test_a_pull_follows_its_diagram() -> None:
    bench = Bench(scenario(images=[THREE_LAYERS]))
    call = bench.send("pull")
    bench.run()
    assert rows(bench, call) == PULL
    for branch in (1, 2, 3):
        assert _without_work(rows(bench, call, branch)) == LAYER
    assert rows(bench, call, 4) == []


def test_the_layers_of_a_pull_come_between_the_descriptors_and_the_end() -> None:
    bench = Bench(scenario(images=[THREE_LAYERS]))
    call = bench.send("pull")
    bench.run()
    trunk, everything = bench.hops(call), bench.hops(call, branch=None)
    layers = everything[everything["branch"] > 0]
    descriptors = trunk[trunk["message"] == "layer descriptors"]["end"].item()
    complete = trunk[trunk["message"] == "download complete"]["start"].item()
    assert layers["start"].min() >= descriptors
    assert layers["end"].max() <= complete


def test_layers_are_downloaded_in_parallel() -> None:
    bench = Bench(scenario(images=[THREE_LAYERS]))
    call = bench.send("pull")
    bench.run()
    everything = bench.hops(call, branch=None)
    data = everything[everything["message"] == "layer data"]
    assert len(data) == 3
    assert data["start"].max() < data["end"].min()


def test_a_pull_fetches_no_layer_that_is_there() -> None:
    base = THREE_LAYERS | {
        "name": "base",
        "layers": THREE_LAYERS["layers"][:2],
        "present": True,
    }
    bench = Bench(scenario(images=[base, THREE_LAYERS]))
    call = bench.send("pull", image="app")
    bench.run()
    assert rows(bench, call) == PULL
    assert [rows(bench, call, branch) for branch in (1, 2)] == [[], []]
    assert _without_work(rows(bench, call, 3)) == LAYER


def test_a_run_whose_image_is_present_follows_its_diagram() -> None:
    bench = Bench(scenario(images=[PRESENT]))
    call = bench.send("run")
    bench.run()
    assert rows(bench, call) == IMAGE_PRESENT + CREATION_AND_RUN


def test_a_run_whose_image_is_absent_pulls_it_first() -> None:
    bench = Bench(scenario(images=[ONE_LAYER]))
    call = bench.send("run")
    bench.run()
    assert rows(bench, call) == IMAGE_ABSENT + CREATION_AND_RUN
    assert _without_work(rows(bench, call, 1)) == LAYER


@pytest.mark.parametrize("exit_time", ["0 s", "300 ms"])
def test_a_container_that_honours_sigterm_is_removed_without_sigkill(exit_time: str) -> None:
    bench = Bench(scenario(containers=[{"name": "default", "exit_time": exit_time}]))
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0])
    bench.run()
    assert rows(bench, call) == STOPPING + CLEAN_UP


def test_a_container_that_ignores_sigterm_is_killed() -> None:
    bench = Bench(scenario(containers=[{"name": "default", "ignores_sigterm": 1.0}]))
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0])
    bench.run()
    assert rows(bench, call) == STOPPING + KILLED + CLEAN_UP


def test_a_removed_container_leaves_the_list_when_the_command_ends() -> None:
    bench = Bench(scenario())
    bench.send("run")
    call = bench.send("rm", at=5.0, on=bench.calls[0])
    confirmed = None
    while bench.env.peek() < float("inf"):
        bench.env.step()
        if confirmed is None and not len(bench.system.table) and bench.env.now > 5.0:
            confirmed = bench.env.now
    trunk = bench.hops(call)
    assert confirmed is not None
    assert confirmed >= trunk[trunk["message"] == "container deleted"]["end"].item()
    assert confirmed <= call.ended


@pytest.mark.parametrize("command", ["ps", "images", "pull", "run", "logs", "rm"])
def test_a_message_begins_when_the_one_before_has_ended(command: str) -> None:
    bench = Bench(scenario(images=[PRESENT, THREE_LAYERS | {"name": "absent"}]))
    made = bench.send("run", image="app")
    on = made if command in ("logs", "rm") else None
    image = "absent" if command in ("pull", "run") else None
    call = bench.send(command, at=5.0, on=on, image=image)
    bench.run()
    trunk = bench.hops(call)
    if command in ("pull", "run"):
        joint = trunk.index[trunk["message"].isin(["download complete", "image data"])]
        halves = [trunk.loc[: joint[0] - 1], trunk.loc[joint[0] :]]
    else:
        halves = [trunk]
    assert trunk["start"].iloc[0] == pytest.approx(call.began)
    assert trunk["end"].iloc[-1] == pytest.approx(call.ended)
    for half in halves:
        assert list(half["start"])[1:] == pytest.approx(list(half["end"])[:-1])


def _without_work(sequence: list[Row]) -> list[Row]:
    """dockerd's own work between the messages is no row of the diagrams."""
    return [row for row in sequence if row[0] != "work"]
