"""What dockerd streams: logs, and its events. The first byte goes out long before the last."""

from __future__ import annotations

from collections.abc import Generator
from math import inf

import simpy

from docksim.des.environment import Environment
from docksim.scenario import actions
from docksim.system.command import Command
from docksim.system.components import CLI, DOCKERD, USER
from docksim.system.container import Container
from docksim.system.daemon.event_bus import EventBus
from docksim.system.daemon.lifecycle import Lifecycle
from docksim.system.infrastructure.host import Host
from docksim.system.messages import Costs

Events = Generator[simpy.Event, object, None]

DECODING_BRANCH = 1
"""dockerd reads and decodes on, while the CLI already shows what came first."""


class StreamService:
    """Long answers."""

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        host: Host,
        lifecycle: Lifecycle,
        bus: EventBus,
    ) -> None:
        self._env = env
        self._host = host
        self._lifecycle = lifecycle
        self._bus = bus
        self._scan = costs.work(DOCKERD, "scan the log", "dockerd.scan_log")
        self._decode = costs.work(DOCKERD, "decode the log", "dockerd.decode_log")
        self._decode_rate = costs.throughput("dockerd.decode_log")
        self._stream = costs.reply(DOCKERD, CLI, "stream of logs", "dockerd.stream")
        self._output = costs.reply(CLI, USER, "output as it arrives", "cli.output")
        self._event = costs.reply(DOCKERD, CLI, "event", "dockerd.event")
        self._show_event = costs.reply(CLI, USER, "event", "cli.output")

    def logs(self, command: Command, container: Container, request: actions.Logs) -> Events:
        """The part of the log that was asked for, then what is written while following."""
        skipped, sent = _extent(container, request, self._env.now + command.owed)
        if skipped:
            yield from self._scan(command, size=skipped)
        yield from self._lifecycle.read_log(command, sent)
        yield from self._stream(command)
        yield from command.settle(self._env)
        command.first_byte = self._env.now
        decoding = self._env.process(self._decode_on(command.fork(DECODING_BRANCH), sent))
        yield from self._output(command, size=sent)
        yield decoding
        yield from command.settle(self._env)
        if request.follow and container.running:
            yield from self._follow(command, container, request.duration)

    def events(self, command: Command, request: actions.Events) -> Events:
        """Every event from now on, for as long as was asked for."""
        yield from command.settle(self._env)
        end = self._env.timeout(request.duration)
        seen = self._bus.published
        while not end.processed:
            if seen == self._bus.published:
                yield self._bus.next_event() | end
            news, seen = self._bus.published - seen, self._bus.published
            if news:
                yield from self._event(command, items=news)
                yield from self._show_event(command, items=news)
                yield from command.settle(self._env)
                if command.first_byte != command.first_byte:
                    command.first_byte = self._env.now

    def _decode_on(self, branch: Command, size: float) -> Events:
        if size:
            yield from self._decode(branch, size=size)
        yield from branch.settle(self._env)

    def _follow(self, command: Command, container: Container, duration: float | None) -> Events:
        """Stay until the container exits or the time is over, decoding what it writes."""
        share = container.kind.log_rate / self._decode_rate
        decoding = self._host.cpu.occupy(share) if share else None
        command.interruptible = True
        try:
            if duration is None:
                yield container.exited
            else:
                yield container.exited | self._env.timeout(duration)
        finally:
            command.interruptible = False
            if decoding is not None:
                decoding.release()


def _extent(container: Container, request: actions.Logs, now: float) -> tuple[float, float]:
    """Bytes that are only scanned, and bytes that are sent.

    A tail is found from the end; `since` scans from the start.
    """
    kind = container.kind
    size = container.log_size(now)
    recent = size if request.since is None else container.log_since(now - request.since, now)
    tail = inf if request.tail is None else request.tail * kind.log_line
    scanned = size - recent if request.since is not None else 0.0
    return scanned, min(recent, tail)
