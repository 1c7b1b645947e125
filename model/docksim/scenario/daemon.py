"""dockerd: its limits, timeouts and retries."""

from typing import Literal

from docksim.scenario.quantities import Seconds
from docksim.scenario.section import Count, Section


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
