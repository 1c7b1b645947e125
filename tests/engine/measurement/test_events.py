"""The engine's events are all there, or it is told that they are not."""

import asyncio
import json

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement.events import events
from tests.engine.measurement.fake import OK, chunk, served, until, whole

HEAD = OK + b"Transfer-Encoding: chunked\r\n\r\n"
START = {
    "timeNano": 3_500_000_000,
    "Type": "container",
    "Action": "start",
    "Actor": {"ID": "c1", "Attributes": {}},
}
LINE = chunk(json.dumps(START).encode() + b"\n")


def test_events_are_heard_until_the_block_is_over(on_loop):
    async def scenario():
        async with served([HEAD, LINE, 5.0]) as (engine, client):
            async with events(client, 1_000_000_000) as rows:
                await until(lambda: rows)
            assert rows == [{"at": 2.5, "kind": "container", "action": "start", "id": "c1"}]
            await until(lambda: engine.open == 0)

    on_loop(scenario())


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ([HEAD, LINE, b"0\r\n\r\n"], "its answer ended"),
        ([HEAD, LINE, None], "the engine closed the connection"),
        (whole(b"no way", b"500 Oh"), "no way"),
    ],
    ids=["ends", "breaks off", "refused"],
)
def test_events_that_end_before_the_block_are_told(on_loop, answer, words):
    async def scenario():
        async with served(answer) as (_, client), events(client, 0):
            await asyncio.sleep(0.05)

    with pytest.raises(EngineError, match=f"stopped telling its events: {words}"):
        on_loop(scenario())


def test_an_error_of_the_block_is_not_hidden_by_that_of_the_events(on_loop):
    async def scenario():
        async with served(whole(b"not json\n")) as (_, client), events(client, 0):
            await asyncio.sleep(0.05)
            raise EngineError("the block's own")

    with pytest.raises(EngineError, match="the block's own"):
        on_loop(scenario())
