"""The network drivers: endpoints are allocated and released, ports published.

What that costs is data. They differ in mechanism in whether a network has endpoints to
serialise on: bridge and overlay networks have, with one lock a network; host and none have not.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence

import simpy

from docksim.des.environment import Environment
from docksim.des.semaphore import Lock
from docksim.system.command import Command
from docksim.system.components import NETWORK
from docksim.system.container import Container
from docksim.system.infrastructure.host import Host
from docksim.system.messages import Costs
from docksim.system.steps import hold

Events = Generator[simpy.Event, object, None]

WITH_ENDPOINTS = frozenset({"bridge", "overlay"})


class Endpoints:
    """The locks of one driver's networks."""

    def __init__(self, env: Environment, host: Host, driver: str, networks: int) -> None:
        self._env = env
        self._endpoint = [host.lock(_name("endpoint_lock", driver, i)) for i in range(networks)]
        self._ports = [host.lock(_name("port_mapper", driver, i)) for i in range(networks)]

    def under_lock(
        self, command: Command, container: Container, work: Iterable[simpy.Event]
    ) -> Events:
        """Work on the network's endpoints, alone."""
        return self._alone(command, self._endpoint[container.network], work)

    def mapping_ports(
        self, command: Command, container: Container, work: Iterable[simpy.Event]
    ) -> Events:
        """Work on the network's published ports, alone."""
        return self._alone(command, self._ports[container.network], work)

    def _alone(self, command: Command, lock: Lock, work: Iterable[simpy.Event]) -> Events:
        yield from hold(self._env, command, lock)
        try:
            yield from work
            yield from command.settle(self._env)
        finally:
            lock.release()


class NetworkDriver:
    """One driver, asked by `asker`."""

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        host: Host,
        driver: str,
        networks: int,
        *,
        asker: str,
        allocation: Sequence[str],
    ) -> None:
        """`allocation`: the operations that asking for an endpoint stands for."""

        def at(operation: str) -> str:
            return f"network.{driver}.{operation}"

        self._endpoints = (
            Endpoints(env, host, driver, networks) if driver in WITH_ENDPOINTS else None
        )
        self._allocate = costs.call(
            asker, NETWORK, "allocate network configuration", *map(at, allocation)
        )
        self._join = costs.work(NETWORK, "join the network", at("join"))
        self._release = costs.call(asker, NETWORK, "release network configuration", at("release"))
        self._publish = costs.work(NETWORK, "publish ports", at("publish"))

    def allocate(self, command: Command, container: Container) -> Events:
        """An endpoint for the container, and its published ports."""
        if self._endpoints is None:
            yield from self._allocate(command)
            return
        yield from self._endpoints.under_lock(command, container, self._allocate(command))
        if ports := container.kind.ports:
            publish = self._publish(command, items=ports)
            yield from self._endpoints.mapping_ports(command, container, publish)

    def join(self, command: Command) -> Iterable[simpy.Event]:
        """Have the container's sandbox join the network: no other endpoint waits for it."""
        return self._join(command)

    def release(self, command: Command) -> Iterable[simpy.Event]:
        """Give the endpoint back; a network's lock is for those that are made."""
        return self._release(command)


def _name(lock: str, driver: str, network: int) -> str:
    return f"network.{lock}.{driver}" + (f"{network}" if network else "")
