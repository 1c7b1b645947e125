"""The host: its cores, memory, disk and link."""

from typing import Annotated, Literal

from annotated_types import Gt, Lt
from pydantic import AfterValidator

from docksim.scenario.errors import refusal
from docksim.scenario.quantities import Bytes, BytesPerSecond, Seconds
from docksim.scenario.randomness import RandomSeconds
from docksim.scenario.section import Positive, PositiveNumber, Section, Share


class Contention(Section):
    """How much longer something takes beside so many threads that want a core."""

    threads: PositiveNumber
    """Threads that contend for a core with it, over the cores there are."""
    delay: RandomSeconds
    """How much longer it takes then."""
    correlation: Annotated[Share, Lt(1)] = 0.0
    """Of delays that follow each other, by normal scores."""


def _ascending(contentions: tuple[Contention, ...]) -> tuple[Contention, ...]:
    threads = [contention.threads for contention in contentions]
    if threads != sorted(set(threads)):
        found = ", ".join(f"{each:g}" for each in threads)
        raise refusal(f"found threads of {found}", "each more than the one before")
    return contentions


Contentions = Annotated[tuple[Contention, ...], AfterValidator(_ascending)]
"""By threads; beside another number of threads it is in proportion between two of them (beside none
nothing), and beyond the last. Of the scheduler's largest group one thread counts, and of the second
largest all: one crowd shares its cores with who comes, and two keep each other's from them."""


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
    busy_flush: Contentions = ()
    """How much longer it takes while threads contend for the cores: the kernel's that carry it out
    wait for their turn."""
    busy_next_flush: Contentions = ()
    """The same of a flush that follows another at once, which finds those threads awake."""
    busy_grace_period: Contentions = ()
    """The same of a grace period of RCU, which whoever unmounts a file system waits for."""
    busy_unmount: Contentions = ()
    """The same of an unmount of an overlay, which syncs the file system below it."""
    busy_barrier: Contentions = ()
    """The same of a barrier of RCU, which whoever deletes a network device waits for."""
    busy_wakeup: Contentions = ()
    """The same of a thread that is woken up, which waits for a core."""
    link: Annotated[BytesPerSecond, Gt(0)]
    """Network link of the host, shared by all its transfers."""
    cpu_speed: PositiveNumber = 1.0
    """Speed of a core relative to that on which the profile was measured."""
    parallel_efficiency: Annotated[Share, Gt(0)] = 1.0
    """What all cores at once get done, over so many times what one gets done alone: they share
    caches, memory and a hypervisor, and the machine's own threads take a part. Of cores that are
    shared fairly."""
    slice: Seconds = 0.0
    """How long the scheduler lets a thread compute beside others before it is their turn, which
    `brief` work waits for; 0: that shares every moment, like other work."""
    reference: Seconds = 0.0
    """CPU time of a reference piece of work where the profile was measured (`docksim measure`
    repeats it beside each block): by it, another moment's speed is known; 0: unknown."""
    reference_work: str = ""
    """Which piece of work that was; empty: executing the daemon's program."""
    reference_elasticity: Share = 1.0
    """By how many per cent the engine's CPU time grows where the reference work takes one more."""
    scheduler: Literal["fair", "fifo"] = "fair"
    """How cores are shared: "fair" (processor sharing) or "fifo" (in turn, to completion)."""
    source: str = ""
    """Where these numbers come from."""
