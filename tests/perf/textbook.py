"""The run/rm flow as SimPy's documentation teaches to write it: the yardstick of docksim's speed.

The host, the demands, the locks and their scope, and the order of things are docksim's; both are
shown to give the same means and p95 (tests/system/test_textbook_agreement.py). The manner is that
of "SimPy in 10 Minutes" and of its car wash, gas station and bank:

- whoever does something is a class with an `env`; calling it is `yield env.process(...)`, which is
  the only way of calling that the documentation knows (there is no `yield from` in it);
- whatever is limited is a `simpy.Resource`: `with resource.request() as turn: yield turn`, and
  what it then does for so long is a process of its owner, as the car wash's `wash` is, which holds
  by `yield env.timeout(...)` (the bank's and the machine shop's processes hold in place: `in_place`
  does so, too, for comparison);
- the journal, which serves all who wait at once, is a process that waits for an event and lets
  another happen, as the documentation's battery and the car that drives by it do;
- patience is `yield event | env.timeout(...)`;
- random numbers are drawn when they are needed, one by one, from NumPy's generator.

It keeps no statistics but the commands' times, where docksim counts at every station besides. To
know as much, let its resources be `MonitoredResource`s, as the documentation's guide to monitoring
has them.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass

import numpy as np
import simpy

from docksim.scenario.profile import Step as StepCost
from docksim.scenario.scenario import Scenario
from tests.perf.samplers import sampler

Events = Generator[simpy.Event, object, object]


@dataclass
class Record:
    """One command: when it was issued and when it was done (s)."""

    command: str
    arrived: float
    ended: float


class MonitoredResource(simpy.Resource):
    """Notes its users and its queue (time, how many, how many) whenever they are to change."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.data = []

    def request(self, *args, **kwargs):
        self.data.append((self._env.now, self.count, len(self.queue)))
        return super().request(*args, **kwargs)

    def release(self, *args, **kwargs):
        self.data.append((self._env.now, self.count, len(self.queue)))
        return super().release(*args, **kwargs)


def simulate(
    scenario: Scenario,
    replication: int = 0,
    resource: type[simpy.Resource] = simpy.Resource,
    *,
    in_place: bool = False,
) -> list[Record]:
    """Closed clients that run and remove containers, until `scenario.run.commands` are done.

    With `in_place`, who has requested a server also holds it, without a process of the server's.
    """
    env = simpy.Environment()
    rng = np.random.default_rng([scenario.run.seed, replication])
    host = Host(env, scenario, rng, resource, in_place)
    cli = Cli(env, host, Dockerd(env, host, scenario))
    (workload,) = scenario.workload
    clients = Clients(env, cli, scenario.run.commands)
    env.run(until=env.all_of([env.process(clients.client()) for _ in range(workload.clients)]))
    return clients.records


class Clients:
    def __init__(self, env, cli, commands):
        self.env = env
        self.cli = cli
        self.commands = commands
        self.issued = 0
        self.records: list[Record] = []

    def client(self) -> Events:
        while True:
            for command in ("run", "rm"):
                if self.issued == self.commands:
                    return
                self.issued += 1
                arrived = self.env.now
                if command == "run":
                    container = yield self.env.process(self.cli.run())
                else:
                    yield self.env.process(self.cli.remove(container))
                self.records.append(Record(command, arrived, self.env.now))


class Container:
    def __init__(self, env):
        self.lock = simpy.Resource(env, capacity=1)
        self.exited = env.event()
        self.state = "created"


class Host:
    """Cores, the journal and the locks; and what the profile's operations do with them."""

    def __init__(self, env, scenario, rng, resource, in_place):
        self.env = env
        self.rng = rng
        self.in_place = in_place
        self.cpu = resource(env, capacity=scenario.host.cores)
        self.journal = Journal(env, sampler(scenario.host.flush, rng))
        self.operations = {
            f"{component}.{operation}": [Step(cost, self) for cost in costs]
            for component, operations in scenario.profile.operations.items()
            for operation, costs in operations.items()
        }
        names = {step.lock for steps in self.operations.values() for step in steps if step.lock}
        names |= {"dockerd.layer_store", "endpoint"}
        self.locks = {name: resource(env, capacity=1) for name in names}

    def work(self, operation: str) -> Events:
        """The steps of an operation, one after the other."""
        for step in self.operations[operation]:
            if step.lock:
                lock = self.locks[step.lock]
                held = lock.request()
                yield held
            if step.cpu:
                with self.cpu.request() as core:
                    yield core
                    yield self.hold(step.cpu())
            if step.flushes:
                for _ in range(step.flushes):
                    yield self.journal.commit()
            if step.wait:
                yield self.env.timeout(step.wait())
            if step.lock:
                handed_over = bool(lock.queue)
                lock.release(held)
                if handed_over:
                    yield self.env.timeout(0)  # the next one goes first

    def hold(self, seconds: float) -> simpy.Event:
        if self.in_place:
            return self.env.timeout(seconds)
        return self.env.process(self.serve(seconds))

    def serve(self, seconds: float) -> Events:
        yield self.env.timeout(seconds)


class Journal:
    """One commit at a time, of all who ask for it while another goes on."""

    def __init__(self, env, seconds):
        self.env = env
        self.seconds = seconds
        self.asked = env.event()
        self.committed = env.event()
        env.process(self.write())

    def commit(self) -> simpy.Event:
        committed = self.committed
        if not self.asked.triggered:
            self.asked.succeed()
        return committed

    def write(self) -> Events:
        while True:
            yield self.asked
            committed = self.committed
            self.asked, self.committed = self.env.event(), self.env.event()
            yield self.env.timeout(self.seconds())
            committed.succeed()


class Step:
    """What a step costs, with samplers of its own; without what it has nothing of."""

    def __init__(self, cost: StepCost, host: Host):
        self.cpu = sampler(cost.cpu, host.rng)
        self.wait = sampler(cost.wait, host.rng)
        self.flushes = cost.flushes
        self.lock = cost.lock


class Cli:
    def __init__(self, env, host, dockerd):
        self.env = env
        self.host = host
        self.dockerd = dockerd

    def run(self) -> Events:
        yield self.env.process(self.host.work("cli.start"))
        container = yield self.env.process(self.dockerd.run())
        yield self.env.process(self.host.work("cli.format"))
        return container

    def remove(self, container: Container) -> Events:
        yield self.env.process(self.host.work("cli.start"))
        yield self.env.process(self.dockerd.remove(container))
        yield self.env.process(self.host.work("cli.format"))


class Dockerd:
    def __init__(self, env, host, scenario):
        self.env = env
        self.host = host
        self.storage = StorageDriver(env, host)
        self.containerd = Containerd(env, host, self.storage, scenario.daemon.stop_timeout)
        self.containers: set[Container] = set()

    def run(self) -> Events:
        yield self.env.process(self.host.work("dockerd.containers_create"))
        with self.host.locks["dockerd.layer_store"].request() as lock:
            yield lock  # waits while an rmi deletes layers
        yield self.env.process(self.storage.look_up())
        container = Container(self.env)
        with container.lock.request() as lock:
            yield lock
            yield self.env.process(self.containerd.create(container))
            self.containers.add(container)
            yield self.env.process(self.containerd.start(container))
            container.state = "running"
        yield self.env.process(self.host.work("dockerd.reply"))
        return container

    def remove(self, container: Container) -> Events:
        yield self.env.process(self.host.work("dockerd.containers_delete"))
        with container.lock.request() as lock:
            yield lock  # waits while another works on it
        yield self.env.process(self.containerd.remove(container))
        container.state = "removed"
        self.containers.remove(container)
        yield self.env.process(self.host.work("dockerd.reply"))


class Containerd:
    def __init__(self, env, host, storage, stop_timeout):
        self.env = env
        self.host = host
        self.storage = storage
        self.network = NetworkDriver(env, host)
        self.shim = Shim(env, host)
        self.runc = Runc(env, host, self.shim)
        self.stop_timeout = stop_timeout

    def create(self, container: Container) -> Events:
        yield self.env.process(self.host.work("containerd.create"))
        yield self.env.process(self.storage.create_and_mount())

    def start(self, container: Container) -> Events:
        yield self.env.process(self.network.allocate())
        yield self.env.process(self.runc.create_and_start(container))
        yield self.env.process(self.shim.report())
        yield self.env.process(self.host.work("containerd.running"))

    def remove(self, container: Container) -> Events:
        yield self.env.process(self.host.work("containerd.stop"))
        yield self.env.process(self.shim.terminate(container))
        yield container.exited | self.env.timeout(self.stop_timeout)
        if not container.exited.triggered:
            yield self.env.process(self.shim.kill(container))
        yield self.env.process(self.shim.report_exit())
        yield self.env.process(self.storage.unmount_and_delete())
        # In place: who gives a lock back asks for a core before those who waited for the lock do.
        yield from self.network.release()
        yield self.env.process(self.host.work("containerd.delete"))


class Runc:
    def __init__(self, env, host, shim):
        self.env = env
        self.host = host
        self.shim = shim

    def create_and_start(self, container: Container) -> Events:
        yield self.env.process(self.host.work("runtime.runc.create"))
        yield self.env.process(self.shim.start())
        yield self.env.process(self.host.work("runtime.runc.set_up"))
        yield self.env.process(self.host.work("network.bridge.namespace"))
        yield self.env.process(self.host.work("runtime.runc.start"))
        yield self.env.process(self.host.work("runtime.runc.started"))


class Shim:
    def __init__(self, env, host):
        self.env = env
        self.host = host

    def start(self) -> Events:
        yield self.env.process(self.host.work("shim.start"))

    def report(self) -> Events:
        yield self.env.process(self.host.work("shim.report"))

    def terminate(self, container: Container) -> Events:
        yield self.env.process(self.host.work("shim.signal"))
        container.exited.succeed()  # containers of the default kind end at once

    def kill(self, container: Container) -> Events:
        yield self.env.process(self.host.work("shim.signal"))
        container.exited.succeed()

    def report_exit(self) -> Events:
        yield self.env.process(self.host.work("shim.exited"))


class StorageDriver:
    def __init__(self, env, host):
        self.env = env
        self.host = host

    def look_up(self) -> Events:
        yield self.env.process(self.host.work("storage.overlay2.lookup"))

    def create_and_mount(self) -> Events:
        yield self.env.process(self.host.work("storage.overlay2.create_layer"))
        yield self.env.process(self.host.work("storage.overlay2.mount"))

    def unmount_and_delete(self) -> Events:
        yield self.env.process(self.host.work("storage.overlay2.unmount"))
        yield self.env.process(self.host.work("storage.overlay2.delete_layer"))


class NetworkDriver:
    def __init__(self, env, host):
        self.env = env
        self.host = host

    def allocate(self) -> Events:
        with self.host.locks["endpoint"].request() as lock:
            yield lock
            yield self.env.process(self.host.work("network.bridge.allocate"))

    def release(self) -> Events:
        return self.host.work("network.bridge.release")
