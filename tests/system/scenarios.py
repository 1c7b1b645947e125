"""Small random scenarios: every command, every driver, all that can go wrong."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

COMMANDS = 80
"""How many commands a random scenario issues at most."""

LAYERS = {f"layer {i}": f"{size} MB" for i, size in enumerate((12, 7, 3, 1, 0.5))}
TARGETS = st.sampled_from(["random", "oldest", "newest"])
STATES = st.sampled_from(["running", "stopped", "any"])


def _image(name: str) -> st.SearchStrategy[dict[str, Any]]:
    digests = st.lists(st.sampled_from(sorted(LAYERS)), min_size=1, max_size=4, unique=True)
    return st.fixed_dictionaries(
        {
            "name": st.just(name),
            "layers": digests.map(
                lambda chosen: [
                    {"digest": digest, "compressed": LAYERS[digest]} for digest in chosen
                ]
            ),
            "present": st.booleans(),
            "published": st.sampled_from([True, True, True, False]),
        }
    )


def _kind(name: str, ports: bool, occupies: bool) -> st.SearchStrategy[dict[str, Any]]:
    lifetime = st.sampled_from(["50 ms", "2 s", "30 s"])
    burning = {"cpu": st.sampled_from([0.0, 0.3, 1.5])} if occupies else {}
    logging = {"log_rate": st.sampled_from(["0 B/s", "1 kB/s", "2 MB/s"])} if occupies else {}
    published = {"ports": st.integers(0, 2)} if ports else {}
    return st.fixed_dictionaries(
        {
            "name": st.just(name),
            "memory": st.sampled_from(["0 B", "20 MB", "60 MB"]),
            "ignores_sigterm": st.sampled_from([0.0, 0.5, 1.0]),
            "exit_time": st.sampled_from(["0 s", "200 ms", "5 s"]),
            "unkillable": st.sampled_from([0.0, 0.0, 0.2]),
            "log_size": st.sampled_from(["0 B", "200 kB"]),
            "volumes": st.integers(0, 2),
            **burning,
            **logging,
            **published,
        },
        optional={
            "lifetime": lifetime,
            "stop_timeout": st.sampled_from(["0 s", "1 s"]),
            "network": st.sampled_from(["host", "bridge"]) if not ports else st.nothing(),
        },
    )


def _creating(command: str, extras: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {
            "command": st.just(command),
            "container": st.sampled_from(["default", "other"]),
            **extras,
        },
        optional={"zipf": st.just(1.0), "image": st.nothing()},
    )


def _targeted(
    command: str, targets: st.SearchStrategy[str], extras: dict[str, Any]
) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {"command": st.just(command), "target": targets, **extras},
    )


def actions(targets: st.SearchStrategy[str] = TARGETS) -> st.SearchStrategy[dict[str, Any]]:
    """Any command; a target only where `targets` offers one."""
    flag = st.booleans()
    return st.one_of(
        _creating("run", {"attach": flag, "remove": flag}),
        _creating("run", {}),
        _creating("create", {}),
        st.fixed_dictionaries({"command": st.sampled_from(["images", "system df"])}),
        st.fixed_dictionaries({"command": st.just("ps"), "all": flag}),
        st.fixed_dictionaries({"command": st.just("events"), "duration": st.just("3 s")}),
        st.fixed_dictionaries({"command": st.just("pull")}),
        st.fixed_dictionaries({"command": st.just("rmi"), "force": flag}),
        _targeted("start", targets, {}),
        _targeted("stop", targets, {}),
        _targeted("kill", targets, {"signal": st.sampled_from(["KILL", "TERM"])}),
        _targeted("rm", targets, {"force": flag, "state": STATES}),
        _targeted("inspect", targets, {}),
        _targeted("logs", targets, {"state": STATES, "tail": st.integers(0, 100)}),
        _targeted("logs", targets, {"since": st.just("2 s")}),
        _targeted("logs", targets, {"follow": st.just(True), "duration": st.just("2 s")}),
        _targeted("logs", targets, {"follow": st.just(True)}),
    )


MIX = st.lists(actions(), min_size=1, max_size=6)
CYCLE = st.lists(actions(TARGETS | st.just("own")), min_size=1, max_size=5).map(
    lambda cycle: [{"command": "run"}, *cycle]
)
PATIENCE = {"timeout": st.sampled_from(["60 ms", "300 ms", "3 s", "20 s"])}


def _workloads() -> st.SearchStrategy[list[dict[str, Any]]]:
    """A closed one, so that containers come into being, and perhaps others besides."""
    closed = st.fixed_dictionaries(
        {
            "kind": st.just("closed"),
            "clients": st.integers(1, 5),
            "think": st.sampled_from(["0 s", "100 ms", "2 s"]),
            "cycle": CYCLE,
        },
        optional=PATIENCE,
    )
    batch = st.fixed_dictionaries(
        {"kind": st.just("batch"), "count": st.integers(1, 20), "mix": MIX},
        optional={**PATIENCE, "start": st.sampled_from(["0 s", "1 s"])},
    )
    open_ = st.fixed_dictionaries(
        {"kind": st.just("open"), "rate": st.sampled_from(["2 /s", "20 /s"]), "mix": MIX},
        optional=PATIENCE,
    )
    return st.tuples(closed, st.lists(batch, max_size=1), st.lists(open_, max_size=1)).map(
        lambda parts: [parts[0], *parts[1], *parts[2]]
    )


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    """Sections of a scenario: a host that is short of everything, under a load of all commands."""
    network = draw(st.sampled_from(["none", "host", "bridge", "overlay"]))
    ports = network in ("bridge", "overlay")
    scheduler = draw(st.sampled_from(["fair", "fair", "fair", "fifo"]))
    kinds = [draw(_kind(name, ports, scheduler == "fair")) for name in ("default", "other")]
    images = [draw(_image(f"image {i}")) for i in range(draw(st.integers(1, 4)))]
    images[0]["present"] = True
    kinds[0] |= {"running": draw(st.integers(0, 2)), "stopped": draw(st.integers(0, 2))}
    return {
        "flow": {"variant": draw(st.sampled_from(["diagram", "engine"]))},
        "host": {
            "cores": draw(st.integers(1, 4)),
            "memory": draw(st.sampled_from(["130 MB", "4 GB"])),
            "disk_size": draw(st.sampled_from(["330 MB", "100 GB"])),
            "scheduler": scheduler,
        },
        "daemon": {
            "image_store": draw(st.sampled_from(["graphdriver", "containerd"])),
            "max_concurrent_downloads": draw(st.integers(0, 3)),
            "stop_timeout": draw(st.sampled_from(["0 s", "1 s", "10 s"])),
            "retries": draw(st.integers(0, 2)),
            "retry_backoff": "200 ms",
        },
        "registry": {
            "error_share": draw(st.sampled_from([0.0, 0.3])),
            "reset_share": draw(st.sampled_from([0.0, 0.3])),
            "resumable": draw(st.booleans()),
            "rate_limit": draw(st.sampled_from([0, 0, 3])),
            "rate_window": "20 s",
            "servers": draw(st.sampled_from([1, 64])),
        },
        "storage": {
            "driver": draw(st.sampled_from(["overlay2", "aufs", "btrfs", "devicemapper", "vfs"]))
        },
        "network": {"driver": network, "networks": draw(st.integers(1, 2))},
        "runtime": {"name": draw(st.sampled_from(["runc", "crun"]))},
        "images": images,
        "containers": kinds,
        "workload": draw(_workloads()),
        "run": {"commands": COMMANDS, "seed": draw(st.integers(0, 99))},
    }
