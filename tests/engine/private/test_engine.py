"""A private engine comes and goes, and the host is as it was before."""

import os
import re
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory

import docker
import pytest

from docksim.engine.errors import EngineError
from docksim.engine.measurement import contention
from docksim.engine.measurement.tracing import tracer
from docksim.engine.private import PrivateEngine
from docksim.engine.private.cgroups import Groups
from docksim.engine.private.images import ImageShape, publish
from docksim.engine.private.settings import REGISTRY_PORT

pytestmark = pytest.mark.engine


def output(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def traces():
    """What an engine could leave on its host, besides its folder, groups and processes."""
    return {
        "links": output("ip", "-brief", "link"),
        "queues": output("tc", "qdisc"),
        "mounts": Path("/proc/self/mountinfo").read_text(),
        "rules": output("iptables-save"),
        "loops": output("losetup", "--all"),
        "instances": output("unshare", "--mount", "sh", "-c", INSTANCES),
        "files": {str(file) for place in SHARED for file in Path(place).rglob("*")},
    }


SHARED = ("/etc/docker", "/opt/containerd", "/run/containerd", "/run/docker", "/run/mount")
INSTANCES = "mount -t tracefs none /mnt && ls /mnt/instances"


class Belongings:
    """The groups and processes that an engine has now, and what there is of them later."""

    def __init__(self, engine):
        self.folder = engine.folder
        self.group = tomllib.loads((engine.folder / "engine.toml").read_text())["group"]
        self.members = {pid: began(pid) for pid in Groups(self.group).members()}

    def left(self):
        groups = [str(f) for f in Path("/sys/fs/cgroup").glob(f"*/{self.group}")]
        members = [pid for pid, then in self.members.items() if began(pid) == then]
        others = [f.parent for f in Path("/proc").glob("[0-9]*/cmdline") if self._is_of(f)]
        return groups, members, others, self.folder.exists()

    def _is_of(self, command):
        try:
            return str(self.folder).encode() in command.read_bytes()
        except OSError:
            return False


NOTHING = ([], [], [], False)


def began(pid):
    """When a process began, which tells it from a later one of the same number; None when it has
    ended, though nobody may have asked for its exit code yet."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    except OSError:
        return None
    return None if fields[0] == "Z" else fields[19]


def client(engine):
    return docker.DockerClient(base_url=f"unix://{engine.socket}")


def with_container(engine):
    """Start a container with a network of the engine's, which has mounts, a bridge and rules."""
    publish(engine, "small", ImageShape(layers=2, size=1e6))
    api = client(engine)
    image = f"{engine.registry}/small:latest"
    api.images.pull(image)
    return api.containers.run(image, ["sleep", "600"], detach=True, ports={"80/tcp": None})


def test_it_runs_containers_and_leaves_nothing(engine):
    before = traces()
    engine.up()
    assert engine.status().state == "up"
    container = with_container(engine)
    container.reload()
    assert container.status == "running"
    assert traces()["links"] == before["links"]
    assert traces()["mounts"] == before["mounts"]
    belongings = Belongings(engine)
    assert len(belongings.members) >= 6  # two holders, registry, dockerd, containerd, a shim
    engine.down()
    assert traces() == before
    assert belongings.left() == NOTHING
    assert engine.status().state == "absent"


@pytest.mark.parametrize("file", ["/etc/docker/key", "/opt/containerd/key", "/run/docker/key"])
def test_files_besides_its_folder_are_its_own(running_engine, file):
    file = Path(f"{file}-{running_engine.group}")
    space = running_engine.engine_space
    space.run("touch", str(file))
    assert space.run("ls", str(file)) == f"{file}\n"
    assert not file.exists()
    assert space.run("cat", "/etc/passwd") == Path("/etc/passwd").read_text()


def test_its_folder_may_be_anywhere_and_have_a_name_that_shells_would_split(monkeypatch):
    """Also below a folder that is otherwise its own, and found through a link."""
    monkeypatch.setattr(contention, "ROUNDS", 1)
    monkeypatch.setattr(contention, "LIVES", 1)
    before = traces()
    with TemporaryDirectory(prefix="an engine's ", dir="/run") as place:
        link = Path(place) / "link"
        link.symlink_to(place)
        engine = PrivateEngine(link / "e1")
        engine.up()
        try:
            with_container(engine)
            engine.delayed_registry(0.01)
            with tracer(engine) as trace:
                lives = contention.container_lives(engine, trace)
        finally:
            engine.down()
        assert all(row["cpu"] > 0 for row in lives)
        assert list(Path(place).iterdir()) == [link]
    assert traces() == before


def test_what_a_killed_harness_left_is_taken_down(engine):
    before = traces()
    script = (
        "from pathlib import Path; from docksim.engine.private import PrivateEngine; "
        "from docksim.engine.measurement.tracing import tracer; "
        f"engine = PrivateEngine(Path({str(engine.folder)!r})); engine.up(); "
        "trace = tracer(engine); trace.__enter__().start(); print('up', flush=True); input()"
    )
    harness = subprocess.Popen(
        [sys.executable, "-c", script],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert harness.stdout.readline() == "up\n"
    with_container(engine)
    harness.kill()
    harness.wait()
    assert engine.status().state == "up"
    assert engine.group in traces()["instances"]
    belongings = Belongings(engine)
    PrivateEngine(engine.folder).down()
    assert traces() == before
    assert belongings.left() == NOTHING


def test_an_interrupted_start_leaves_nothing(engine):
    before = traces()
    script = (
        # Whoever runs the tests in the background ignores the signal, which children inherit.
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from pathlib import Path; from docksim.engine.private import PrivateEngine; "
        f"PrivateEngine(Path({str(engine.folder)!r})).up()"
    )
    harness = subprocess.Popen([sys.executable, "-c", script], stderr=subprocess.DEVNULL)
    while not (engine.folder / "registry.log").exists():  # holders and their link are there
        time.sleep(0.001)
    belongings = Belongings(engine)
    harness.send_signal(signal.SIGINT)
    assert harness.wait(timeout=60) != 0
    assert traces() == before
    assert belongings.left() == NOTHING


def test_a_dead_daemon_makes_a_broken_engine_that_can_be_taken_down(running_engine):
    os.kill(int((running_engine.folder / "docker.pid").read_text()), signal.SIGKILL)
    time.sleep(0.2)
    assert running_engine.status().state == "broken"
    running_engine.down()
    assert running_engine.status().state == "absent"


def test_an_engine_without_its_registry_is_broken(running_engine):
    command = ("ss", "-Hltnp", "sport", "=", str(REGISTRY_PORT))
    listener = re.search(r"pid=(\d+)", running_engine.registry_space.run(*command))
    os.kill(int(listener[1]), signal.SIGKILL)
    time.sleep(0.2)
    status = running_engine.status()
    assert (status.state, "registry does not listen" in status.detail) == ("broken", True)


def test_a_folder_with_other_things_in_it_is_not_touched(tmp_path):
    (tmp_path / "diary.txt").write_text("dear diary")
    with pytest.raises(EngineError, match="not empty"):
        PrivateEngine(tmp_path).up()
    PrivateEngine(tmp_path).down()
    assert (tmp_path / "diary.txt").read_text() == "dear diary"


def test_a_path_too_long_for_sockets_is_refused_at_once(tmp_path):
    folder = tmp_path / ("x" * 80)
    with pytest.raises(EngineError, match="too long a path"):
        PrivateEngine(folder).up()
    assert not folder.exists()


@pytest.mark.parametrize("name", ["a,b", "a:b"])
def test_a_path_that_mount_options_cannot_hold_is_refused_at_once(tmp_path, name):
    folder = tmp_path / name
    with pytest.raises(EngineError, match="comma or a colon: choose another folder"):
        PrivateEngine(folder).up()
    assert not folder.exists()


def test_an_engine_is_not_started_twice(running_engine):
    with pytest.raises(EngineError, match=r"already \(up\).*engine down --dir /"):
        running_engine.up()
    assert running_engine.status().state == "up"


def test_downloads_at_once_are_set_while_it_runs(running_engine):
    running_engine.set_downloads(7)
    assert '"max-concurrent-downloads": 7' in (running_engine.folder / "daemon.json").read_text()
    time.sleep(0.5)
    assert running_engine.status().state == "up"


def pull_seconds(engine, name):
    api = client(engine)
    image = f"{engine.registry}/{name}:latest"
    began = time.perf_counter()
    api.images.pull(image)
    took = time.perf_counter() - began
    api.images.remove(image)
    return took


def test_the_link_to_the_registry_is_shaped_and_freed_again(running_engine):
    # 4 MB that cannot be compressed take at least 2 s at 2 MB/s, but for the first burst.
    ((compressed, _),) = publish(running_engine, "dense", ImageShape(size=4e6, compressibility=1))
    assert compressed > 4e6
    running_engine.shape(2e6)
    slow = pull_seconds(running_engine, "dense")
    running_engine.shape(None)
    fast = pull_seconds(running_engine, "dense")
    assert slow > (compressed - 256 * 1024) / 2e6
    assert fast < slow


def test_cpu_time_is_counted_by_component(running_engine):
    before = running_engine.cpu_seconds()
    container = with_container(running_engine)
    container.remove(force=True)
    after = running_engine.cpu_seconds()
    for part in ("dockerd", "runtime", "registry"):
        assert after[part] > before[part]
    parts = sum(after[part] - before[part] for part in ("dockerd", "runtime", "registry"))
    assert parts <= after["all"] - before["all"]
