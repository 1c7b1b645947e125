"""Every mistake is told: file, key path, what was found, what is allowed, what was meant."""

from pathlib import Path

import pytest

from docksim.scenario import ScenarioError, load, loads

HERE = Path(__file__).parent
GOOD = (HERE / "good.toml").read_text()


def message(text: str, folder: Path = HERE) -> str:
    with pytest.raises(ScenarioError) as caught:
        loads(text, folder)
    return str(caught.value)


# (what to replace in the good scenario, by what, fragments of the message)
MISTAKES = {
    "unknown section": (
        "[run]",
        "[runn]",
        ['scenario: runn: unknown key "runn"', "workload, run", 'did you mean "run"?'],
    ),
    "unknown key": (
        'rate = "5 /s"',
        'rat = "5 /s"',
        ["workload[0].rat: unknown key", "arrivals, rate", 'did you mean "rate"?'],
    ),
    "unknown key of an action": (
        "tail = 10",
        "tial = 10",
        ["workload[0].mix[1].tial: unknown key", 'did you mean "tail"?'],
    ),
    "wrong type": (
        "tail = 10",
        'tail = "ten"',
        ['scenario: workload[0].mix[1].tail: found "ten"', "allowed: a whole number"],
    ),
    "number as text": (
        "clients = 4",
        'clients = "4"',
        ['workload[1].clients: found "4"', "a whole number"],
    ),
    "no clients": ("clients = 4", "clients = 0", ["workload[1].clients: found 0", "at least 1"]),
    "share above one": (
        "cpu = 0.3",
        "ignores_sigterm = 1.5",
        ["containers[0].ignores_sigterm: found 1.5", "at most 1"],
    ),
    "truth value as number": (
        "present = true",
        "present = 1",
        ["images[0].present: found 1", "true or false"],
    ),
    "wrong unit": (
        'rate = "5 /s"',
        'rate = "5 MiB"',
        ["workload[0].rate: '5 MiB' is not a rate of events", '"2 /s"'],
    ),
    "negative rate": (
        'rate = "5 /s"',
        'rate = "-5 /s"',
        ["workload[0].rate: '-5 /s' is negative"],
    ),
    "rate of zero": (
        'rate = "5 /s"',
        "rate = 0",
        ["workload[0].rate: found 0", "more than 0"],
    ),
    "no unit": ('duration = "1 min"', "duration = 60", ["run.duration: 60 has no unit"]),
    "unknown distribution": (
        '"exponential"',
        '"exponental"',
        ["workload[1].think", "exponental", "exponential"],
    ),
    "unknown command": (
        '"logs"',
        '"log"',
        ['workload[0].mix[1].command: unknown command "log"', "ps, images", 'did you mean "logs"?'],
    ),
    "no command": (
        'command = "logs", ',
        "",
        ["workload[0].mix[1].command: missing: which command"],
    ),
    "unknown kind": (
        '"closed"',
        '"close"',
        ['workload[1].kind: unknown kind "close"', "open, closed", 'did you mean "closed"?'],
    ),
    "missing key": ("clients = 4", "", ["workload[1].clients: missing"]),
    "table instead of list": (
        "[[containers]]",
        "[containers]",
        ["containers: found a table", "allowed: a list"],
    ),
    "choice of another word": (
        "[run]",
        '[storage]\ndriver = "overlay"\n[run]',
        ['storage.driver: found "overlay"', "overlay2, aufs", 'did you mean "overlay2"?'],
    ),
    "image without layers": (
        'layers = [{ compressed = "80 MiB" }, { compressed = "1 MiB" }]',
        "layers = []",
        ["images[1].layers: an image without layers", "at least one layer"],
    ),
    "empty layer": (
        '{ compressed = "1 MiB" }',
        '{ compressed = "0 B" }',
        ['images[1].layers[1].compressed: found "0 B"', "more than 0"],
    ),
    "image of nowhere": (
        'name = "alpine:3.17"',
        'name = "alpine:3.71"',
        [
            'images[0].name: image "alpine:3.71" has neither layers nor manifest',
            "debian:bullseye",
            'did you mean "alpine:3.17"?',
        ],
    ),
    "layers and manifest": (
        'name = "app"',
        'name = "app"\nmanifest = "app.json"',
        ["images[1].manifest: both layers and manifest are given"],
    ),
    "no such manifest": (
        'layers = [{ compressed = "80 MiB" }, { compressed = "1 MiB" }]',
        'manifest = "nowhere.json"',
        ["images[1].manifest: ", "nowhere.json: no such file"],
    ),
    "two images of one name": (
        'name = "app"',
        'name = "alpine:3.17"',
        ['images[1].name: a second image "alpine:3.17"'],
    ),
    "one digest, two sizes": (
        '{ compressed = "80 MiB" }, { compressed = "1 MiB" }',
        '{ compressed = "80 MiB", digest = "x" }, { compressed = "1 MiB", digest = "x" }',
        ["images[1].layers[1].compressed", 'layer "x"', "83886080 B, as elsewhere"],
    ),
    "unknown image of an action": (
        'image = "app"',
        'image = "ap"',
        ['workload[0].mix[0].image: unknown image "ap"', 'did you mean "app"?'],
    ),
    "unknown image among several": (
        'image = "app"',
        'images = ["app", "alpine"]',
        ['workload[0].mix[0].images[1]: unknown image "alpine"', '"alpine:3.17"?'],
    ),
    "image and images": (
        'image = "app"',
        'image = "app", zipf = 1.0',
        ["workload[0].mix[0].zipf: image and zipf are both given"],
    ),
    "weights that do not fit": (
        'image = "app"',
        "weights = [1, 2, 3]",
        ["workload[0].mix[0].weights: 3 weights for 2 images"],
    ),
    "weights of zero": (
        'image = "app"',
        "weights = [0, 0]",
        ["workload[0].mix[0].weights: all weights are 0"],
    ),
    "a mix of nothing": (
        "tail = 10",
        "tail = 10, weight = -1",
        ["workload[0].mix[1].weight: found -1", "at least 0"],
    ),
    "unknown container kind": (
        'container = "web"',
        'container = "wbe"',
        ['workload[0].mix[0].container: unknown container kind "wbe"', 'did you mean "web"?'],
    ),
    "two kinds of one name": (
        '[[workload]]\nname = "ci"',
        '[[containers]]\nname = "web"\n[[workload]]\nname = "ci"',
        ['containers[1].name: a second "web"'],
    ),
    "memory beyond the host's": (
        '"64 MiB"',
        '"64 GiB"',
        ['containers[0].memory: found "64 GiB"', "at most the host's memory of 8 GiB"],
    ),
    "too many containers at the start": (
        "running = 2",
        "running = 200",
        ["containers: containers that run at the start hold 12.5 GiB of memory", "8 GiB"],
    ),
    "ports without a bridge": (
        "cpu = 0.3",
        'ports = 1\nnetwork = "host"',
        ['containers[0].ports: 1 published ports with the network driver "host"'],
    ),
    "containers of an absent image": (
        'image = "alpine:3.17"\nrunning',
        'image = "app"\nrunning',
        ['containers[0].image: containers at the start use image "app"', "present = true"],
    ),
    "containers of an unknown image": (
        'image = "alpine:3.17"\nrunning',
        'image = "alpin:3.17"\nrunning',
        ['containers[0].image: unknown image "alpin:3.17"'],
    ),
    "own container of nobody": (
        "tail = 10",
        'target = "own"',
        ['workload[0].mix[1].target: target "own" in a mix', "oldest, newest, random"],
    ),
    "own container of a client that has none": (
        '{ command = "run" }, { command = "rm" }',
        '{ command = "rm", target = "own" }',
        ['workload[1].cycle[0].target: target "own" in a cycle without run'],
    ),
    "duration without following": (
        "tail = 10",
        'duration = "5 s"',
        ["workload[0].mix[1].duration: a duration without following", "follow = true"],
    ),
    "two workloads of one name": (
        '"desk"',
        '"ci"',
        ['workload[1].name: a second "ci"'],
    ),
    "two lengths": (
        'duration = "1 min"',
        'duration = "1 min"\ncommands = 100',
        ["run.commands: both duration and commands are given"],
    ),
    "no length": (
        'duration = "1 min"',
        "",
        ['run: neither duration nor commands, and workload "ci" never ends'],
    ),
    "warm-up longer than the run": (
        'duration = "1 min"',
        'duration = "1 min"\nwarm_up = "1 min"',
        ["run.warm_up: warm-up of 60 s in a run of 60 s"],
    ),
    "burst without size": (
        'rate = "5 /s"',
        'rate = "5 /s"\narrivals = "bursts"',
        ['workload[0].burst_size: missing for arrivals = "bursts"'],
    ),
    "burst size without bursts": (
        'rate = "5 /s"',
        'rate = "5 /s"\nburst_size = 5',
        ['workload[0].burst_size: burst_size has no meaning for arrivals = "poisson"'],
    ),
    "times that do not ascend": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nrates = [{from = 0, rate = "1 /s"}, {from = 0, rate = "2 /s"}]',
        ["workload[0].rates[1].from: 0 s after 0 s", "ascending times"],
    ),
    "a first rate that begins late": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nrates = [{from = "1 s", rate = "1 /s"}]',
        ["workload[0].rates[0].from: the first rate begins at 1 s"],
    ),
    "times beyond the period": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nperiod = "9 s"\n'
        'rates = [{from = 0, rate = "1 /s"}, {from = "10 s", rate = "2 /s"}]',
        ["workload[0].rates[1].from: 10 s", "within the period of 9 s"],
    ),
    "rates of zero": (
        'rate = "5 /s"',
        'arrivals = "piecewise"\nrates = [{from = 0, rate = 0}]',
        ["workload[0].rates: all rates are 0"],
    ),
    "unknown profile": (
        'base = "profile.toml"',
        'base = "defualt"',
        ['profile.base: unknown profile "defualt"', "a path to a .toml file", '"default"?'],
    ),
    "no such profile": (
        'base = "profile.toml"',
        'base = "nowhere.toml"',
        ["profile.base: ", "nowhere.toml: no such file"],
    ),
    "profile that is no table": (
        '[profile]\nbase = "profile.toml"',
        'profile = "profile.toml"',
        ['profile: found "profile.toml"', "a table"],
    ),
    "step without source": (
        "[[images]]",
        '[[profile.operations.dockerd.containers_create]]\ncpu = "1 ms"\n[[images]]',
        ["profile.operations.dockerd.containers_create[0].source: missing"],
    ),
    "one table over several steps": (
        "[[images]]",
        '[profile.operations."runtime.runc".create]\ncpu = "1 ms"\n[[images]]',
        ['profile.operations."runtime.runc".create: a table over a list of 2', "[[create]]"],
    ),
    "syntax": ("clients = 4", "clients = ", ["scenario: no valid TOML", "(at line 34, column"]),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_in_full(mistake: str) -> None:
    old, new, fragments = MISTAKES[mistake]
    assert old in GOOD
    told = message(GOOD.replace(old, new, 1))
    for fragment in fragments:
        assert fragment in told
    assert "pydantic" not in told.lower()
    assert "Traceback" not in told


def test_all_mistakes_are_told_at_once_the_unknown_key_first() -> None:
    told = message(GOOD.replace("clients = 4", "").replace("tail = 10", "tial = 10"))
    first, second = told.splitlines()
    assert first.startswith("scenario: workload[0].mix[1].tial: unknown key")
    assert second.startswith("scenario: workload[1].clients: missing")


@pytest.mark.parametrize("command", ["rm", "logs", "stop", "start", "kill", "inspect"])
def test_a_container_that_can_never_exist_is_refused(command: str) -> None:
    told = message(
        f"""
        profile.base = "profile.toml"
        run.duration = "1 min"
        [[workload]]
        kind = "open"
        rate = "1 /s"
        mix = [{{ command = "{command}" }}]
        """
    )
    assert f"workload[0].mix[0]: {command} of a container, but there can never be one" in told
    assert "run or create" in told


def test_pulling_needs_an_image() -> None:
    told = message(
        """
        profile.base = "profile.toml"
        [[workload]]
        kind = "batch"
        count = 3
        mix = [{ command = "pull" }]
        """
    )
    assert "workload[0].mix[0]: pull without any image" in told


def test_nothing_to_do_is_refused() -> None:
    assert "workload: no workload" in message('profile.base = "profile.toml"')


def test_images_that_do_not_fit_on_the_disk_are_refused() -> None:
    text = GOOD.replace("[run]", '[host]\ndisk_size = "1 MB"\n[run]')
    assert "images: images that are present take 7.04 MB" in message(text)


class TestFiles:
    def test_no_such_file(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match=r"nowhere\.toml: no such file"):
            load(tmp_path / "nowhere.toml")

    def test_a_directory(self, tmp_path: Path) -> None:
        with pytest.raises(ScenarioError, match="a directory; allowed: a file"):
            load(tmp_path)

    def test_no_utf8(self, tmp_path: Path) -> None:
        file = tmp_path / "latin1.toml"
        file.write_bytes('name = "für"'.encode("latin-1"))
        with pytest.raises(ScenarioError, match="byte 9 is not valid UTF-8"):
            load(file)

    def test_the_name_of_the_file_is_in_the_message(self, tmp_path: Path) -> None:
        file = tmp_path / "mine.toml"
        file.write_text(GOOD.replace('"profile.toml"', f'"{HERE}/profile.toml"') + "sed = 3\n")
        with pytest.raises(ScenarioError) as caught:
            load(file)
        assert str(caught.value).startswith(f'{file}: run.sed: unknown key "sed"')
        assert 'did you mean "seed"?' in str(caught.value)


class TestProfileFiles:
    """A mistake in a profile is told with the profile's name and its own keys."""

    def profile(self, tmp_path: Path, old: str, new: str) -> str:
        text = (HERE / "profile.toml").read_text()
        assert old in text
        (tmp_path / "profile.toml").write_text(text.replace(old, new))
        return message(GOOD, tmp_path)

    def test_a_key_of_an_operation(self, tmp_path: Path) -> None:
        told = self.profile(tmp_path, 'cpu = "30 ms"', 'cpu = "30 MiB"')
        assert told.startswith(
            f'{tmp_path}/profile.toml: operations."runtime.runc".create[0].cpu: '
        )
        assert "'30 MiB' is not a duration" in told

    def test_an_operation_that_there_is_not(self, tmp_path: Path) -> None:
        told = self.profile(tmp_path, "dockerd.containers_create", "dockerd.container_create")
        assert 'operations.dockerd.container_create: unknown operation "container_create"' in told
        assert 'did you mean "containers_create"?' in told

    def test_a_component_that_there_is_not(self, tmp_path: Path) -> None:
        told = self.profile(tmp_path, "operations.dockerd", "operations.dokcerd")
        assert 'operations.dokcerd: unknown component "dokcerd"; allowed: cli, dockerd' in told
        assert 'did you mean "dockerd"?' in told

    def test_a_key_of_the_host(self, tmp_path: Path) -> None:
        told = self.profile(tmp_path, "cores = 4", "coers = 4")
        assert f"{tmp_path}/profile.toml: host.coers: unknown key" in told
        assert 'did you mean "cores"?' in told

    def test_a_section_that_no_profile_has(self, tmp_path: Path) -> None:
        told = self.profile(tmp_path, "[host]", "[hosts]")
        assert f'{tmp_path}/profile.toml: hosts: unknown key "hosts"' in told
        assert 'did you mean "host"?' in told

    def test_syntax(self, tmp_path: Path) -> None:
        told = self.profile(tmp_path, "cores = 4", "cores =")
        assert f"{tmp_path}/profile.toml: no valid TOML" in told


def test_containers_that_burn_cpu_need_a_scheduler_that_shares() -> None:
    told = message('[host]\nscheduler = "fifo"\n[[containers]]\nname = "job"\ncpu = 0.5\n')
    assert 'containers[0].cpu: container "job" uses the CPU while it runs' in told
    assert 'host.scheduler = "fair"' in told
