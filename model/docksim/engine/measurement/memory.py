"""The daemon's memory: what operations allocate, and what it takes to collect it.

dockerd is a Go program: when it has allocated as much again as is in use, its garbage collector
runs beside its requests and delays them.
"""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from math import nan
from typing import Any

from docksim.engine.measurement.client import EngineClient

COLLECTIONS = 10
"""How many are asked for in a round."""

HEAP = "/debug/pprof/heap?gc={collected}"
"""Tells of the heap, after a collection or without."""

LATER = 0.001
"""Seconds after which a collection that is asked for is under way."""


@dataclass(frozen=True)
class Memory:
    """Bytes allocated so far, and collections; NaN where the daemon does not tell."""

    allocated: float
    collections: float

    def since(self, before: Memory) -> Memory:
        """What has come since another reading."""
        return Memory(self.allocated - before.allocated, self.collections - before.collections)


async def memory(client: EngineClient) -> Memory:
    """As it is now; to ask allocates some itself."""
    answer = await client.send("GET", "/debug/vars")
    if answer.error:
        return Memory(nan, nan)
    found = json.loads(answer.body)["memstats"]
    return Memory(found["TotalAlloc"], found["NumGC"])


async def probed(client: EngineClient) -> list[dict[str, Any]]:
    """Rows as `probes.probe` has them.

    heap     the daemon tells of its heap
    collection   the same, after a collection
    ping     a request that needs nothing; by two callers, while a collection is under way
    """
    rows = []
    for _ in range(COLLECTIONS):
        for probe, path in {
            "heap": HEAP.format(collected=0),
            "collection": HEAP.format(collected=1),
            "ping": "/_ping",
        }.items():
            rows.append({"probe": probe, "callers": 1, "seconds": await _timed(client, path)})
        collecting = asyncio.create_task(_timed(client, HEAP.format(collected=1)))
        await asyncio.sleep(LATER)
        rows.append({"probe": "ping", "callers": 2, "seconds": await _timed(client, "/_ping")})
        await collecting
    return [row | {"busy": 0, "programs": 0} for row in rows]


async def _timed(client: EngineClient, path: str) -> float:
    began = time.perf_counter()
    await client.send("GET", path)
    return time.perf_counter() - began
