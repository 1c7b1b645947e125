"""Which of the interchangeable parts are in place: flow, drivers and runtime."""

from typing import Literal

from docksim.scenario.section import Positive, Section

NetworkDriver = Literal["none", "host", "bridge", "overlay"]


class Flow(Section):
    """Whose message sequences the commands follow."""

    variant: Literal["diagram", "engine"] = "diagram"
    """"diagram": the documented sequence diagrams; "engine": what a real engine does."""


class Storage(Section):
    """The storage driver."""

    driver: Literal["overlay2", "aufs", "btrfs", "devicemapper", "vfs"] = "overlay2"
    """How layers are stacked, and what creating and deleting one costs."""


class Network(Section):
    """The network driver and how many networks there are."""

    driver: NetworkDriver = "bridge"
    """The driver of containers that do not name their own."""
    networks: Positive = 1
    """Networks over which containers are spread in turn; each has its own endpoint lock."""


class Runtime(Section):
    """The OCI runtime."""

    name: Literal["runc", "crun"] = "runc"
    """The program that sets up the container's process."""
