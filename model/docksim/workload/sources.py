"""The four kinds of workload, each a process that issues commands."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

import simpy

from docksim.des.environment import Environment
from docksim.des.streams import Draws, Streams
from docksim.scenario.workload import Batch, Closed, Open, Replay, Workload
from docksim.system.container import Container
from docksim.workload.arrivals import arrival_times
from docksim.workload.choices import Chooser, Plan
from docksim.workload.issuer import Issuer

Events = Generator[simpy.Event, object, None]


def sources(
    env: Environment,
    workload: Workload,
    streams: Streams,
    chooser: Chooser,
    issuer: Issuer,
) -> Iterator[Events]:
    """The processes of a workload: one, or one a client."""
    match workload:
        case Open():
            yield _open(env, workload, streams, chooser, issuer)
        case Batch():
            yield _batch(env, workload, chooser, issuer)
        case Replay():
            yield _replay(env, workload, chooser, issuer)
        case Closed():
            thinking = streams.draws(f"workload {workload.name}: think", workload.think)
            for _ in range(workload.clients):
                yield _client(env, workload, chooser, thinking, issuer)


def _open(
    env: Environment, workload: Open, streams: Streams, chooser: Chooser, issuer: Issuer
) -> Events:
    arrive = _arrival(env, workload, chooser, issuer)
    for instant, size in arrival_times(workload, streams):
        yield _until(env, workload.start + instant)
        for _ in range(size):
            if issuer.exhausted:
                return
            arrive()


def _batch(env: Environment, workload: Batch, chooser: Chooser, issuer: Issuer) -> Events:
    arrive = _arrival(env, workload, chooser, issuer)
    yield _until(env, workload.start)
    for _ in range(workload.count):
        if issuer.exhausted:
            return
        arrive()


def _arrival(
    env: Environment, workload: Open | Batch, chooser: Chooser, issuer: Issuer
) -> Callable[[], object]:
    """What happens at an arrival: a command of the mix is sent, or a client begins the cycle."""
    if workload.mix:
        mix = chooser.mix(workload.name, workload.mix)

        def send() -> None:
            number = issuer.next_number()
            issuer.send(number, workload.name, mix.pick(number), workload.timeout)

        return send
    plans = [chooser.plan(action) for action in workload.cycle]

    def come() -> None:
        # Its commands are counted now, so that a limit on commands cuts no visit short.
        numbers = [issuer.next_number() for _ in plans]
        env.process(_visit(workload, plans, numbers, issuer))

    return come


def _visit(
    workload: Open | Batch, plans: Sequence[Plan], numbers: Sequence[int], issuer: Issuer
) -> Events:
    """A client that performs the cycle once."""
    own: Container | None = None
    for number, plan in zip(numbers, plans, strict=True):
        command = yield from issuer.perform(number, workload.name, plan, workload.timeout, own)
        if plan.kind is not None:
            own = command.container


def _replay(env: Environment, workload: Replay, chooser: Chooser, issuer: Issuer) -> Events:
    plans = {id(row.action): chooser.plan(row.action) for row in workload.rows}
    for row in workload.rows:
        yield _until(env, workload.start + row.time)
        if issuer.exhausted:
            return
        number = issuer.next_number()
        issuer.send(number, workload.name, plans[id(row.action)], workload.timeout)


def _client(
    env: Environment, workload: Closed, chooser: Chooser, thinking: Draws, issuer: Issuer
) -> Events:
    """A client repeats its cycle; its own container is the last that it created."""
    plans = [chooser.plan(action) for action in workload.cycle]
    yield _until(env, workload.start)
    own: Container | None = None
    while not issuer.exhausted:
        # They are counted now, so that a limit on commands cuts no cycle short.
        numbers = [issuer.next_number() for _ in plans]
        for number, plan in zip(numbers, plans, strict=True):
            command = yield from issuer.perform(number, workload.name, plan, workload.timeout, own)
            if plan.kind is not None:
                own = command.container
            if pause := thinking.at(number):
                yield env.sleep(pause)


def _until(env: Environment, instant: float) -> simpy.Event:
    """Rounding may put an instant a little before now."""
    return env.timeout(max(0.0, instant - env.now))
