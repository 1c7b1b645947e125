"""An engine that is made up: it answers what a test says."""

import asyncio
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from docksim.engine.measurement.client import EngineClient

OK = b"HTTP/1.1 200 OK\r\n"


def whole(body, status=b"200 OK", more=b""):
    return b"HTTP/1.1 %b\r\n%bContent-Length: %d\r\n\r\n%b" % (status, more, len(body), body)


def chunk(part):
    return b"%x\r\n%b\r\n" % (len(part), part)


class Engine:
    """Answers each request with what comes next of `answers`, the last one over and over.

    An answer is bytes, seconds to wait, or None to close the connection; or a list of these.
    """

    def __init__(self, socket, *answers):
        self.socket = socket
        self.answers = list(answers)
        self.requests = []
        self.open = self.connections = 0
        self.writers = []

    async def serve(self, reader, writer):
        self.open += 1
        self.connections += 1
        self.writers.append(writer)
        try:
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while not writer.is_closing():
                    await self._one(reader, writer)
        finally:
            self.open -= 1
            writer.close()

    async def _one(self, reader, writer):
        head = await reader.readuntil(b"\r\n\r\n")
        first, *headers = head.decode().strip().split("\r\n")
        headers = dict(line.split(": ") for line in headers)
        body = await reader.readexactly(int(headers.get("Content-Length", 0)))
        self.requests.append((*first.split(" "), headers, body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        for part in answer if isinstance(answer, list) else [answer]:
            if part is None:
                writer.close()
            elif isinstance(part, float):
                await asyncio.sleep(part)
            else:
                writer.write(part)
                await writer.drain()


@asynccontextmanager
async def served(*answers):
    with TemporaryDirectory(prefix="docksim-") as folder:  # pytest's own are too deep for sockets
        engine = Engine(Path(folder) / "socket", *answers)
        server = await asyncio.start_unix_server(engine.serve, engine.socket)
        try:
            yield engine, EngineClient(engine.socket)
        finally:
            server.close()
            for writer in engine.writers:
                writer.close()
            await asyncio.sleep(0.001)


async def until(condition):
    while not condition():
        await asyncio.sleep(0.001)
