"""A measured operating point as a scenario: the same load, the same cycle, the same counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import tomli_w

from docksim.engine.measurement.conditions import LOOKING, MAKING
from docksim.engine.measurement.conventions import DELAY, LOG_LINE, MIXED
from docksim.scenario.load import loads
from docksim.scenario.profiles import read_profile
from docksim.scenario.quantities import SECONDS
from docksim.scenario.scenario import Scenario

COMMANDS: dict[str, dict[str, Any]] = {
    "create": {"command": "create"},
    "start": {"command": "start", "target": "own"},
    "run": {"command": "run"},
    "stop": {"command": "stop", "target": "own"},
    "kill": {"command": "kill", "target": "own"},
    "rm": {"command": "rm", "target": "own"},
    "rm --force": {"command": "rm", "target": "own", "force": True},
    "ps": {"command": "ps", "all": True},
    "images": {"command": "images"},
    "inspect": {"command": "inspect", "target": "own"},
    "logs": {"command": "logs", "target": "own"},
    "logs --tail 10": {"command": "logs", "target": "own", "tail": 10},
    "pull": {"command": "pull"},
    "rmi": {"command": "rmi"},
}

MAIN = "clients"
"""The workload that is compared with what was measured, where there is another beside it."""

LONGER = 2.0
"""How much longer than measured a load with another beside it is simulated; what is too much is
not compared."""

PULLING = {"pull", "rmi"}
"""Operations on an image."""

IMAGE = "image-0"
"""The one that is there, where none is pulled."""

UNSHAPED = 1e11
"""Bytes a second that a link between two namespaces carries at the least: none are waited for."""

REGISTRY = {"bandwidth": f"{UNSHAPED} B/s", "stream_rate": f"{UNSHAPED} B/s"}

APPLICATIONS: dict[str, dict[str, Any]] = {
    "ignores": {"ignores_sigterm": 1.0},
    "honours": {"ignores_sigterm": 0.0},
    "delays": {"ignores_sigterm": 0.0, "exit_time": f"{DELAY} s"},
}
"""What a container does on SIGTERM; its kind is named for it."""

COMPANION = "companion"
"""The kind of the containers that are made beside a load."""


def is_covered(block: Mapping[str, Any]) -> bool:
    """Whether there is a scenario of this block's load."""
    return (
        not block["accounting"]
        and not block["brisk"]
        and not block["timed_runtime"]
        and set(block["operations"]) <= set(COMMANDS)
        and (block["behaviour"] != "mixed" or _takes_turns(block))
        and not (block["beside"] and block["load"] != "closed")
    )


def _takes_turns(block: Mapping[str, Any]) -> bool:
    """Whether cycles of a mixed behaviour come in an order that a scenario can state."""
    return block["load"] != "open" and "pull" not in block["operations"]


@dataclass(frozen=True)
class Layers:
    """An image's layers: compressed and unpacked bytes of each, base first, of which so many are
    shared with the other clients' images."""

    sizes: tuple[tuple[float, float], ...] = ((2e6, 4e6),)
    shared: int = 0


REQUESTS = {
    "create": "containers_create", "start": "containers_start", "run": "containers_create",
    "stop": "containers_stop", "kill": "containers_stop", "rm": "containers_delete",
    "rm --force": "containers_delete", "ps": "containers_json", "images": "images_json",
    "inspect": "containers_inspect", "logs": "containers_logs",
    "logs --tail 10": "containers_logs", "pull": "images_create", "rmi": "images_delete",
}  # fmt: skip
"""What the daemon receives, by operation."""


GENERATOR = "load generator"
"""Its group of the scheduler's, and the lock of its only thread."""


@dataclass(frozen=True)
class Clients:
    """The load generator's own part of a request.

    cpu        core-seconds before its answer is there, by operation
    per_byte, per_item   the same for each byte of a log, while it comes, and each container listed
    beside     core-seconds besides, which no latency has a part of, by operation
    think      s from an answer to the next request
    """

    cpu: Mapping[str, float]
    beside: Mapping[str, float] = field(default_factory=dict)
    think: float = 0.0
    per_byte: float = 0.0
    per_item: float = 0.0


def scenario_of(
    block: Mapping[str, Any], profile: Path, clients: Clients, layers: Layers | None = None
) -> Scenario:
    """The scenario of a block with such clients.

    The machine is as fast as the reference work beside the block says. Of batches, it is one. Open
    loads come at random, or at the block's `arrivals` (s) where it has them.
    Where images are pulled, each client has one of its own with these layers.
    Raises ScenarioError when the profile is not valid.
    """
    operations = block["operations"]
    cycles = block["clients"] if block["load"] == "batch" else block["cycles"] + block["warm_up"]
    document: dict[str, Any] = {
        "name": block["point"],
        "flow": {"variant": "engine"},
        "profile": {
            "base": str(profile.absolute()),
            "operations": _own_steps(clients, block["operations"], profile),
        },
        "host": _host(block, profile),
        "daemon": {
            "stop_timeout": f"{block['stop_timeout']} s",
            "max_concurrent_downloads": block["slots"],
        },
        "registry": REGISTRY | {"rtt": f"{block['rtt']} s"},
        "network": {"driver": block["network"]},
        "images": _images(block, layers or Layers()),
        "containers": [
            _subject(block),
            {"name": "standing", "stopped": int(block["containers"])},
            {"name": "idle", "running": int(block.get("running", 0))},
            *({"name": kind} | application for kind, application in APPLICATIONS.items()),
            {"name": COMPANION} | APPLICATIONS["ignores"] | _network(block["beside"]),
        ],
        "workload": _workloads(block, clients.think),
        "run": {"commands": cycles * len(operations)}
        if not block["beside"]
        else {"duration": f"{LONGER * block['elapsed']} s"},
    }
    return loads(tomli_w.dumps(document))


def _own_steps(clients: Clients, operations: list[str], profile: Path) -> dict[str, Any]:
    """In the place of the CLI's steps, and before those of each request.

    The load generator is one thread in a session of its own: it is busy with one request at a time.
    Lists replace what the profile has; tables would be laid over it.
    """
    source = {"source": "the load generator's own", "group": GENERATOR, "brief": True}
    reading = {"throughput": f"{1.0 / clients.per_byte} B/s"} if clients.per_byte else {}
    _, document = read_profile(str(profile.absolute()), Path())
    received = document["profile"]["operations"]["dockerd"]
    requests: dict[str, list[str]] = {}
    for operation in operations:
        requests.setdefault(REQUESTS[operation], []).append(operation)
    return {
        "cli": {
            "start": [],
            "format": [{"cpu_per_item": f"{clients.per_item} s"} | source],
            "output": [reading | source],
        },
        "dockerd": {
            name: [
                {"cpu": _mean(clients.beside, own), "background": True} | source,
                {"cpu": _mean(clients.cpu, own), "lock": GENERATOR} | source,
                *received[name],
            ]
            for name, own in requests.items()
        },
    }


def _mean(taken: Mapping[str, float], operations: list[str]) -> str:
    """Core-seconds of one of them, as a quantity."""
    return f"{sum(taken.get(each, 0.0) for each in operations) / len(operations)} s"


def _images(block: Mapping[str, Any], layers: Layers) -> list[dict[str, Any]]:
    others = [
        {"name": f"other-{number}", "present": True, "layers": [{"compressed": "100 kB"}]}
        for number in range(int(block["images"]))
    ]
    return _pulled(block, layers) + others


def _pulled(block: Mapping[str, Any], layers: Layers) -> list[dict[str, Any]]:
    pulls = "pull" in block["operations"]
    return [
        {
            "name": f"image-{client}",
            "present": not pulls,
            "layers": [
                {
                    "digest": f"{'shared' if i < layers.shared else client} {i}",
                    "compressed": f"{compressed} B",
                    "uncompressed": f"{unpacked} B",
                }
                for i, (compressed, unpacked) in enumerate(layers.sizes)
            ],
        }
        for client in range(block["clients"] if pulls else 1)
    ]


def _network(beside: Mapping[str, Any] | None) -> dict[str, Any]:
    """Of the containers that are made beside a load."""
    return {"network": beside["network"]} if beside else {}


def _workloads(block: Mapping[str, Any], think: float) -> list[dict[str, Any]]:
    """One workload and what goes on beside it; one for each client that pulls, and for each
    behaviour of a batch."""
    operations = block["operations"]
    kinds = MIXED if block["behaviour"] == "mixed" else (block["behaviour"],)
    if "pull" in operations:
        return [
            _load({**block, "clients": 1}, think)
            | {"name": image["name"], "cycle": _cycle(operations, kinds[0], image["name"])}
            for image in _pulled(block, Layers())
        ]
    if block["load"] == "batch":
        return [
            _load({**block, "clients": len(range(first, block["clients"], len(kinds)))}, think)
            | {"name": kind, "cycle": _cycle(operations, kind)}
            for first, kind in enumerate(kinds[: block["clients"]])
        ]
    cycles = [action for kind in kinds for action in _cycle(operations, kind)]
    main = _load(block, think) | {"name": MAIN, "cycle": cycles}
    if beside := block["beside"]:
        other = {"kind": "closed", "name": "beside", "clients": beside["clients"]}
        return [main, other | {"cycle": _cycle(beside["operations"], COMPANION)}]
    return [main]


def _load(block: Mapping[str, Any], think: float) -> dict[str, Any]:
    match block["load"]:
        case "closed":
            return {"kind": "closed", "clients": block["clients"], "think": f"{think} s"}
        case "open" if "arrivals" in block:
            times = [f"{instant} s" for instant in block["arrivals"]]
            return {"kind": "open", "arrivals": "listed", "times": times}
        case "open":
            return {"kind": "open", "rate": f"{block['rate']} /s"}
        case _:
            return {"kind": "batch", "count": block["clients"]}


def _cycle(operations: list[str], kind: str, image: str = IMAGE) -> list[dict[str, Any]]:
    """The actions, with containers of a kind; a cycle that makes none looks at one that stands
    there."""
    makes = bool(MAKING & set(operations))
    actions = [dict(COMMANDS[operation]) for operation in operations]
    for action, operation in zip(actions, operations, strict=True):
        if operation in MAKING | PULLING:
            action["image"] = image
        if operation in MAKING:
            action["container"] = kind
        if "target" in action and not makes:
            action["target"] = "oldest"
    return actions


def _subject(block: Mapping[str, Any]) -> dict[str, Any]:
    """The container that is looked at, where the cycle makes none; the oldest there is."""
    looks = LOOKING & set(block["operations"]) and not MAKING & set(block["operations"])
    return {
        "name": "subject",
        "running": 1 if looks else 0,
        "log_size": f"{block['log_size']} B",
        "log_line": f"{LOG_LINE} B",
    }


def _host(block: Mapping[str, Any], profile: Path) -> dict[str, Any]:
    _, document = read_profile(str(profile.absolute()), Path())
    host = document["host"]
    relative = SECONDS.parse(host["reference"]) / block["reference"]
    speed = float(relative) ** host.get("reference_elasticity", 1.0)
    return {"cpu_speed": speed, "link": f"{block['link_rate'] or UNSHAPED} B/s"}
