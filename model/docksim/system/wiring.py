"""The only place where a scenario becomes connected components.

user ── CLI ── dockerd ─┬─ registry
                        ├─ containerd ─┬─ runc ── shim
                        │              ├─ storage
                        │              └─ network
                        └─ (variant engine: storage, network)
all of them on one host: cores, disk, journal, link, locks
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from docksim.des.environment import Environment
from docksim.des.recorder import Recorder
from docksim.des.statistics import Totals
from docksim.des.streams import Streams
from docksim.scenario.scenario import Scenario
from docksim.system.components import CONTAINERD, DOCKERD, SHIM
from docksim.system.daemon.containers import ContainerTable
from docksim.system.daemon.diagram import DiagramLifecycle
from docksim.system.daemon.dockerd import Dockerd
from docksim.system.daemon.engine import EngineLifecycle
from docksim.system.daemon.event_bus import EventBus
from docksim.system.daemon.images import ImageService
from docksim.system.daemon.layers import LayerStore
from docksim.system.daemon.lifecycle import Lifecycle, Setting
from docksim.system.daemon.pulls import Puller
from docksim.system.daemon.stores import STORES
from docksim.system.daemon.streams import StreamService
from docksim.system.high_level_runtime.containerd import Containerd
from docksim.system.high_level_runtime.tasks import TaskService
from docksim.system.infrastructure.host import Host
from docksim.system.infrastructure.network import NetworkDriver
from docksim.system.infrastructure.storage import StorageDriver
from docksim.system.initial import populate
from docksim.system.low_level_runtime.processes import Processes
from docksim.system.low_level_runtime.runc import Runc
from docksim.system.low_level_runtime.shim import Shim
from docksim.system.messages import Costs
from docksim.system.registry.origins import Place, alone
from docksim.system.registry.registry import Registry
from docksim.system.user.cli import Cli
from docksim.system.waiting import Await


class Station(Protocol):
    """Anything that keeps count of what it does."""

    def totals(self) -> Totals: ...


class System:
    """A Docker host, wired up as the scenario says.

    cli     where commands go in
    table   the containers, for those who choose among them
    """

    def __init__(
        self,
        env: Environment,
        scenario: Scenario,
        streams: Streams,
        trace: Recorder | None,
        place: Place | None = None,
    ) -> None:
        """`place` is its place in a fleet; without one it has the registry to itself.

        Raises NoSpaceLeft or OutOfMemory when what is to be there at the start does not fit.
        """
        link = scenario.host.link if place else min(scenario.host.link, scenario.registry.bandwidth)
        grouped = scenario.profile.is_grouped
        self.host = Host(env, scenario.host, link, streams.uniforms, grouped=grouped)
        place = place or alone(env, scenario.registry)
        provide = place.join(self.host)
        self.table = ContainerTable()
        costs = self._costs = Costs(env, scenario, streams, self.host, trace)
        engine = scenario.flow.variant == "engine"
        storage = StorageDriver(
            costs,
            self.host,
            scenario.storage.driver,
            asker=DOCKERD if engine else CONTAINERD,
            log_reader=DOCKERD if engine else SHIM,
        )
        self._registry = Registry(env, costs, streams, scenario.registry, place.servers, provide)
        store = STORES[scenario.daemon.image_store]
        layers = LayerStore(self.host.space, store.keeps_blobs)
        self._puller = Puller(
            env,
            costs,
            self.host,
            scenario.daemon,
            store,
            layers,
            storage,
            self._registry,
            fetches_config=engine,
        )
        self.images = ImageService(env, self.host, storage, layers, self._puller)
        self.processes = Processes(
            env, self.host, streams, scenario.containers, costs.throughput("dockerd.copy_log")
        )
        bus = EventBus(env)
        setting = Setting(
            env,
            scenario.daemon,
            self.table,
            self.images,
            scenario.network.driver,
            scenario.network.networks,
            bus.publish,
        )
        lifecycle = self._lifecycle(env, scenario, setting, storage, trace)
        self.processes.on_exit = lifecycle.handle_exit
        replies = StreamService(env, costs, self.host, lifecycle, bus)
        dockerd = Dockerd(
            env, costs, self.table, self.images, lifecycle, replies, storage, self._registry
        )
        self.cli = Cli(env, costs, dockerd, scenario.flow.variant)
        populate(env, scenario, self.table, self.images, storage, self.processes)

    def stations(self) -> Mapping[str, tuple[str, Station]]:
        """Kind and station by component: the host's resources, limits and locks, the processes."""
        host = self.host
        stations: dict[str, tuple[str, Station]] = {
            "host.cpu": ("cpu", host.cpu),
            "host.disk": ("disk", host.disk),
            "host.journal": ("station", host.journal),
            "host.link": ("link", host.link),
            "registry.servers": ("station", self._registry.servers),
            "dockerd.download_slots": ("slots", self._puller.slots),
        }
        stations |= {name: ("lock", lock) for name, lock in host.locks.items()}
        stations |= {name: ("process", ledger) for name, ledger in self._costs.ledgers.items()}
        return stations

    def _lifecycle(
        self,
        env: Environment,
        scenario: Scenario,
        setting: Setting,
        storage: StorageDriver,
        trace: Recorder | None,
    ) -> Lifecycle:
        costs, engine = self._costs, scenario.flow.variant == "engine"
        own = {kind.network for kind in scenario.containers if kind.network}
        drivers: list[str] = sorted(own | {scenario.network.driver})
        networks = {
            driver: NetworkDriver(
                env,
                costs,
                self.host,
                driver,
                scenario.network.networks,
                asker=DOCKERD if engine else CONTAINERD,
                allocation=("allocate",) if engine else ("allocate", "join"),
            )
            for driver in drivers
        }
        runc = Runc(env, costs, scenario.runtime.name, drivers, self.processes)
        shim = Shim(env, costs, trace, scenario.daemon, self.processes, runc, storage)
        if not engine:
            return DiagramLifecycle(setting, Containerd(costs, storage, networks, runc, shim))
        wait = Await(env, trace, DOCKERD, "wait for the exit event")
        tasks = TaskService(costs, shim)
        return EngineLifecycle(setting, costs, wait, self.processes, tasks, storage, networks)
