"""A private engine: a dockerd with its containerd, a registry, and the link between them."""

from __future__ import annotations

import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docksim.engine.errors import EngineError
from docksim.engine.private import disk, requirements, settings, traces
from docksim.engine.private.cgroups import Groups, joining
from docksim.engine.private.namespaces import Namespaces, connect, hold, last_line, shape, start
from docksim.engine.private.requirements import binary

LINK = "registry"
SUBNET = "10.213.77"
START = 60.0
STOP = 20.0
LABEL = "docksim.engine"
GROUP = re.compile("docksim-[0-9a-f]{8}")
"""The names of our control groups."""

LONGEST_SOCKET = 107
"""Characters that the kernel allows in a socket's path."""

CONTAINERD_PID = "exec/containerd/containerd.pid"
LONGEST_NAME = "exec/containerd/containerd-debug.sock"
"""The longest path of a socket in the engine's folder."""

SEPARATORS = frozenset(",:")
"""Of a mount's options, and of an overlay's lower layers, which have no place in a path of one."""


@dataclass(frozen=True)
class EngineStatus:
    """Whether an engine is there: "absent", "up", or "broken" when only a part of it is."""

    state: str
    detail: str


class PrivateEngine:
    """The engine whose files are in `folder`; all that it consists of is in its cgroup.

    Every method raises EngineError, with one message, when something is not as it should be.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder = folder.resolve()
        self.socket = folder / "docker.sock"
        self.runtime_log = folder / "runtime.log"
        self._state_file = folder / "engine.toml"
        self._daemon_file = folder / "daemon.json"

    def up(self, driver: str = "overlay2") -> None:
        """Start it; what a failed or interrupted start leaves is taken down."""
        requirements.check()
        if self._state_file.exists():
            raise EngineError(
                f"{self.folder}: there is an engine already ({self.status().state}); "
                f"it is removed by: docksim engine down --dir {shlex.quote(str(self.folder))}"
            )
        if self.folder.exists() and any(self.folder.iterdir()):
            raise EngineError(f"{self.folder} is not empty, and not an engine's: choose another")
        if not SEPARATORS.isdisjoint(str(self.folder)):
            raise EngineError(
                f"{self.folder}: no overlay can be mounted where a path has a comma or a colon: "
                "choose another folder"
            )
        if len(str(self.folder / LONGEST_NAME)) > LONGEST_SOCKET:
            longest = LONGEST_SOCKET - len(LONGEST_NAME) - 1
            raise EngineError(f"{self.folder} is too long a path for sockets: {longest} at most")
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._start(driver)
        except BaseException:
            self.down()
            shutil.rmtree(self.folder, ignore_errors=True)  # also where no state could be written
            raise

    def status(self) -> EngineStatus:
        """What is there of it."""
        if self.folder.is_file():
            raise EngineError(f"{self.folder} is a file: a folder is needed")
        if not self._state_file.exists():
            return EngineStatus("absent", f"no engine in {self.folder}")
        members = len(self._groups().members())
        if not self._answers():
            return EngineStatus("broken", f"{members} processes, and its socket does not answer")
        if not self._has_registry():
            return EngineStatus("broken", f"{members} processes, and its registry does not listen")
        return EngineStatus("up", f"DOCKER_HOST=unix://{self.socket}, {members} processes")

    def down(self) -> None:
        """End it and remove all that there is of it; nothing when there is none."""
        if not self._state_file.exists():
            return
        groups = self._groups()
        groups.kill(STOP)
        if left := groups.members():
            raise EngineError(f"processes {sorted(left)} of the engine do not end")
        groups.remove()
        traces.remove(self.folder, groups.name)
        disk.await_release(self.folder)
        shutil.rmtree(self.folder)

    @property
    def registry(self) -> str:
        """The registry's address, as the engine sees it."""
        return f"{SUBNET}.2:{settings.REGISTRY_PORT}"

    def delayed_registry(self, round_trip: float) -> str:
        """The registry's address, where each round trip takes `round_trip` seconds longer; the
        former one with a delay is no more."""
        pid_file = self.folder / "delay.pid"
        if pid_file.exists():
            with suppress(ProcessLookupError):
                os.kill(self._pid("delay.pid"), signal.SIGKILL)
            pid_file.unlink()
        if not round_trip:
            return self.registry
        command = [sys.executable, "-m", "docksim.engine.private.delay"]
        ports = [str(settings.DELAYED_PORT), str(settings.REGISTRY_PORT)]
        space = self.registry_space
        process = self._spawn(
            space.enter(*command, *ports, str(round_trip)), self.account("registry"), "delay.log"
        )
        pid_file.write_text(str(process.pid))
        self._await(lambda: _listens(space, settings.DELAYED_PORT), process, "delay.log")
        return f"{SUBNET}.2:{settings.DELAYED_PORT}"

    @property
    def label(self) -> str:
        """The label of containers, images and networks that are ours."""
        return f"{LABEL}={self.group}"

    @property
    def group(self) -> str:
        """The name of its cgroup, in every hierarchy."""
        return str(self._state()["group"])

    def account(self, part: str) -> Path:
        """Where CPU time of a part is counted: who joins it belongs to the engine."""
        return self._groups().account(part)

    @property
    def engine_space(self) -> Namespaces:
        """Where dockerd lives."""
        return Namespaces(self._state()["engine"])

    @property
    def registry_space(self) -> Namespaces:
        """Where the registry lives."""
        return Namespaces(self._state()["registry"])

    def cpu_seconds(self) -> dict[str, float]:
        """CPU time (s) so far: "dockerd" without what it starts, "runtime" (containerd, shims,
        runc and hooks), "registry", and "all" with the containers."""
        groups = self._groups()
        return {part: groups.cpu_seconds(part) for part in ("dockerd", "runtime", "registry")} | {
            "all": groups.cpu_seconds()
        }

    def flushes(self) -> float:
        """How often its disk has been told to flush, so far."""
        return disk.flushes(self.folder)

    def set_downloads(self, downloads: int) -> None:
        """How many layers the daemon downloads at once."""
        settings.change_daemon(self._daemon_file, max_concurrent_downloads=downloads)
        os.kill(self._pid("docker.pid"), signal.SIGHUP)

    def shape(self, rate: float | None) -> None:
        """Let the registry send at most `rate` bytes a second; None: as fast as it can."""
        shape(self.registry_space, LINK, rate)

    def _start(self, driver: str) -> None:
        state: dict[str, Any] = {"group": f"docksim-{secrets.token_hex(4)}"}
        settings.write_state(self._state_file, state)
        groups = Groups(state["group"])
        holders = groups.account("holders")
        engine, registry = hold(holders, self.folder), hold(holders, self.folder)
        state |= {"engine": engine.holder, "registry": registry.holder}
        settings.write_state(self._state_file, state)
        connect(engine, registry, LINK, SUBNET)
        disk.mount_new(engine, self.folder / "data.img", self.folder / "data")
        self._start_registry(registry, groups)
        self._start_daemon(engine, groups, driver)

    def _start_registry(self, space: Namespaces, groups: Groups) -> None:
        configuration = self.folder / "registry.yml"
        settings.write_registry(configuration, self.folder / "registry")
        command = [binary("docker-registry"), "serve", str(configuration)]
        process = self._spawn(space.enter(*command), groups.account("registry"), "registry.log")
        self._await(lambda: _listens(space, settings.REGISTRY_PORT), process, "registry.log")

    def _start_daemon(self, space: Namespaces, groups: Groups, driver: str) -> None:
        wrapper = self.folder / "timed-runc"
        settings.write_wrapper(wrapper, self.runtime_log)
        settings.write_daemon(self._daemon_file, driver, groups.name, wrapper, SUBNET)
        command = [
            binary("dockerd"),
            f"--config-file={self._daemon_file}",
            f"--data-root={self.folder / 'data'}",
            f"--exec-root={self.folder / 'exec'}",
            f"--pidfile={self.folder / 'docker.pid'}",
            f"--host=unix://{self.socket}",
        ]
        process = self._spawn(space.enter(*command), groups.account("dockerd"), "dockerd.log")
        self._await(self._answers, process, "dockerd.log")
        # dockerd started its containerd; what that starts is counted with it.
        containerd = self._pid(CONTAINERD_PID)
        (groups.account("runtime") / "cgroup.procs").write_text(str(containerd))

    def _spawn(self, command: Sequence[str], account: Path, log: str) -> subprocess.Popen[bytes]:
        """Start a daemon that is counted in an account."""
        return start(joining(account, *command), self.folder / log)

    def _await(self, ready: Callable[[], bool], process: subprocess.Popen[bytes], log: str) -> None:
        deadline = time.monotonic() + START
        while not ready():
            if process.poll() is not None or time.monotonic() > deadline:
                reason = last_line((self.folder / log).read_text(errors="replace"))
                name = log.removesuffix(".log")
                raise EngineError(f"{name} did not start: {reason or 'no word of why'}")
            time.sleep(0.05)

    def _answers(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(5)
            try:
                client.connect(str(self.socket))
                client.sendall(b"GET /_ping HTTP/1.0\r\n\r\n")
                return b" 200 " in client.recv(64)
            except OSError:
                return False

    def _has_registry(self) -> bool:
        try:
            return _listens(self.registry_space, settings.REGISTRY_PORT)
        except EngineError:  # not even its namespaces are there
            return False

    def _pid(self, file: str) -> int:
        return int((self.folder / file).read_text())

    def _groups(self) -> Groups:
        return Groups(self.group)

    def _state(self) -> dict[str, Any]:
        """Raises EngineError for a file that no engine of ours wrote: what is in its group would be
        ended."""
        try:
            state = tomllib.loads(self._state_file.read_text())
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            state = {}
        if not GROUP.fullmatch(str(state.get("group", ""))):
            raise EngineError(f"{self._state_file} is not of a private engine, or is damaged")
        return state


def _listens(space: Namespaces, port: int) -> bool:
    return f":{port} " in space.run("ss", "-Hltn")
