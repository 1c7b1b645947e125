"""The Docker Registry: answers for manifests, streams layer blobs, and sometimes fails."""

from __future__ import annotations

from collections.abc import Generator, Iterable

import simpy

from docksim.des.environment import Environment
from docksim.des.fifo import FifoStation
from docksim.des.streams import Streams
from docksim.scenario.images import Image, Layer
from docksim.scenario.registry import Registry as RegistrySettings
from docksim.system.command import ATTEMPT_STRIDE, Command
from docksim.system.components import DOCKERD, REGISTRY
from docksim.system.messages import Costs
from docksim.system.outcomes import ImageNotFound, RegistryUnavailable
from docksim.system.registry.origins import Provide
from docksim.system.registry.rate_limit import RateLimit

Events = Generator[simpy.Event, object, None]


class BrokenTransfer(Exception):
    """A blob that did not arrive whole; `received` says how many bytes did."""

    def __init__(self, received: float) -> None:
        super().__init__(received)
        self.received = received


class Registry:
    """The registry as one dockerd sees it.

    Its servers answer requests in turn; the bodies come over the host's path, as soon as they are
    provided there.
    """

    def __init__(
        self,
        env: Environment,
        costs: Costs,
        streams: Streams,
        settings: RegistrySettings,
        servers: FifoStation,
        provide: Provide,
    ) -> None:
        self._env = env
        self._settings = settings
        self.resumable = settings.resumable
        self._limit = RateLimit(settings.rate_limit, settings.rate_window)
        self.servers = servers
        self._provide = provide
        self._faults = streams.uniforms("registry fault")
        self._break = streams.uniforms("registry break point")
        call, reply = costs.call, costs.reply
        served = costs.visit(REGISTRY, self.servers, "registry.service")
        self._query = call(
            DOCKERD, REGISTRY, "query image manifest", "registry.manifest", visit=served
        )
        self._descriptors = reply(REGISTRY, DOCKERD, "layer descriptors", "registry.descriptors")
        self._request = call(DOCKERD, REGISTRY, "download layer", "registry.blob", visit=served)
        self._data = reply(REGISTRY, DOCKERD, "layer data", "dockerd.receive_layer", over_link=True)
        self._config = call(
            DOCKERD, REGISTRY, "download image config", "registry.blob", visit=served
        )
        self._pull = call(DOCKERD, REGISTRY, "pull image")
        self._pulled = reply(REGISTRY, DOCKERD, "image data")

    def pull(self, command: Command) -> Iterable[simpy.Event]:
        """Announce a pull inside a run; the whole pull flow follows."""
        return self._pull(command)

    def pulled(self, command: Command) -> Iterable[simpy.Event]:
        """The pull inside a run has delivered."""
        return self._pulled(command)

    def manifest(self, command: Command, image: Image) -> Events:
        """The image's layer descriptors.

        Raises TooManyRequests, ImageNotFound, or RegistryUnavailable (manifests are not retried).
        """
        yield from self._query(command)
        yield from command.settle(self._env)
        if self._draw_fault(command) < self._settings.error_share:
            raise RegistryUnavailable
        self._limit.charge(self._env.now)
        if not image.published:
            raise ImageNotFound
        yield from self._descriptors(command, items=len(image.layers))

    def config(self, command: Command) -> Iterable[simpy.Event]:
        """The image's configuration, a small blob that takes no download slot."""
        return self._config(command)

    def blob(self, command: Command, layer: Layer, offset: float) -> Events:
        """A layer's blob, from `offset` bytes on. Raises BrokenTransfer."""
        yield from self._request(command)
        fault = self._draw_fault(command)
        if fault < self._settings.error_share:
            raise BrokenTransfer(0.0)
        yield from command.settle(self._env)
        yield from self._provide(layer)
        rest = layer.compressed - offset
        if fault >= self._settings.error_share + self._settings.reset_share:
            yield from self._data(command, size=rest)
            return
        received = rest * self._break.at(command.number, command.occurrence)
        yield from self._data(command, size=received)
        raise BrokenTransfer(received)

    def _draw_fault(self, command: Command) -> float:
        return self._faults.at(command.number, command.occurrence)


def attempt_of(command: Command, attempt: int) -> Command:
    """The branch of a command for its next attempt: it shares no draw with the failed one."""
    return command.fork(command.branch + attempt * ATTEMPT_STRIDE)
