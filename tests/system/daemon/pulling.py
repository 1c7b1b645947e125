"""What the tests of pulls share."""

from __future__ import annotations

from typing import Any

import pandas as pd

from docksim.scenario.scenario import Scenario
from tests.helpers import MB, THREE_LAYERS, Bench, scenario, without_cost

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
