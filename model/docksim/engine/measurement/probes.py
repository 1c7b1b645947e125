"""Micro-probes: single sections of the path alone, by one caller and by two.

What two callers at once get done, over what one does, tells whether a section is serialised; what
one gets done while all cores are busy, how long its kernel threads wait for their turn.
"""

from __future__ import annotations

import ctypes
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd

from docksim.engine.errors import EngineError
from docksim.engine.private.cgroups import joining
from docksim.engine.private.engine import PrivateEngine
from docksim.engine.private.namespaces import last_line
from docksim.engine.private.requirements import binary, environment

TIMES = {
    "flush": 100, "spaced_flush": 100, "unmount": 60, "overlay_unmount": 60, "barrier": 20,
    "wakeup": 300, "namespace": 8, "inflate": 2,
}  # fmt: skip
"""How often a caller does each in a round."""

DELAYED = ("flush", "spaced_flush", "unmount", "overlay_unmount", "barrier", "wakeup")
"""What is done beside crowds, too: the kernel's own threads have a part in it."""

Timed = tuple[Callable[[], None], Callable[[], object]]
"""What comes before an execution, and what is timed."""

CALLERS = (1, 2)
CROWDS = ((1, 0.5), (2, 0.5), (2, 2.0), (2, 8.0))
"""Sessions that want the cores besides, and programs a core in each of them."""

BLOCK = 4096
SPACE = 0.01
"""Seconds of something else before an execution that is not to follow another at once."""

NAP = 0.002
"""Seconds after which someone wants a core again."""

DETACH = 2
"""MNT_DETACH of umount2(2), which the daemon unmounts with."""

RTM_DELLINK, NLM_F_REQUEST, NLM_F_ACK, IFLA_IFNAME = 17, 1, 4, 3
"""Of rtnetlink(7) and netlink(7)."""

INFLATED = 8 << 20
"""Bytes that one inflation makes."""


def probe(engine: PrivateEngine) -> pd.DataFrame:
    """One round of them. A row an execution: probe, callers at once, busy sessions besides,
    programs at once in each of these, seconds.

    flush      a file of 4 KiB written anew in the engine's file system and put in another's place,
               as the daemon keeps what it knows
    spaced_flush   the same, 10 ms after the one before: who does something else in between has to
               be woken, and those who write the journal for it
    unmount    a file system in memory mounted and, as the daemon does it, unmounted, which waits
               for an expedited grace period of RCU (namespace_unlock, fs/namespace.c)
    overlay_unmount   an overlay on the engine's file system mounted, a folder made in it, and
               unmounted, which syncs that file system (ovl_sync_fs, fs/overlayfs/super.c)
    namespace  a network namespace made and left
    barrier    a pair of veth devices deleted, which waits for a barrier of RCU (netdev_run_todo,
               net/core/dev.c)
    wakeup     a nap of 2 ms, at whose end a core is waited for
    inflate    8 MiB inflated from gzip, by one core
    """
    rows = [row for callers in CALLERS for row in _probed(engine, list(TIMES), callers)]
    cores = os.cpu_count() or 1
    for sessions, programs in CROWDS:
        rows += _probed(engine, DELAYED, 1, sessions, max(1, round(programs * cores)))
    return pd.DataFrame(rows)


def _probed(
    engine: PrivateEngine, probes: Iterable[str], callers: int, sessions: int = 0, programs: int = 0
) -> list[dict[str, Any]]:
    beside = {"callers": callers, "busy": sessions, "programs": programs}
    command = [sys.executable, "-m", __name__, str(engine.folder / "data")]
    enter, account = engine.engine_space.enter, engine.account("probe")
    commands = [
        joining(account, *enter(*command, str(caller), *probes)) for caller in range(callers)
    ]
    with spinning(sessions, programs):
        return [row | beside for told in _told(commands) for row in json.loads(told)]


def _told(commands: Iterable[Sequence[str]]) -> list[str]:
    """What programs print that run at once; when one fails, the others are ended."""
    processes = [
        subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
        )
        for command in commands
    ]
    try:
        return [_words(process) for process in processes]
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _words(process: subprocess.Popen[str]) -> str:
    told, complaint = process.communicate()
    if code := process.returncode:
        raise EngineError(f"a micro-probe failed: {last_line(complaint) or f'exit code {code}'}")
    return told


@contextmanager
def spinning(sessions: int, programs: int) -> Iterator[None]:
    """Have so many sessions, each a group of the scheduler's, execute what an engine executes, each
    so many at once, one after the other: programs of many short threads. One that computes without
    a pause would hold a core longer. They end with this process, however it ends."""
    execution = f"{binary('dockerd')} --version > /dev/null"
    loop = f"while kill -0 {os.getpid()} 2> /dev/null; do {execution}; done"
    session = ["sh", "-c", f"for program in $(seq {programs}); do {loop} & done; wait"]
    busy = [subprocess.Popen(session, start_new_session=True) for _ in range(sessions)]
    try:
        yield
    finally:
        for process in busy:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _sections(folder: Path, caller: str) -> dict[str, Timed]:
    import gzip

    kept, draft = folder / f"probe-{caller}", folder / f"probe-{caller}.draft"
    packed = gzip.compress(b"What repeats itself is cheap. " * (INFLATED // 30), 1)
    device = f"probe{caller}"
    deletion = _link_deletion(device)
    netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE)
    mounted, layers = folder / f"mounted-{caller}", folder / f"layers-{caller}"
    mounted.mkdir(exist_ok=True)
    libc, place = ctypes.CDLL(None, use_errno=True), str(mounted).encode()
    lower, upper, work = (layers / name for name in ("lower", "upper", "work"))
    overlaid = f"lowerdir={lower},upperdir={upper},workdir={work}".encode()

    def flush() -> None:
        with draft.open("wb") as file:
            file.write(bytes(BLOCK))
            file.flush()
            os.fsync(file.fileno())
        draft.rename(kept)

    def done(failed: int, what: str) -> None:
        if failed:
            raise OSError(ctypes.get_errno(), f"{what} cannot be mounted and unmounted", place)

    def unmount() -> None:
        done(libc.mount(b"probe", place, b"tmpfs", 0, None), "a tmpfs")
        done(libc.umount2(place, DETACH), "a tmpfs")

    def mount_overlay() -> None:
        shutil.rmtree(layers, ignore_errors=True)
        for each in (lower, upper, work):
            each.mkdir(parents=True)
        done(libc.mount(b"probe", place, b"overlay", 0, overlaid), "an overlay")
        (mounted / "folder").mkdir()
        time.sleep(SPACE)

    def unmount_overlay() -> None:
        done(libc.umount2(place, DETACH), "an overlay")

    def add_devices() -> None:
        pair = ["ip", "link", "add", device, "type", "veth", "peer", "name", f"{device}p"]
        subprocess.run(pair, check=True)
        time.sleep(SPACE)

    def delete_devices() -> None:
        netlink.send(deletion)
        (error,) = struct.unpack_from("i", netlink.recv(BLOCK), 16)
        if error:
            raise OSError(-error, "a network device cannot be deleted", device)

    def pause() -> None:
        time.sleep(SPACE)

    def nothing() -> None:
        pass

    return {
        "flush": (nothing, flush),
        "spaced_flush": (pause, flush),
        "unmount": (pause, unmount),
        "overlay_unmount": (mount_overlay, unmount_overlay),
        "barrier": (add_devices, delete_devices),
        "wakeup": (nothing, lambda: time.sleep(NAP)),
        "namespace": (nothing, lambda: subprocess.run(["unshare", "--net", "true"], check=True)),
        "inflate": (nothing, lambda: gzip.decompress(packed)),
    }


def _link_deletion(device: str) -> bytes:
    """The message of netlink that deletes a network device, which will be acknowledged."""
    name = device.encode() + b"\0"
    attribute = struct.pack("HH", 4 + len(name), IFLA_IFNAME) + name + bytes(-len(name) % 4)
    flags = NLM_F_REQUEST | NLM_F_ACK
    header = struct.pack("IHHII", 32 + len(attribute), RTM_DELLINK, flags, 1, 0)
    return header + bytes(16) + attribute


def _timed(before: Callable[[], None], section: Callable[[], object]) -> float:
    before()
    began = time.perf_counter()
    section()
    return time.perf_counter() - began


def main(folder: str, caller: str, *probes: str) -> None:
    """Do sections in this process, and print what each execution took."""
    sections = _sections(Path(folder), caller)
    rows = [
        {"probe": name, "seconds": _timed(*sections[name])}
        for name in probes
        for _ in range(TIMES[name])
    ]
    (Path(folder) / f"probe-{caller}").unlink()
    (Path(folder) / f"mounted-{caller}").rmdir()
    shutil.rmtree(Path(folder) / f"layers-{caller}", ignore_errors=True)
    print(json.dumps(rows))


if __name__ == "__main__":
    main(*sys.argv[1:])
