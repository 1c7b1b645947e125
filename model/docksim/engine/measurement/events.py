"""The engine's own events, as they come, with its nanosecond stamps."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from docksim.engine.errors import EngineError
from docksim.engine.measurement.client import EngineClient

NANOSECONDS = 1e9
LAST = 0.1
"""Seconds that the last events may take to arrive."""


@asynccontextmanager
async def events(client: EngineClient, began: int) -> AsyncIterator[list[dict[str, Any]]]:
    """A list that fills with the events from now on: at (s since `began`, which is ns since the
    epoch), kind ("container", "network", ...), action, id.

    Raises EngineError when the engine stops telling them meanwhile.
    """
    rows: list[dict[str, Any]] = []

    def hear(line: bytes) -> None:
        event = json.loads(line)
        rows.append(
            {
                "at": (event["timeNano"] - began) / NANOSECONDS,
                "kind": event["Type"],
                "action": event["Action"].partition(":")[0],
                "id": event["Actor"]["Attributes"].get("container", event["Actor"]["ID"]),
            }
        )

    listening = asyncio.create_task(client.listen("/events", hear))
    try:
        yield rows
        await asyncio.sleep(LAST)
        if listening.done():
            why = listening.result().error or "its answer ended"
            raise EngineError(f"the engine stopped telling its events: {why}")
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
