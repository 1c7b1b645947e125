"""Network and mount namespaces, and the link between two of them.

A namespace lives as long as the process that holds it. The link is a veth pair whose ends are made
in their namespaces: none of it ever appears on the host, and all of it goes with the holders.

So does what an engine's programs write besides the folders that they are given: a key in
/etc/docker, sockets of shims in /run/containerd, folders in /run/docker and /opt/containerd.
"""

from __future__ import annotations

import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docksim.engine.errors import EngineError
from docksim.engine.private.cgroups import joining
from docksim.engine.private.requirements import binary, environment

READY = 5.0
"""Seconds for a holder to have its namespaces."""

BURST = 256 * 1024
"""Bytes that the shaper lets through at once: less than a packet of the loopback would stall."""

QUEUE = "400ms"
"""How long a packet may wait in the shaper before it is dropped."""

# Additions go to memory, by relative paths: an overlay's options know no comma or colon in a path.
# $1 itself stays the host's, wherever it is.
_HOLDER = """
set -e
ip link set lo up
cd "$1"
mkdir -p additions
mount -t tmpfs tmpfs additions
for place in run etc opt; do
    mkdir -p additions/$place additions/$place.work
    layers=lowerdir=/$place,upperdir=additions/$place,workdir=additions/$place.work
    mount -t overlay -o $layers overlay /$place
done
mount --no-canonicalize --bind . "$1"
exec sleep infinity
"""


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


def hold(account: Path, folder: Path) -> Namespaces:
    """New namespaces, whose holder is counted in this account, and which share `folder` with the
    host. Raises EngineError."""
    log = folder / "holder.log"
    unshared = [binary("unshare"), "--net", "--mount", "--propagation=private"]
    holder = start(joining(account, *unshared, "sh", "-c", _HOLDER, "sh", str(folder)), log)
    deadline = time.monotonic() + READY
    while not _is_asleep(holder.pid):
        if holder.poll() is not None or time.monotonic() > deadline:
            reason = last_line(log.read_text(errors="replace")) or "is this root?"
            raise EngineError(f"network and mount namespaces cannot be made here: {reason}")
        time.sleep(0.01)
    return Namespaces(holder.pid)


def start(command: Sequence[str], log: Path) -> subprocess.Popen[bytes]:
    """Start what outlasts this process, and writes what it has to say to a file."""
    with log.open("wb") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            env=environment(),
        )


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


def last_line(said: str) -> str:
    """The last line of what a program said: why it gave up; empty when it said nothing."""
    return (said.strip().splitlines() or [""])[-1]


def _is_asleep(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/comm").read_text() == "sleep\n"
    except OSError:
        return False
