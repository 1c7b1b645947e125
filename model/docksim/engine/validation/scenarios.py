"""A measured operating point as a scenario: the same clients, the same cycle, the same counts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tomli_w

from docksim.scenario.load import loads
from docksim.scenario.scenario import Scenario

COMMANDS = {
    "create": {"command": "create"},
    "start": {"command": "start", "target": "own"},
    "stop": {"command": "stop", "target": "own"},
    "kill": {"command": "kill", "target": "own"},
    "rm": {"command": "rm", "target": "own"},
    "rm --force": {"command": "rm", "target": "own", "force": True},
    "ps": {"command": "ps", "all": True},
    "images": {"command": "images"},
    "inspect": {"command": "inspect", "target": "own"},
}

IGNORING = {"ignores": 1.0, "honours": 0.0, "delays": 0.0, "mixed": 1 / 3}


def is_covered(block: Mapping[str, Any]) -> bool:
    """Whether there is a scenario of this block's load."""
    needs_container = {"inspect"} & set(block["operations"]) and "create" not in block["operations"]
    return (
        block["load"] == "closed"
        and not block["accounting"]
        and set(block["operations"]) <= set(COMMANDS)
        and not needs_container
        and block["behaviour"] in ("ignores", "honours")
    )


def scenario_of(block: Mapping[str, Any], profile: Path, client_cpu: float) -> Scenario:
    """The scenario of a block, whose clients take `client_cpu` core-seconds a request.

    Raises ScenarioError when the profile is not valid.
    """
    operations = block["operations"]
    cycles = block["cycles"] + block["warm_up"]
    document: dict[str, Any] = {
        "name": block["point"],
        "flow": {"variant": "engine"},
        "profile": {
            "base": str(profile.absolute()),
            "operations": {
                "cli": {
                    "start": {"cpu": f"{client_cpu} s", "source": "the load generator's own"},
                    "format": {"source": "in the former"},
                }
            },
        },
        "daemon": {"stop_timeout": f"{block['stop_timeout']} s"},
        "network": {"driver": block["network"]},
        "images": [{"name": "small", "layers": [{"compressed": "2 MB"}], "present": True}],
        "containers": [
            {"name": "standing", "stopped": block["containers"]},
            {"name": "app", "ignores_sigterm": IGNORING[block["behaviour"]]},
        ],
        "workload": [
            {
                "kind": "closed",
                "name": "clients",
                "clients": block["clients"],
                "cycle": [COMMANDS[operation] for operation in operations],
            }
        ],
        "run": {"commands": cycles * len(operations)},
    }
    for action in document["workload"][0]["cycle"]:
        if action["command"] == "create":
            action["container"] = "app"
    return loads(tomli_w.dumps(document))
