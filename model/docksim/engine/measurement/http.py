"""HTTP/1.1 over a unix socket, at little CPU a request: who measures an engine shares its cores.

A request is one write, an answer is parsed in C where it was read, and one task waits for it; all
else that an HTTP client may do (redirects, cookies, proxies, compression) an engine does not need.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote

from httptools import HttpParserCallbackError, HttpParserError, HttpResponseParser

Hear = Callable[[bytes], object]
"""Takes a line, its end included."""

READ = 1 << 18
"""Bytes that one read takes at most."""

REPEATABLE = ("GET", "DELETE")
"""Methods of requests that may be sent again where none can tell whether they were carried out."""

ALLOWED = "/?&=%:@+,;!$'()*"
"""What a path may hold as it is, besides letters, digits and -._~; `%` is of an encoding."""


class Exchange:
    """A request that is issued now, and what has come of its answer; times in s on the monotonic
    clock.

    The body is kept if that is wanted or if it tells of an error, heard in lines if there is
    someone to hear it, or only counted off.
    """

    __slots__ = ("_hear", "_keep", "_rest", "first_byte", "issued", "parts", "status")

    def __init__(self, keep: bool, hear: Hear | None) -> None:
        self._keep = keep
        self._hear = hear
        self._rest = b""
        self.status = 0
        self.first_byte = nan
        self.parts: list[bytes] = []
        self.issued = time.perf_counter()

    def take(self, part: bytes) -> None:
        """A part of the body."""
        if self.first_byte != self.first_byte:
            self.first_byte = time.perf_counter()
        if self._keep or self.status >= 400:
            self.parts.append(part)
        elif self._hear:
            *lines, self._rest = (self._rest + part).split(b"\n")
            for line in lines:
                self._hear(line + b"\n")

    def end(self) -> None:
        """No more of it comes: a last line may lack its end."""
        if self._rest and self._hear:
            self._hear(self._rest)


class Connection(asyncio.BufferedProtocol):
    """A persistent connection, which bears one exchange at a time.

    An answer must tell its own length, or come in chunks; a body that ends with its connection
    counts as broken off. An engine's server has none, and to tell it from one that did break off,
    all headers would have to be looked at.
    """

    _transport: asyncio.Transport
    _exchange: Exchange
    _deadline: float

    def __init__(self, buffer: memoryview, timeout: float, connections: set[Connection]) -> None:
        self._buffer = buffer
        self._timeout = timeout
        self._connections = connections
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        self._persistent = False
        self._timer: asyncio.TimerHandle | None = None
        self._over = self._loop.create_future()
        self._over.set_result(None)

    @property
    def usable(self) -> bool:
        """Another exchange may follow."""
        return self._persistent and not self._transport.is_closing()

    async def bear(self, request: bytes, exchange: Exchange) -> None:
        """Raises OSError or HttpParserError where no whole answer comes."""
        self._exchange = exchange
        self._persistent = False
        self._over = self._loop.create_future()
        self._deadline = exchange.issued + self._timeout
        if self._timer is None:
            self._timer = self._loop.call_later(self._timeout, self._check)
        self._transport.write(request)
        await self._over

    def close(self) -> None:
        """At once, whatever is under way."""
        self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Of asyncio."""
        self._transport = cast(asyncio.Transport, transport)  # uvloop has a class of its own
        self._connections.add(self)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Of asyncio: all connections share one, as what is read is parsed at once."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Of asyncio."""
        if self._over.done():  # nothing was asked
            return self.close()
        try:
            self._parser.feed_data(self._buffer[:nbytes])
        except HttpParserCallbackError as error:  # what the hearer raised
            self._fail(error.__context__ or error)
        except HttpParserError as error:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """Of asyncio."""
        self._connections.discard(self)
        if self._timer:
            self._timer.cancel()
        self._fail(exc or ConnectionResetError("the engine closed the connection"))

    def on_headers_complete(self) -> None:
        """Of the parser."""
        self._exchange.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        """Of the parser."""
        self._exchange.take(body)

    def on_message_complete(self) -> None:
        """Of the parser."""
        self._exchange.end()
        self._persistent = self._parser.should_keep_alive()
        if not self._over.done():
            self._over.set_result(None)

    def _fail(self, error: BaseException) -> None:
        self.close()
        if not self._over.done():
            self._over.set_exception(error)

    def _check(self) -> None:
        """One timer serves all exchanges in turn: most end long before it fires."""
        self._timer = None
        if self._over.done():
            return
        left = self._deadline - time.perf_counter()
        if left > 0.0:
            self._timer = self._loop.call_later(left, self._check)
        else:
            self._fail(TimeoutError(f"no whole answer within {self._timeout:g} s"))


class Pool:
    """Connections to one socket: as many as there are exchanges at once, the last used first.

    An answer may take `timeout` seconds, from when its request is issued to its last byte.
    """

    def __init__(self, socket: Path, timeout: float) -> None:
        self._socket = str(socket)
        self._timeout = timeout
        self._buffer = memoryview(bytearray(READ))
        self._idle: list[Connection] = []
        self._connections: set[Connection] = set()

    async def perform(
        self, method: str, path: str, body: dict[str, Any] | None, exchange: Exchange
    ) -> None:
        """Raises OSError or HttpParserError where no whole answer comes."""
        request = _request(method, path, body)
        if connection := self._idle_one():
            try:
                return await self._bear(connection, request, exchange)
            except ConnectionError:  # it may have broken while it was idle
                if exchange.status or method not in REPEATABLE:
                    raise
        return await self._bear(await self._connect(), request, exchange)

    def close(self) -> None:
        """All connections, also those that are in use."""
        for connection in tuple(self._connections):
            connection.close()

    def _idle_one(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.usable:
                return connection
        return None

    async def _bear(self, connection: Connection, request: bytes, exchange: Exchange) -> None:
        try:
            await connection.bear(request, exchange)
        finally:
            if connection.usable:
                self._idle.append(connection)
            else:
                connection.close()

    async def _connect(self) -> Connection:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._timeout):
                _, connection = await loop.create_unix_connection(
                    lambda: Connection(self._buffer, self._timeout, self._connections), self._socket
                )
        except OSError as error:
            raise ConnectionError(f"no connection to {self._socket}: {error}") from error
        return connection


def _request(method: str, path: str, body: dict[str, Any] | None) -> bytes:
    if body is not None:
        content = json.dumps(body).encode()
        kind = b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(content)
        return _head(method, path) + kind + content
    if method == "GET":
        return _head(method, path) + b"\r\n"
    return _head(method, path) + b"Content-Length: 0\r\n\r\n"


@lru_cache(maxsize=4096)
def _head(method: str, path: str) -> bytes:
    """A request's head, but for what tells of its body."""
    return f"{method} {quote(path, safe=ALLOWED)} HTTP/1.1\r\nHost: docker\r\n".encode()
