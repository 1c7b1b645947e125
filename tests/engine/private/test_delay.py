"""A proxy that makes round trips longer, over loopback."""

import asyncio
import time

import pytest

from docksim.engine.private.delay import Proxy

ROUND_TRIP = 0.05


async def echo(reader, writer):
    while chunk := await reader.read(65536):
        writer.write(chunk)
        await writer.drain()
    writer.close()


def port_of(server):
    return server.sockets[0].getsockname()[1]


async def over_proxy(payload, turns=1, round_trip=ROUND_TRIP):
    """What came back, and how long each turn took (s)."""
    target = await asyncio.start_server(echo, "127.0.0.1", 0)
    proxy = Proxy(port_of(target), round_trip)
    server = await asyncio.start_server(proxy._connected, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(server))
    received, took = b"", []
    for _ in range(turns):
        began = time.perf_counter()

        async def send():
            writer.write(payload)
            await writer.drain()

        sending = asyncio.create_task(send())
        received += await reader.readexactly(len(payload))
        await sending
        took.append(time.perf_counter() - began)
    writer.close()
    server.close()
    target.close()
    return received, took


def test_a_round_trip_takes_so_much_longer_and_the_first_one_more():
    received, (first, second, third) = asyncio.run(over_proxy(b"ping", turns=3))
    assert received == 3 * b"ping"
    assert first >= 2 * ROUND_TRIP  # making the connection is a round trip of its own
    assert ROUND_TRIP <= second < first
    assert third >= ROUND_TRIP


def test_bytes_arrive_whole_and_in_order_and_are_not_held_up_one_after_the_other():
    payload = bytes(range(256)) * 40_000  # 10 MB, some 40 chunks
    received, (took,) = asyncio.run(over_proxy(payload))
    assert received == payload
    assert took < 20 * ROUND_TRIP  # a chunk a round trip would be 40


def test_without_anyone_behind_it_a_connection_ends():
    async def attempt():
        nobody = await asyncio.start_server(echo, "127.0.0.1", 0)
        port = port_of(nobody)
        nobody.close()
        await nobody.wait_closed()
        server = await asyncio.start_server(Proxy(port, 0.0)._connected, "127.0.0.1", 0)
        reader, _ = await asyncio.open_connection("127.0.0.1", port_of(server))
        return await reader.read()

    assert asyncio.run(attempt()) == b""


@pytest.mark.engine
def test_an_engine_s_registry_may_be_far_away(running_engine):
    far = running_engine.delayed_registry(ROUND_TRIP)
    near = running_engine.delayed_registry(0.0)
    assert far != near == running_engine.registry
