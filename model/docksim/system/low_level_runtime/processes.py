"""The containers' own processes, as the kernel sees them: what they take, and how they end."""

from __future__ import annotations

from collections.abc import Callable

import simpy

from docksim.des.distributions import Distribution
from docksim.des.environment import Environment, happen
from docksim.des.streams import Draws, Streams
from docksim.scenario.containers import ContainerKind
from docksim.system.container import Container
from docksim.system.infrastructure.host import Host


class Traits:
    """The random traits of one kind of container."""

    def __init__(self, streams: Streams, kind: ContainerKind) -> None:
        def draws(trait: str, law: Distribution) -> Draws:
            return streams.draws(f"container {kind.name}: {trait}", law)

        self.lifetime = draws("lifetime", kind.lifetime) if kind.lifetime else None
        self.exit_time = draws("exit time", kind.exit_time)
        self.log_size = draws("log size", kind.log_size)
        self.obstinacy = streams.uniforms(f"container {kind.name}: ignores SIGTERM")
        self.immortality = streams.uniforms(f"container {kind.name}: unkillable")


class Processes:
    """Starts container processes, delivers signals to them, ends them.

    `on_exit` is told of every end; the daemon hangs its exit handling there.
    """

    def __init__(
        self,
        env: Environment,
        host: Host,
        streams: Streams,
        kinds: tuple[ContainerKind, ...],
        log_copy_rate: float,
    ) -> None:
        self._env = env
        self._host = host
        self._traits = {kind.name: Traits(streams, kind) for kind in kinds}
        self._log_copy_rate = log_copy_rate
        self.on_exit: Callable[[Container], None] = lambda container: None

    def start(self, container: Container) -> None:
        """Let the process run. Raises OutOfMemory when the host cannot hold it."""
        kind = container.kind
        traits = self._traits[kind.name]
        key = (container.number, container.occurrence)
        if kind.memory:
            self._host.memory.take(kind.memory)
        if container.exited.triggered:
            container.exited = simpy.Event(self._env)
            container.stopped = simpy.Event(self._env)
        container.log_counted_at = self._env.now
        container.log_written += traits.log_size.at(*key)
        # Of what never is, nobody asks when.
        container.unkillable = bool(kind.unkillable) and (
            traits.immortality.at(*key) < kind.unkillable
        )
        if kind.cpu or kind.log_rate:
            container.occupations = tuple(
                self._host.cpu.occupy(cores) for cores in self._cores_of(kind) if cores
            )
        if traits.lifetime is not None and not container.unkillable:
            self._end_in(container, traits.lifetime.at(*key))

    def terminate(self, container: Container) -> None:
        """SIGTERM: the process ends in its own time, or ignores it."""
        traits = self._traits[container.kind.name]
        key = (container.number, container.occurrence)
        share = container.kind.ignores_sigterm
        ignores = bool(share) and traits.obstinacy.at(*key) < share
        if not (ignores or container.unkillable):
            seconds = traits.exit_time.at(*key)
            if seconds:
                self._end_in(container, seconds)
            else:
                self._end(container)

    def kill(self, container: Container) -> None:
        """SIGKILL: the process ends, unless it hangs in the kernel (state D)."""
        if not container.unkillable:
            self._end(container)

    def _cores_of(self, kind: ContainerKind) -> tuple[float, float]:
        """What it burns itself, and what copying its log costs the daemon."""
        return kind.cpu, kind.log_rate / self._log_copy_rate

    def _end_in(self, container: Container, seconds: float) -> None:
        incarnation = container.exited

        def end(_: simpy.Event) -> None:
            if container.exited is incarnation:
                self._end(container)

        timer = self._env.timeout(seconds)
        assert timer.callbacks is not None
        timer.callbacks.append(end)

    def _end(self, container: Container) -> None:
        if container.exited.triggered:
            return
        container.log_written = container.log_size(self._env.now)
        container.log_ended_at = self._env.now
        for occupation in container.occupations:
            occupation.release()
        container.occupations = ()
        self._host.memory.give(container.kind.memory)
        happen(container.exited)
        self.on_exit(container)
