"""Clients of the Engine API: each operation is one request, timed until its last byte."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from httptools import HttpParserError

from docksim.engine.measurement.conditions import Behaviour, Network, Operation
from docksim.engine.measurement.conventions import DELAY, FAILED
from docksim.engine.measurement.http import Exchange, Hear, Requester

TIMEOUT = 300.0
"""Seconds that an answer may take, to its last byte."""

LAYER_NEWS = ("Pulling fs layer", "Download complete", "Pull complete")
"""What is noted of a layer's progress."""

COMMANDS: dict[str, list[str]] = {
    # As process 1, which has no default handlers, sleep ignores SIGTERM.
    "ignores": ["sleep", "100000"],
    "honours": ["sh", "-c", "trap 'exit 0' TERM; sleep 100000 & wait"],
    "delays": ["sh", "-c", f"trap 'sleep {DELAY}; exit 0' TERM; sleep 100000 & wait"],
}


@dataclass
class Errand:
    """What a cycle is about: how containers are made, and which one the cycle has."""

    image: str
    network: Network
    behaviour: Behaviour
    stop_timeout: float
    label: str
    runtime: str = ""
    """The low-level runtime; empty: the engine's default."""
    subject: str = ""
    """The container that is looked at, where the cycle makes none."""
    container: str = field(default="", init=False)

    @property
    def target(self) -> str:
        return self.container or self.subject


@dataclass(frozen=True)
class News:
    """A layer's progress that a pull told of, and when (s on the monotonic clock)."""

    at: float
    layer: str
    status: str


@dataclass(frozen=True)
class Answer:
    """Times in s on the monotonic clock; status 0 when there was no answer."""

    issued: float
    first_byte: float
    ended: float
    status: int
    error: str
    body: bytes = b""
    news: tuple[News, ...] = ()


class EngineClient:
    """Sends operations over an engine's socket; any number at once.

    Paths without a version ask for the engine's own, which an old one and a new one both have.
    """

    def __init__(self, socket: Path) -> None:
        self._requester = Requester(socket)

    async def perform(self, operation: Operation, errand: Errand) -> Answer:
        """Perform one operation; errors are in the answer."""
        if operation == "run":
            return await self._run(errand)
        method, path, body = _request(operation, errand)
        if operation == "pull":
            return await self._pull(path)
        answer = await self.send(method, path, body, keep=operation == "create")
        if operation == "create" and not answer.error:
            errand.container = json.loads(answer.body)["Id"]
        return answer

    async def send(
        self, method: str, path: str, body: dict[str, Any] | None = None, *, keep: bool = True
    ) -> Answer:
        """One request; its body is kept, or only counted off."""
        return await self._stream(method, path, body, keep=keep)

    async def listen(self, path: str, hear: Hear) -> Answer:
        """Hear every line of an answer, which may have no end."""
        return await self._stream("GET", path, None, keep=False, hear=hear, endless=True)

    async def _run(self, errand: Errand) -> Answer:
        """What `docker run --detach` comes to when the image is there: create and start."""
        created = await self.perform("create", errand)
        if created.error:
            return created
        started = await self.perform("start", errand)
        return replace(started, issued=created.issued)

    async def _pull(self, path: str) -> Answer:
        """A pull is answered at once, and tells of its progress and its failure in lines."""
        news: list[News] = []
        failure = ""

        def hear(line: bytes) -> None:
            nonlocal failure
            told = json.loads(line)
            failure = told.get("error", failure)
            if told.get("status") in LAYER_NEWS:
                news.append(News(time.perf_counter(), told["id"], told["status"]))

        answer = await self._stream("POST", path, None, keep=False, hear=hear)
        return replace(answer, error=answer.error or failure, body=b"", news=tuple(news))

    async def _stream(
        self,
        method: str,
        path: str,
        body: dict[str, Any] | None,
        *,
        keep: bool,
        hear: Hear | None = None,
        endless: bool = False,
    ) -> Answer:
        """Perform a request; lines of a good answer go to `hear` as they come."""
        exchange = Exchange(keep, hear)
        timeout = None if endless else TIMEOUT
        try:
            await self._requester.perform(method, path, body, exchange, timeout)
        except (OSError, HttpParserError) as error:
            return _answer(exchange, FAILED, str(error) or "no answer")
        text = b"".join(exchange.parts)
        if not exchange.failed:
            return _answer(exchange, exchange.status, "", text)
        told = text.decode(errors="replace").strip()
        return _answer(exchange, exchange.status, told or f"status {exchange.status}", text)


def creation(errand: Errand, command: list[str]) -> dict[str, Any]:
    """The body of a create request."""
    name, _, value = errand.label.partition("=")
    return {
        "Image": errand.image,
        "Cmd": command,
        "Labels": {name: value},
        "HostConfig": {"NetworkMode": errand.network, "Runtime": errand.runtime},
    }


def _answer(exchange: Exchange, status: int, error: str, body: bytes = b"") -> Answer:
    """That of an exchange which ends now."""
    first, ended = exchange.first_byte, time.perf_counter()
    return Answer(exchange.issued, first, ended, status, error, body)


def _request(operation: Operation, errand: Errand) -> tuple[str, str, dict[str, Any] | None]:
    """Method, path and body."""
    container = f"/containers/{errand.target}"
    match operation:
        case "create" | "run":
            return "POST", "/containers/create", creation(errand, COMMANDS[errand.behaviour])
        case "start" | "kill":
            return "POST", f"{container}/{operation}", None
        case "stop":
            return "POST", f"{container}/stop?t={errand.stop_timeout:g}", None
        case "rm":
            return "DELETE", container, None
        case "rm --force":
            return "DELETE", f"{container}?force=1", None
        case "pull":
            return "POST", f"/images/create?fromImage={errand.image}", None
        case "rmi":
            return "DELETE", f"/images/{errand.image}?force=1", None
        case "ps":
            return "GET", "/containers/json?all=1", None
        case "images":
            return "GET", "/images/json", None
        case "inspect":
            return "GET", f"{container}/json", None
        case "logs":
            return "GET", f"{container}/logs?stdout=1", None
        case "logs --tail 10":
            return "GET", f"{container}/logs?stdout=1&tail=10", None
