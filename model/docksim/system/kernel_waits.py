"""What steps wait for while the kernel's own threads work."""

from __future__ import annotations

from collections.abc import Sequence

from docksim.des.environment import Environment
from docksim.des.streams import Streams
from docksim.scenario.host import Contentions
from docksim.scenario.host import Host as HostSettings
from docksim.scenario.profile import Step as StepCost
from docksim.system.activity import Step
from docksim.system.busy_delay import BusyDelay, BusyDelays
from docksim.system.flushes import Commit, Flushes
from docksim.system.infrastructure.host import Host
from docksim.system.ledger import Ledger


class KernelWaits:
    """Makes steps of what a cost says of flushes, grace periods and the like."""

    def __init__(
        self, env: Environment, host: Host, settings: HostSettings, streams: Streams
    ) -> None:
        self._env = env
        self._host = host
        self._settings = settings
        self._streams = streams

    def of(self, name: str, ledger: Ledger, cost: StepCost) -> list[Step]:
        """The steps, which draw from streams of that name."""
        steps: list[Step] = []
        if cost.flushes:
            commits = self._commits(name, cost.flushes)
            steps.append(Flushes(self._env, ledger, self._host.journal, commits))
        return steps + self._delays(name, ledger, cost)

    def _commits(self, name: str, flushes: int) -> Sequence[Commit]:
        """One for each flush, of which the others follow the first at once."""
        spaced, following = self._settings.busy_flush, self._settings.busy_next_flush
        first = f"{name}.busy_flush"
        others = self._longer(f"{name}.busy_next_flush", following, flushes - 1)
        laws = [
            self._streams.draws(f"{name}.flushes[{each}]", self._settings.flush)
            for each in range(flushes)
        ]
        return [
            Commit(laws[0], 0, self._longer(first, spaced, 1), self._longer(first, following, 1)),
            *(Commit(law, place, others, others) for place, law in enumerate(laws[1:])),
        ]

    def _delays(self, name: str, ledger: Ledger, cost: StepCost) -> list[Step]:
        """What takes longer while cores are busy."""
        settings, inner = self._settings, cost.inner_flushes
        first = 0 if cost.flushes else min(inner, 1)
        delayed = {
            "busy_flush": (settings.busy_flush, first),
            "busy_next_flush": (settings.busy_next_flush, inner - first),
            "busy_grace_period": (settings.busy_grace_period, cost.grace_periods),
            "busy_unmount": (settings.busy_unmount, cost.unmounts),
            "busy_barrier": (settings.busy_barrier, cost.barriers),
            "busy_wakeup": (settings.busy_wakeup, cost.wakeups),
        }
        # Who is woken up while others of its group compute is served by these.
        apart = {"busy_wakeup": cost.group}
        found = [
            self._longer(f"{name}.{kind}", contentions, times, apart.get(kind))
            for kind, (contentions, times) in delayed.items()
        ]
        return [BusyDelay(self._env, ledger, delays) for delays in found if delays]

    def _longer(
        self, name: str, contentions: Contentions, times: int, apart_from: str | None = None
    ) -> BusyDelays | None:
        """Delays of so many; none where there are none."""
        if not (contentions and times):
            return None
        uniforms = [self._streams.uniforms(f"{name}[{each}]") for each in range(times + 1)]
        return BusyDelays(self._host, contentions, uniforms, apart_from)
