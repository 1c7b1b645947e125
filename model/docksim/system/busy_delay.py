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


class BusyDelay(Activity):
    """A pause while cores are busy, the longer the more threads contend for them: the sum of some
    that follow each other.

    Each is drawn from the law by a normal score, of which a part is that of all (a one-factor
    Gaussian copula), so that neighbours are as correlated as they were measured to be. The first of
    the `uniforms` is what they have in common, and each other one is one's own.
    """

    __slots__ = (
        "apart_from", "common", "correlations", "env", "host", "laws", "ledger", "own",
        "threads",
    )  # fmt: skip

    def __init__(
        self,
        env: Environment,
        ledger: Ledger,
        host: Host,
        contentions: Contentions,
        uniforms: Sequence[Draws],
        apart_from: str | None = None,
    ) -> None:
        """`apart_from`: the group whose threads do not delay it, if there is one."""
        self.env = env
        self.ledger = ledger
        self.host = host
        self.apart_from = apart_from
        self.threads = [contention.threads for contention in contentions]
        self.laws = [contention.delay for contention in contentions]
        self.correlations = [contention.correlation for contention in contentions]
        self.common, *self.own = uniforms

    def perform(self, command: Command, items: float = 0, size: float = 0.0) -> Events:
        yield from command.settle(self.env)
        if threads := self.host.cpu.contenders(self.apart_from):
            place = command.number, command.occurrence
            common, own = self.common.at(*place), [uniform.at(*place) for uniform in self.own]
            delay = sum(self._quantile(threads, each) for each in self._alike(threads, common, own))
            yield self.env.sleep(delay)
            command.waited += delay
            self.ledger.waited += delay

    def _alike(self, threads: float, common: float, own: Sequence[float]) -> Sequence[float]:
        """Correlated uniforms."""
        level = min(bisect_left(self.threads, threads), len(self.threads) - 1)
        correlation = self.correlations[level]
        if not correlation:
            return own
        shared = sqrt(correlation) * NORMAL.inv_cdf(max(common, LEAST))
        rest = sqrt(1.0 - correlation)
        return [NORMAL.cdf(shared + rest * NORMAL.inv_cdf(max(each, LEAST))) for each in own]

    def _quantile(self, threads: float, probability: float) -> float:
        """That of the delay (s) beside so many threads a core."""
        above = bisect_left(self.threads, threads)
        if above == len(self.threads):
            return float(self.laws[-1].quantile(probability)) * threads / self.threads[-1]
        most, upper = self.threads[above], float(self.laws[above].quantile(probability))
        least = lower = 0.0
        if above:
            least = self.threads[above - 1]
            lower = float(self.laws[above - 1].quantile(probability))
        return lower + (upper - lower) * (threads - least) / (most - least)
