"""Kinds of containers: what a container does to its host while it is there."""

from typing import Annotated

from annotated_types import Gt

from docksim.des.distributions import Constant, Distribution
from docksim.scenario.choices import NetworkDriver
from docksim.scenario.quantities import Bytes, BytesPerSecond, Seconds
from docksim.scenario.randomness import RandomBytes, RandomSeconds
from docksim.scenario.section import Count, Name, Number, Section, Share

DEFAULT_KIND = "default"
NOTHING: Distribution = Constant(0.0)


class ContainerKind(Section):
    """One kind of container, named by the actions that create it."""

    name: Name = DEFAULT_KIND
    """How actions name this kind."""
    cpu: Number = 0.0
    """Cores that it burns while it runs."""
    memory: Bytes = 0.0
    """Memory that it holds while it runs."""
    lifetime: RandomSeconds | None = None
    """How long it runs by itself; left out: until it is stopped."""
    ignores_sigterm: Share = 0.0
    """Share of containers that do not end on SIGTERM."""
    exit_time: RandomSeconds = NOTHING
    """What the others take to end on SIGTERM."""
    unkillable: Share = 0.0
    """Share of containers that do not even end on SIGKILL (a process in state D)."""
    log_size: RandomBytes = NOTHING
    """Log written at the start."""
    log_rate: BytesPerSecond = 0.0
    """Log written while it runs."""
    log_line: Annotated[Bytes, Gt(0)] = 100.0
    """Mean length of a line of log."""
    stop_timeout: Seconds | None = None
    """From SIGTERM to SIGKILL; left out: the daemon's."""
    volumes: Count = 0
    """Volumes that are created and mounted with it."""
    ports: Count = 0
    """Ports that it publishes."""
    image: Name | None = None
    """Image of those that are there at the start; left out: the first image."""
    running: Count = 0
    """How many run at the start."""
    stopped: Count = 0
    """How many are there at the start, stopped."""
    network: NetworkDriver | None = None
    """Its own network driver; left out: the scenario's."""


def with_default(kinds: tuple[ContainerKind, ...]) -> tuple[ContainerKind, ...]:
    """The declared kinds and a plain one, which is there without being declared."""
    if any(kind.name == DEFAULT_KIND for kind in kinds):
        return kinds
    return (*kinds, ContainerKind())
