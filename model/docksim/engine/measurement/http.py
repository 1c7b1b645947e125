"""HTTP/1.1 over a unix socket, at little CPU a request: who measures an engine shares its cores, so
that a socket is looked at itself, without the event loop's transports.

Each request has a connection of its own, as docker commands have, which are processes by themselves
(`run` has one for both of its requests, and two here). On one that persisted, the engine would go
on with a client's next request before it turned to those that wait (serve in net/http/server.go of
Go), and favour who comes again at once. All else that an HTTP client may do (redirects, cookies,
proxies, compression) an engine does not need.
"""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Callable
from functools import lru_cache
from math import nan
from pathlib import Path
from typing import Any
from urllib.parse import quote

from httptools import HttpParserCallbackError, HttpParserError, HttpResponseParser

Hear = Callable[[bytes], object]
"""Takes a line, its end included."""

READ = 1 << 18
"""Bytes that one read takes at most."""

NOT_MODIFIED = 304
"""The status of, for instance, a stop of what is stopped already."""

ALLOWED = "/?&=%:@+,;!$'()*"
"""What a path may hold as it is, besides letters, digits and -._~; `%` is of an encoding."""


class Exchange:
    """A request that is issued now, and what has come of its answer; times in s on the monotonic
    clock.

    The body is kept if that is wanted or if it tells of a failure, heard in lines if there is
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

    @property
    def failed(self) -> bool:
        """Whether the answer is none to what was asked; what is not modified is as it was to be."""
        return self.status >= 300 and self.status != NOT_MODIFIED

    def take(self, part: bytes) -> None:
        """A part of the body."""
        if self.first_byte != self.first_byte:
            self.first_byte = time.perf_counter()
        if self._keep or self.failed:
            self.parts.append(part)
        elif self._hear:
            *lines, self._rest = (self._rest + part).split(b"\n")
            for line in lines:
                self._hear(line + b"\n")

    def end(self) -> None:
        """No more of it comes: a last line may lack its end."""
        if self._rest and self._hear:
            self._hear(self._rest)


class Answering:
    """What comes over a socket, for one exchange.

    An answer must tell its own length, or come in chunks; a body that ends with its connection
    counts as broken off. An engine's server has none, and to tell it from one that did break off,
    all headers would have to be looked at.
    """

    def __init__(self, channel: socket.socket, exchange: Exchange, buffer: memoryview) -> None:
        self._channel = channel
        self._exchange = exchange
        self._buffer = buffer
        self._parser = HttpResponseParser(self)
        self.over = asyncio.get_running_loop().create_future()

    def read(self) -> None:
        """Take what is there; all connections share a buffer, as it is parsed at once."""
        try:
            count = self._channel.recv_into(self._buffer)
            if not count:
                raise ConnectionResetError("the engine closed the connection")
            self._parser.feed_data(self._buffer[:count])
        except BlockingIOError:  # woken up for nothing
            return
        except HttpParserCallbackError as error:  # what the hearer raised
            self._fail(error.__context__ or error)
        except (OSError, HttpParserError) as error:
            self._fail(error)

    def on_headers_complete(self) -> None:
        """Of the parser."""
        self._exchange.status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        """Of the parser."""
        self._exchange.take(body)

    def on_message_complete(self) -> None:
        """Of the parser."""
        self._exchange.end()
        if not self.over.done():
            self.over.set_result(None)

    def _fail(self, error: BaseException) -> None:
        if not self.over.done():
            self.over.set_exception(error)


class Requester:
    """Sends requests to one socket, any number at once."""

    def __init__(self, socket: Path) -> None:
        self._socket = str(socket)
        self._buffer = memoryview(bytearray(READ))

    async def perform(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        exchange: Exchange,
        timeout: float | None,
    ) -> None:
        """Raises OSError or HttpParserError where no whole answer comes, from when the request is
        issued to the last byte, within `timeout` seconds; None: it may take for ever."""
        request = _request(method, path, body)
        try:
            async with asyncio.timeout(timeout):
                await self._bear(request, exchange)
        except TimeoutError:
            raise TimeoutError(f"no whole answer within {timeout:g} s") from None

    async def _bear(self, request: bytes, exchange: Exchange) -> None:
        loop = asyncio.get_running_loop()
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as channel:
            try:
                await loop.sock_connect(channel, self._socket)
            except OSError as error:
                raise ConnectionError(f"no connection to {self._socket}: {error}") from error
            await loop.sock_sendall(channel, request)
            answering = Answering(channel, exchange, self._buffer)
            loop.add_reader(channel, answering.read)
            try:
                await answering.over
            finally:
                loop.remove_reader(channel)


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
