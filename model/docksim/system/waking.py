"""Waking up on a busy host: who sleeps waits for a core, also where the scheduler owes it one.

A scheduler that shares by groups gives each its part, but a thread that is woken up is not at work
at once: mostly it is, now and then many of the others' turns go by. Whatever is made of sleeps and
wake-ups takes longer for it: flushes and grace periods, which the kernel's own threads carry out,
and a request that comes to a daemon with nothing to do.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import pairwise

import simpy

from docksim.des.distributions import Distribution
from docksim.des.environment import Environment
from docksim.des.streams import Draws
from docksim.system.activity import Activity
from docksim.system.command import Command
from docksim.system.infrastructure.host import Host
from docksim.system.ledger import Ledger

Level = tuple[float, Distribution]
"""Steps at work a core, and how much longer something takes then (s)."""


def delay(levels: Sequence[Level], crowd: float, uniform: float) -> float:
    """How much longer something takes (s) in such a crowd (steps at work a core), at that quantile:
    between the two nearest levels; as at the lowest below it, and as at the highest above it."""
    for (low, less), (high, more) in pairwise(levels):
        if crowd < high:
            part = max(0.0, (crowd - low) / (high - low))
            return (1.0 - part) * less.quantile(uniform) + part * more.quantile(uniform)
    return levels[-1][1].quantile(uniform)


class WakeDelay(Activity):
    """A pause while others are at work, `count` times what is drawn."""

    __slots__ = ("count", "env", "host", "ledger", "levels", "uniforms")

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        host: Host,
        levels: Sequence[Level],
        uniforms: Draws,
        count: int = 1,
    ) -> None:
        self.env = env
        self.ledger = ledger
        self.host = host
        self.levels = levels
        self.uniforms = uniforms
        self.count = count

    def perform(
        self, command: Command, items: float = 0, size: float = 0.0
    ) -> Generator[simpy.Event, object, None]:
        yield from command.settle(self.env)
        if crowd := self.host.cpu.crowd:
            uniform = self.uniforms.at(command.number, command.occurrence)
            longer = self.count * delay(self.levels, crowd, uniform)
            yield self.env.sleep(longer)
            command.waited += longer
            self.ledger.waited += longer


class GroupWakeDelay(WakeDelay):
    """The same before a group's work, if none of it is at work yet."""

    __slots__ = ("group",)

    def __init__(
        self,
        group: str,
        env: Environment,
        ledger: Ledger,
        host: Host,
        levels: Sequence[Level],
        uniforms: Draws,
    ) -> None:
        super().__init__(env, ledger, host, levels, uniforms)
        self.group = group

    def perform(
        self, command: Command, items: float = 0, size: float = 0.0
    ) -> Generator[simpy.Event, object, None]:
        yield from command.settle(self.env)
        if self.host.cpu.is_idle(self.group):
            yield from super().perform(command, items, size)
