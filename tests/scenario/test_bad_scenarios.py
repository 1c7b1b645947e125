"""Every mistake is told: file, key path, what was found, what is allowed, what was meant."""

from pathlib import Path

import pytest

from docksim.scenario import ScenarioError, load, loads
from tests.scenario.mistakes import MISTAKES

HERE = Path(__file__).parent
GOOD = (HERE / "good.toml").read_text()


def message(text: str, folder: Path = HERE) -> str:
    with pytest.raises(ScenarioError) as caught:
        loads(text, folder)
    return str(caught.value)


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
