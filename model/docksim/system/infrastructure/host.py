"""The host under it all: cores, disk, link, memory, and the kernel's and daemons' global locks."""

from __future__ import annotations

from collections.abc import Callable

from docksim.des.bulk import BulkStation
from docksim.des.environment import Environment
from docksim.des.semaphore import Lock
from docksim.des.sharing import SharedStation
from docksim.des.streams import Draws
from docksim.scenario.host import Host as HostSettings
from docksim.system.infrastructure.path import Path
from docksim.system.infrastructure.processor import processor
from docksim.system.infrastructure.reserve import Reserve
from docksim.system.outcomes import NoSpaceLeft, OutOfMemory


class Host:
    """One machine.

    cpu      cores, shared (`grouped`: by groups first) or run to completion
    disk     bandwidth (bytes/s), shared by those who read and write
    journal  of the file system, which commits one transaction at a time for all who flush
    link     to the registry (bytes/s), shared max-min
    path     what a download passes: the link, and whatever the host has been given beyond it
    memory, space   what is taken and given back (bytes)
    """

    def __init__(
        self,
        env: Environment,
        settings: HostSettings,
        link_bandwidth: float,
        uniforms: Callable[[str], Draws],
        *,
        grouped: bool = False,
    ) -> None:
        self._env = env
        self.cpu = processor(env, "host.cpu", settings, uniforms, grouped=grouped)
        self.disk = SharedStation(env, "host.disk", settings.disk_bandwidth)
        self.journal = BulkStation(env, "host.journal")
        self.link = SharedStation(env, "host.link", link_bandwidth)
        self.path = Path(env, self.link)
        self.memory = Reserve(settings.memory, OutOfMemory)
        self.space = Reserve(settings.disk_size, NoSpaceLeft)
        self.locks: dict[str, Lock] = {}

    def lock(self, name: str) -> Lock:
        """The lock of that name, of which there is one on the host (or in its only daemon)."""
        if name not in self.locks:
            self.locks[name] = Lock(self._env, name)
        return self.locks[name]
