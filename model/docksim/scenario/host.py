"""The host: its cores, memory, disk and link."""

from typing import Annotated, Literal

from annotated_types import Gt

from docksim.des.distributions import Constant, Distribution
from docksim.scenario.quantities import Bytes, BytesPerSecond, Seconds
from docksim.scenario.randomness import RandomSeconds
from docksim.scenario.section import Positive, PositiveNumber, Section, Share

NOTHING: Distribution = Constant(0.0)


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
    """One flush of a small file to the disk."""
    busy_flush: RandomSeconds = NOTHING
    """How much longer it takes for each group of the scheduler's that would keep all cores busy
    just then, or in proportion: the kernel's threads that carry it out wait for their turn."""
    busy_next_flush: RandomSeconds = NOTHING
    """The same of a flush that follows another at once, which finds those threads awake."""
    busy_grace_period: RandomSeconds = NOTHING
    """The same of a grace period of RCU, which whoever unmounts a file system waits for."""
    link: Annotated[BytesPerSecond, Gt(0)]
    """Network link of the host, shared by all its transfers."""
    cpu_speed: PositiveNumber = 1.0
    """Speed of a core relative to that on which the profile was measured."""
    parallel_efficiency: Annotated[Share, Gt(0)] = 1.0
    """What all cores at once get done, over so many times what one gets done alone: they share
    caches, memory and a hypervisor. Of cores that are shared fairly."""
    reference: Seconds = 0.0
    """CPU time of a reference piece of work where the profile was measured (`docksim measure`
    repeats it beside each block): by it, another moment's speed is known; 0: unknown."""
    reference_elasticity: Share = 1.0
    """By how many per cent the engine's CPU time grows where the reference work takes one more."""
    scheduler: Literal["fair", "fifo"] = "fair"
    """How cores are shared: "fair" (processor sharing) or "fifo" (in turn, to completion)."""
    source: str = ""
    """Where these numbers come from."""
