"""What each component of the diagram did: visits, CPU used, time queued.

A component such as dockerd or runc owns no resource: it works on the host's cores. Its ledger
says how much of them it used and how long commands queued while they were in its hands.
"""

from __future__ import annotations

from docksim.des.environment import Environment
from docksim.des.statistics import Totals


class Ledger:
    """Running totals of one component: `busy` in core-seconds, `waited` in seconds."""

    __slots__ = ("_cores", "_env", "busy", "name", "visits", "waited")

    def __init__(self, env: Environment, name: str, cores: float) -> None:
        self._env = env
        self._cores = cores
        self.name = name
        self.visits = 0
        self.busy = 0.0
        self.waited = 0.0

    def totals(self) -> Totals:
        """In the stations' form; a visit and its queueing are booked when the message ends."""
        return Totals(
            time=self._env.now,
            arrivals=self.visits,
            started=self.visits,
            departures=self.visits,
            busy=self.busy,
            queue_area=self.waited,
            wait_sum=self.waited,
            capacity=self._cores,
        )
