"""dockerd: its limits, timeouts and retries."""

from typing import Annotated, Literal

from annotated_types import Gt

from docksim.scenario.quantities import Bytes, Seconds
from docksim.scenario.randomness import RandomSeconds
from docksim.scenario.section import Count, Name, Section, Share


class Collector(Section):
    """A garbage collector: its work is done beside the requests, on processors that its program
    leaves idle and a quarter of those that it uses, and in part by who allocates meanwhile."""

    every: Annotated[Bytes, Gt(0)]
    """Memory that is allocated from one collection to the next, besides what is in use then."""
    cpu: RandomSeconds
    """CPU time of a collection."""
    slice: Annotated[Seconds, Gt(0)]
    """How long it computes on an idle processor before others have a turn."""
    group: Name
    """The scheduler's group that it computes in, and whose steps' allocations count."""
    source: Name
    """Where these numbers come from."""


class Caches(Section):
    """The processor's caches: what requests use is displaced from them by what others go through
    meanwhile, and has to be fetched again."""

    size: Annotated[Bytes, Gt(0)]
    """Bytes gone through that displace 1 - 1/e of what was there."""
    shared: Share
    """The part of what a request uses that all requests use: any of them brings it back."""
    group: Name
    """The scheduler's group whose steps' allocations displace; those of other groups, as other
    programs, displace everything, but for the kernel's and brief ones."""
    source: Name
    """Where these numbers come from."""


class Daemon(Section):
    """The settings of dockerd that shape queues and failures."""

    image_store: Literal["graphdriver", "containerd"]
    """Who keeps images: dockerd's graph driver or containerd's snapshotter."""
    max_concurrent_downloads: Count
    """Download slots of the whole daemon; 0: no limit."""
    stop_timeout: Seconds
    """From SIGTERM to SIGKILL, where neither container nor command says otherwise."""
    kill_wait: Seconds
    """How long a SIGKILL sent through containerd may take to end the container."""
    direct_kill_wait: Seconds
    """How long a SIGKILL sent directly to the process may take."""
    stop_last_wait: Seconds
    """What stop waits at the very end before it gives up with an error."""
    retries: Count
    """Further tries of a download after the first."""
    retry_backoff: Seconds
    """The i-th retry sleeps i times this."""
    collector: Collector | None = None
    """Of its memory; left out: none that delays anyone."""
    caches: Caches | None = None
    """Of the processor; left out: all is always there."""
