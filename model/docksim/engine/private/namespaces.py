"""Network and mount namespaces, and the link between two of them.

A namespace lives as long as the process that holds it. The link is a veth pair whose ends are made
in their namespaces: none of it ever appears on the host, and all of it goes with the holders.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docksim.engine.errors import EngineError
from docksim.engine.private.requirements import binary, environment

READY = 5.0
"""Seconds for a holder to have its namespaces."""

BURST = 256 * 1024
"""Bytes that the shaper lets through at once: less than a packet of the loopback would stall."""

QUEUE = "400ms"
"""How long a packet may wait in the shaper before it is dropped."""


@dataclass(frozen=True)
class Namespaces:
    """The network and mount namespaces that a process holds."""

    holder: int

    @property
    def root(self) -> Path:
        """The root folder, as it is seen from outside."""
        return Path(f"/proc/{self.holder}/root")

    def enter(self, *command: str) -> list[str]:
        """The command line that runs a command in them."""
        return [binary("nsenter"), f"--target={self.holder}", "--net", "--mount", "--", *command]

    def run(self, *command: str) -> str:
        """Run a short command in them. Raises EngineError when it fails."""
        return run(self.enter(*command))


def hold(account: Path) -> Namespaces:
    """New namespaces, whose holder is counted in this account. Raises EngineError."""
    script = f"echo $$ > {account}/cgroup.procs && ip link set lo up && exec sleep infinity"
    command = [binary("unshare"), "--net", "--mount", "--propagation=private"]
    holder = subprocess.Popen(
        [*command, "sh", "-c", script],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=environment(),
    )
    deadline = time.monotonic() + READY
    while not _is_asleep(holder.pid):
        if holder.poll() is not None or time.monotonic() > deadline:
            raise EngineError("network and mount namespaces cannot be made here: is this root?")
        time.sleep(0.01)
    return Namespaces(holder.pid)


def connect(first: Namespaces, second: Namespaces, device: str, subnet: str) -> None:
    """Join two namespaces by a link, on which they are `subnet`.1 and `subnet`.2."""
    addresses = (f"{subnet}.1", f"{subnet}.2")
    pair = ["link", "add", device, "netns", str(first.holder), "type", "veth"]
    run([binary("ip"), *pair, "peer", "name", device, "netns", str(second.holder)])
    for end, address in zip((first, second), addresses, strict=True):
        end.run("ip", "address", "add", f"{address}/24", "dev", device)
        end.run("ip", "link", "set", device, "up")


def shape(sender: Namespaces, device: str, rate: float | None) -> None:
    """Let a namespace send at most `rate` bytes a second over a device; None: as fast as it can."""
    queues = sender.run("tc", "qdisc", "show", "dev", device)
    if "tbf" in queues:
        sender.run("tc", "qdisc", "del", "dev", device, "root")
    if rate is not None:
        bits = f"{round(8 * rate)}bit"
        limits = ("rate", bits, "burst", f"{BURST}b", "latency", QUEUE)
        sender.run("tc", "qdisc", "add", "dev", device, "root", "tbf", *limits)


def run(command: Sequence[str]) -> str:
    """Output of a short command. Raises EngineError when it fails."""
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env=environment(),
    )
    if done.returncode:
        raise EngineError(f"{' '.join(command)}: {done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _is_asleep(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
    except OSError:
        return False
