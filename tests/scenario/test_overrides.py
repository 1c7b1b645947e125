"""Single values changed by path, as --set does."""

from pathlib import Path

import pytest

from docksim.scenario import ScenarioError, load
from docksim.scenario.errors import RefusedError
from docksim.scenario.overrides import override, parse_assignments

HERE = Path(__file__).parent
DOCUMENT = {
    "host": {"cores": 4},
    "images": [{"name": "alpine:3.17"}, {"name": "app"}],
    "workload": [{"name": "ci", "mix": [{"command": "rm"}, {"command": "ps"}]}],
}


@pytest.mark.parametrize(
    ("text", "path", "value"),
    [
        ("host.cores=8", "host.cores", 8),
        ("host.cpu_speed = 1.5", "host.cpu_speed", 1.5),
        ("registry.resumable=false", "registry.resumable", False),
        ("host.link=10 Gbit/s", "host.link", "10 Gbit/s"),
        ('host.link="10 Gbit/s"', "host.link", "10 Gbit/s"),
        ("workload[0].rate=5 /s", "workload[0].rate", "5 /s"),
        ('a={ law = "uniform", low = "1 s" }', "a", {"law": "uniform", "low": "1 s"}),
        ('a=["x", "y"]', "a", ["x", "y"]),
        ("name=2023-01-01", "name", "2023-01-01"),
        ("name=a=b", "name", "a=b"),
        ("run.duration=", "run.duration", None),
    ],
)  # fmt: skip
def test_values_are_toml_or_plain_text(text: str, path: str, value: object) -> None:
    assert parse_assignments([text]) == {path: value}


@pytest.mark.parametrize("text", ["host.cores", "=8", ""])
def test_an_assignment_needs_both_sides(text: str) -> None:
    with pytest.raises(ScenarioError, match=r"--set: found .*KEY\.PATH=VALUE"):
        parse_assignments([text])


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("host.cores", ("host", "cores")),
        ("workload[0].mix[1].weight", ("workload", 0, "mix", 1, "weight")),
        ("workload.0.mix.1.weight", ("workload", 0, "mix", 1, "weight")),
        ("workload.ci.rate", ("workload", 0, "rate")),
        ("workload[ci].rate", ("workload", 0, "rate")),
        ("workload.rate", ("workload", 0, "rate")),
        ('images."alpine:3.17".present', ("images", 0, "present")),
        ("images[alpine:3.17].present", ("images", 0, "present")),
        ("images.app.present", ("images", 1, "present")),
        ("registry.rtt", ("registry", "rtt")),
    ],
)
def test_a_path_leads_to_its_place(path: str, place: tuple[str | int, ...]) -> None:
    changed, found = override(DOCUMENT, path, "new")
    assert found == place
    node: object = changed
    for part in place:
        node = node[part]  # type: ignore[index]
    assert node == "new"


def test_the_document_itself_stays_as_it_is() -> None:
    override(DOCUMENT, "host.cores", 8)
    assert DOCUMENT["host"] == {"cores": 4}


def test_none_removes_a_key() -> None:
    assert "cores" not in override(DOCUMENT, "host.cores", None)[0]["host"]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("workload[3].rate", "there is no workload[3]; allowed: 0 to 0"),
        ("images.ap.present", 'unknown entry "ap"; allowed: alpine:3.17, app; did you mean "app"'),
        ("host.cores.speed", 'host.cores is 4, which has no key "speed"'),
        ("host..cores", "found \"host..cores\"; allowed: keys joined by dots"),
        ("[0].rate", "found \"[0].rate\"; allowed: keys joined by dots"),
        ("", 'found ""; allowed: keys joined by dots'),
    ],
)  # fmt: skip
def test_a_path_that_leads_nowhere_is_refused(path: str, told: str) -> None:
    with pytest.raises(RefusedError) as caught:
        override(DOCUMENT, path, 1)
    assert told in str(caught.value)


class TestOfAScenario:
    def test_values_of_scenario_and_profile_are_changed(self) -> None:
        scenario = load(
            HERE / "good.toml",
            {
                "host.cores": 8,
                "workload.ci.rate": "9 /s",
                "profile.operations.dockerd.containers_create.cpu": "7 ms",
                "run.duration": None,
                "run.commands": 100,
            },
        )
        assert scenario.host.cores == 8
        assert scenario.workload[0].rate == 9.0  # type: ignore[union-attr]
        assert scenario.profile.operations["dockerd"]["containers_create"][0].cpu.mean == 0.007
        assert (scenario.run.duration, scenario.run.commands) == (None, 100)

    def test_another_profile_is_laid_under_everything(self, tmp_path: Path) -> None:
        text = (HERE / "profile.toml").read_text().replace("cores = 4", "cores = 64")
        (tmp_path / "big.toml").write_text(text)
        scenario = load(HERE / "good.toml", {"profile.base": str(tmp_path / "big.toml")})
        assert scenario.host.cores == 64

    def test_another_profile_that_is_not_there(self) -> None:
        with pytest.raises(ScenarioError, match=r"--set: profile\.base: .*gone\.toml: no such"):
            load(HERE / "good.toml", {"profile.base": "gone.toml"})

    def test_a_wrong_value_is_told_as_an_override(self) -> None:
        with pytest.raises(ScenarioError) as caught:
            load(HERE / "good.toml", {"host.cores": "many"})
        assert str(caught.value) == '--set: host.cores: found "many"; allowed: a whole number'

    def test_a_path_that_leads_nowhere_names_itself(self) -> None:
        with pytest.raises(ScenarioError, match=r"--set workload\.cii\.rate: workload: unknown"):
            load(HERE / "good.toml", {"workload.cii.rate": "1 /s"})
