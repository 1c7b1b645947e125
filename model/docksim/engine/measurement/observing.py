"""What is noted of a block besides its samples: the engine's events, runtime calls."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pandas as pd

from docksim.engine.measurement.client import EngineClient
from docksim.engine.measurement.events import NANOSECONDS, events
from docksim.engine.measurement.points import Point
from docksim.engine.measurement.runtime_calls import runtime_calls

Tables = dict[str, pd.DataFrame]


@asynccontextmanager
async def observed(client: EngineClient, point: Point, runtime_log: Path) -> AsyncIterator[Tables]:
    """The tables that a point asks for, which are there when the block is over."""
    tables: Tables = {}
    epoch = time.time_ns()
    async with AsyncExitStack() as listening:
        happened = []
        if point.accounting:
            happened = await listening.enter_async_context(events(client, epoch))
        yield tables
    if point.accounting:
        tables["events"] = pd.DataFrame(happened)
    if point.timed_runtime:
        tables["runtime"] = runtime_calls(runtime_log, epoch / NANOSECONDS)
