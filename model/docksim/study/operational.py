"""Asymptotic bounds of operational analysis: what no system with these demands can exceed.

Source: Lazowska, Zahorjan, Graham & Sevcik, Quantitative System Performance (1984), chapter 5:
X ≤ min(N / (D + Z), 1 / Dmax) and R ≥ max(D, N · Dmax - Z) for N clients that think for Z; they
cross at N* = (D + Z) / Dmax. For open arrivals X ≤ 1 / Dmax, and R ≥ D. A component with c servers
counts with its demand divided by c, since c commands may be served there at once.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds on a load whose commands each have these demands, in seconds.

    total    D, what a command takes that meets no other
    largest  Dmax, how long the component that is demanded most is taken up, all its servers at once
    think    Z, between the end of a command and its client's next
    """

    total: float
    largest: float
    think: float = 0.0

    @property
    def saturation(self) -> float:
        """Commands a second that the component demanded most can do: 1 / Dmax."""
        return 1.0 / self.largest

    @property
    def knee(self) -> float:
        """N*: with more clients than this, some have to wait."""
        return (self.total + self.think) / self.largest

    def closed_throughput(self, clients: float) -> float:
        """The most commands a second that so many clients get done."""
        return min(clients / (self.total + self.think), self.saturation)

    def closed_latency(self, clients: float) -> float:
        """The least mean latency, in seconds, that so many clients see."""
        return max(self.total, clients * self.largest - self.think)

    def open_throughput(self, rate: float) -> float:
        """The most commands a second that get done of those that come at this rate."""
        return min(rate, self.saturation)

    def open_latency(self, rate: float) -> float:
        """The least mean latency, in seconds; infinite above saturation."""
        return self.total if rate <= self.saturation else float("inf")
