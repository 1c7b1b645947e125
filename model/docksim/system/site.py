"""The hosts of a scenario: one that has the registry to itself, or a fleet that shares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.recorder import Recorder
from docksim.des.sharing import SharedStation
from docksim.des.streams import Streams
from docksim.scenario.fleet import Fleet
from docksim.scenario.scenario import Scenario
from docksim.system.infrastructure.host import Host
from docksim.system.registry.origins import Direct, Mirror, Place, Provide
from docksim.system.registry.swarm import Swarm
from docksim.system.wiring import Station, System

Join = Callable[[Host], Provide]


class Site:
    """All hosts, and what they share.

    hosts    the systems
    delays   how much later than the scenario says each one's workloads begin (s)
    """

    def __init__(
        self, env: Environment, scenario: Scenario, streams: Streams, trace: Recorder | None
    ) -> None:
        """Raises as System."""
        self._shared: dict[str, tuple[str, Station]] = {}
        fleet = scenario.fleet
        if fleet is None:
            self.hosts = [System(env, scenario, streams, trace)]
            self.delays = [0.0]
            return
        uplink = SharedStation(env, "registry.uplink", scenario.registry.bandwidth)
        servers = FifoStation(env, "registry.servers", scenario.registry.servers)
        self._shared = {"registry.uplink": ("link", uplink)}
        joins = self._joins(env, fleet, uplink, streams)
        self.hosts = [System(env, scenario, streams, trace, Place(servers, join)) for join in joins]
        begin = streams.uniforms("fleet spread")
        self.delays = [begin.at(number) * fleet.spread for number in range(fleet.hosts)]

    def stations(self) -> Mapping[str, tuple[str, Station]]:
        """Kind and station by component: what is shared, and the first host's own."""
        return self._shared | dict(self.hosts[0].stations())

    def _joins(
        self, env: Environment, fleet: Fleet, uplink: SharedStation, streams: Streams
    ) -> list[Join]:
        """How each host gets its layers."""
        match fleet.source:
            case "registry":
                return [Direct(env, uplink).join] * fleet.hosts
            case "peers":
                chance = streams.uniforms("fleet swarm")
                return [Swarm(env, fleet, uplink, chance).join] * fleet.hosts
            case "mirrors":
                racks = -(-fleet.hosts // fleet.rack)
                mirrors = [
                    Mirror(env, uplink, fleet.mirror_bandwidth, warm=fleet.warm)
                    for _ in range(racks)
                ]
                self._shared["mirror.uplink"] = ("link", mirrors[0].uplink)
                return [mirrors[number // fleet.rack].join for number in range(fleet.hosts)]
