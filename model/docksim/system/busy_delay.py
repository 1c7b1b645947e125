"""What takes longer while threads contend for the cores: the kernel's wait for their turn, too."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from docksim.des.environment import Environment
from docksim.des.streams import Draws
from docksim.scenario.host import Contentions
from docksim.system.activity import Activity
from docksim.system.command import Command
from docksim.system.infrastructure.host import Host
from docksim.system.ledger import Ledger
from docksim.system.steps import Events

NORMAL = NormalDist()
LEAST = 1e-12
"""A uniform of 0 would have no score."""


class BusyDelays:
    """How much longer each of some that follow each other takes, the more threads contend.

    Each is drawn from the law by a normal score, of which a part is that of all (a one-factor
    Gaussian copula), so that neighbours are as correlated as they were measured to be. The first of
    the `uniforms` is what they have in common, and each other one is one's own.
    """

    __slots__ = ("_apart_from", "_common", "_correlations", "_host", "_laws", "_own", "_threads")

    def __init__(
        self,
        host: Host,
        contentions: Contentions,
        uniforms: Sequence[Draws],
        apart_from: str | None = None,
    ) -> None:
        """`apart_from`: the group whose threads do not delay it, if there is one."""
        self._host = host
        self._apart_from = apart_from
        self._threads = [contention.threads for contention in contentions]
        self._laws = [contention.delay for contention in contentions]
        self._correlations = [contention.correlation for contention in contentions]
        self._common, *self._own = uniforms

    def all_at_once(self, command: Command) -> float:
        """All of them (s), as many threads as contend now."""
        threads = self._host.cpu.contenders(self._apart_from)
        return sum(self._delay(command, threads, own) for own in self._own) if threads else 0.0

    def of(self, command: Command, place: int) -> float:
        """The one at that place (s), likewise."""
        threads = self._host.cpu.contenders(self._apart_from)
        return self._delay(command, threads, self._own[place]) if threads else 0.0

    def _delay(self, command: Command, threads: float, own: Draws) -> float:
        uniform = own.at(command.number, command.occurrence)
        level = min(bisect_left(self._threads, threads), len(self._threads) - 1)
        if correlation := self._correlations[level]:
            common = self._common.at(command.number, command.occurrence)
            shared = sqrt(correlation) * NORMAL.inv_cdf(max(common, LEAST))
            alone = sqrt(1.0 - correlation) * NORMAL.inv_cdf(max(uniform, LEAST))
            uniform = NORMAL.cdf(shared + alone)
        return self._quantile(threads, uniform)

    def _quantile(self, threads: float, probability: float) -> float:
        """That of the delay (s) beside so many threads a core."""
        above = bisect_left(self._threads, threads)
        if above == len(self._threads):
            return float(self._laws[-1].quantile(probability)) * threads / self._threads[-1]
        most, upper = self._threads[above], float(self._laws[above].quantile(probability))
        least = lower = 0.0
        if above:
            least = self._threads[above - 1]
            lower = float(self._laws[above - 1].quantile(probability))
        return lower + (upper - lower) * (threads - least) / (most - least)


class BusyDelay(Activity):
    """A pause while cores are busy: the sum of such delays."""

    __slots__ = ("delays", "env", "ledger")

    def __init__(self, env: Environment, ledger: Ledger, delays: BusyDelays) -> None:
        self.env = env
        self.ledger = ledger
        self.delays = delays

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        yield from command.settle(self.env)
        if delay := self.delays.all_at_once(command):
            yield self.env.sleep(delay)
            command.waited += delay
            self.ledger.waited += delay
