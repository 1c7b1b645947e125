"""A fleet: many hosts that are alike, and where they get layers from."""

from typing import Annotated, Literal

from annotated_types import Gt

from docksim.scenario.quantities import Bytes, BytesPerSecond, Seconds
from docksim.scenario.section import Flag, Positive, Section


class Fleet(Section):
    """Hosts as the scenario describes one; each workload goes on on every one of them."""

    hosts: Positive = 1
    """How many there are."""
    spread: Seconds = 0.0
    """Within so long after each other, at random, their workloads begin."""
    source: Literal["registry", "mirrors", "peers"] = "registry"
    """Where layers come from: the registry; a mirror in each rack, which fetches a layer from the
    registry once and sends it when it has it; or hosts that hand each other pieces of layers, of
    which the registry has the first."""
    rack: Positive = 40
    """Hosts that share a mirror."""
    mirror_bandwidth: Annotated[BytesPerSecond, Gt(0)] = 1.25e9
    """What a mirror receives in all, and sends in all."""
    warm: Flag = False
    """Whether the mirrors have all layers at the start."""
    piece: Annotated[Bytes, Gt(0)] = 4 * 2**20
    """What peers hand each other at once."""
    uploads: Positive = 10
    """Peers that a host, or the registry, sends pieces of one layer to at once."""
    downloads: Positive = 4
    """Pieces of one layer that a host receives at once."""
