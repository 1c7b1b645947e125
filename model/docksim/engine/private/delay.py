"""A proxy that makes a connection's round trips longer, and nothing else.

    python -m docksim.engine.private.delay PORT TARGET_PORT SECONDS

What comes from either side is passed on half a round trip later. That a connection takes a round
trip of its own to be made is added to the first thing that the caller sends.
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

CHUNK = 256 * 1024
UNDER_WAY = 4096
"""Chunks that may be on their way at once: the delay must not become a limit on throughput."""


class Proxy:
    """Listens on one port, passes on to another."""

    def __init__(self, target: int, round_trip: float) -> None:
        self._target = target
        self._round_trip = round_trip

    async def serve(self, port: int) -> None:
        """Until it is ended."""
        server = await asyncio.start_server(self._connected, "0.0.0.0", port)
        async with server:
            await server.serve_forever()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            beyond, onward = await asyncio.open_connection("127.0.0.1", self._target)
        except OSError:
            writer.close()
            return
        made = self._round_trip
        await asyncio.gather(self._pass_on(reader, onward, made), self._pass_on(beyond, writer, 0))

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, once: float
    ) -> None:
        """One direction; its first chunk takes `once` longer (s)."""
        now = asyncio.get_running_loop().time
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(UNDER_WAY)
        earliest = now() + once

        async def deliver() -> None:
            with suppress(ConnectionError):
                while True:
                    due, chunk = await under_way.get()
                    await asyncio.sleep(max(0.0, due - now()))
                    if not chunk:
                        break
                    writer.write(chunk)
                    await writer.drain()
            writer.close()

        delivery = asyncio.create_task(deliver())
        chunk = b"-"
        while chunk:
            try:
                chunk = await reader.read(CHUNK)
            except ConnectionError:
                chunk = b""
            await under_way.put((max(now(), earliest) + self._round_trip / 2, chunk))
        await delivery


if __name__ == "__main__":
    port, target, seconds = sys.argv[1:]
    asyncio.run(Proxy(int(target), float(seconds)).serve(int(port)))
