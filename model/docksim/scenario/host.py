"""The host: its cores, memory, disk and link."""

from typing import Annotated, Literal

from annotated_types import Gt

from docksim.scenario.quantities import Bytes, BytesPerSecond
from docksim.scenario.randomness import RandomSeconds
from docksim.scenario.section import Positive, PositiveNumber, Section


class Host(Section):
    """The machine on which daemons and containers compete."""

    cores: Positive
    """CPU cores."""
    memory: Annotated[Bytes, Gt(0)]
    """Main memory."""
    disk_size: Annotated[Bytes, Gt(0)]
    """Room for images, and for what containers copy of them."""
    disk_bandwidth: Annotated[BytesPerSecond, Gt(0)]
    """What the disk reads and writes in all."""
    flush: RandomSeconds
    """One fdatasync."""
    link: Annotated[BytesPerSecond, Gt(0)]
    """Network link of the host, shared by all its transfers."""
    cpu_speed: PositiveNumber = 1.0
    """Speed of a core relative to that on which the profile was measured."""
    scheduler: Literal["fair", "fifo"] = "fair"
    """How cores are shared: "fair" (processor sharing) or "fifo" (in turn, to completion)."""
    source: str = ""
    """Where these numbers come from."""
