"""Which operation of the profile gets which part of what was measured.

An operation of the Engine API is measured as a whole: its latency, and the CPU time of dockerd, of
the runtime (containerd, shim, runc), of the container's own start and of the kernel. Networks cost
what they cost more than the host's own. What the data do not tell apart, one operation of the
profile stands for, and says so; the others of that request are free then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from docksim.engine.calibration.demands import CONTAINERS, DAEMON, KERNEL, RUNTIME, Demand, Key
from docksim.engine.errors import EngineError

NETWORKS = ("none", "bridge")


@dataclass(frozen=True)
class Share:
    """A part of an operation: core-seconds and s of waiting, means.

    of          whose latency tells how variable it is
    weight      part of that operation's time, for how variability is divided among parts
    """

    cpu: float
    wait: float
    threads: float
    of: Key
    weight: float
    background: float = 0.0
    per_item: float = 0.0


def allocate(found: Mapping[Key, Demand]) -> dict[str, Share]:
    """Shares by operation of the profile. Raises EngineError when a measurement is missing."""
    book = _Book(found)
    shares = book.creation() | book.start() | book.removal() | book.reading()
    for network in NETWORKS:
        shares |= book.network(network)
    return shares


class _Book:
    def __init__(self, found: Mapping[Key, Demand]) -> None:
        self._found = found

    def creation(self) -> dict[str, Share]:
        key = self._key("create")
        return {
            "dockerd.containers_create": self._share(key, (DAEMON, RUNTIME)),
            "storage.overlay2.create_layer": self._share(key, (KERNEL,), waits=True),
        }

    def start(self) -> dict[str, Share]:
        key = self._key("start")
        return {
            "dockerd.containers_start": self._share(key, (DAEMON,)),
            "storage.overlay2.mount": self._share(key, (KERNEL,)),
            "runtime.runc.create": self._share(key, (RUNTIME,), waits=True),
            "runtime.runc.start": self._share(key, (CONTAINERS,)),
        }

    def removal(self) -> dict[str, Share]:
        """A removal by force is an end and a removal; the end is what it has more than `rm`."""
        forced, plain, stop = self._key("rm --force"), self._key("rm"), self._key("stop")
        removal, end = self._demand(plain), self._demand(forced)
        runtime = self._share(forced, (RUNTIME, CONTAINERS))
        exit_work = end.cpu[DAEMON] - removal.cpu[DAEMON]
        stopping = self._demand(stop).cpu[DAEMON] - exit_work
        wait = max(0.0, end.wait - removal.wait)
        return {
            "dockerd.containers_delete": self._share(plain, (DAEMON,)),
            "storage.overlay2.delete_layer": self._share(plain, (KERNEL, RUNTIME), waits=True),
            "dockerd.containers_stop": self._part(stop, max(0.0, stopping)),
            "runtime.runc.kill": self._part(forced, runtime.cpu / 2),
            "runtime.runc.delete": self._part(forced, runtime.cpu / 2, wait=wait),
            "storage.overlay2.unmount": self._part(forced, max(0.0, exit_work)),
        }

    def network(self, name: str) -> dict[str, Share]:
        """What a network costs more than the host's own."""
        start, removal = self._key("start", name), self._key("rm --force", name)
        started, removed = self._demand(start), self._demand(removal)
        plain_start, plain_removal = (
            self._demand(self._key(operation)) for operation in ("start", "rm --force")
        )
        daemon = max(0.0, started.cpu[DAEMON] - plain_start.cpu[DAEMON])
        runtime = max(0.0, started.total - plain_start.total - daemon)
        release = max(0.0, removed.total - plain_removal.total)
        threads = removed.threads
        longer = removed.engine_time - plain_removal.engine_time
        return {
            f"network.{name}.allocate": self._part(start, daemon),
            f"network.{name}.namespace": self._part(
                start, runtime, wait=max(0.0, started.wait - plain_start.wait)
            ),
            f"network.{name}.release": self._part(
                removal,
                release,
                wait=max(0.0, longer - release / threads),
                background=max(0.0, removed.after - plain_removal.after),
            ),
        }

    def reading(self) -> dict[str, Share]:
        few = self._key("ps")
        many = max((key for key in self._found if key[0] == "ps"), key=lambda key: key[3])
        everything = (DAEMON, RUNTIME, KERNEL)
        shares = {
            "dockerd.images_json": self._share(self._key("images"), everything, waits=True),
            "dockerd.containers_inspect": self._share(self._key("inspect"), everything, waits=True),
        }
        listing = self._share(few, everything, waits=True)
        if many[3] > few[3]:
            extra = self._demand(many).total - self._demand(few).total
            per_item = max(0.0, extra / (many[3] - few[3]))
            listing = Share(listing.cpu, listing.wait, listing.threads, few, 1.0, per_item=per_item)
        return shares | {"dockerd.containers_json": listing}

    def _share(self, key: Key, components: tuple[str, ...], *, waits: bool = False) -> Share:
        demand = self._demand(key)
        cpu = sum(demand.cpu[component] for component in components)
        return self._part(key, cpu, wait=demand.wait if waits else 0.0)

    def _part(self, key: Key, cpu: float, wait: float = 0.0, background: float = 0.0) -> Share:
        demand = self._demand(key)
        took = cpu / demand.threads + wait
        return Share(cpu, wait, demand.threads, key, took / demand.engine_time, background)

    def _demand(self, key: Key) -> Demand:
        try:
            return self._found[key]
        except KeyError:
            operation, network, behaviour, _ = key
            raise EngineError(
                f"the dataset lacks {operation} by one client with accounting, network {network}, "
                f"behaviour {behaviour}"
            ) from None

    def _key(self, operation: str, network: str = "host") -> Key:
        """The measurement with the fewest containers lying about, and the quickest stop."""
        keys = [key for key in self._found if key[:2] == (operation, network)]
        if operation in ("stop", "rm"):
            keys = [key for key in keys if key[2] == "honours"]
        return min(keys, key=lambda key: key[3], default=(operation, network, "honours", 0))
