"""`docksim init`: the scenario that it writes is valid, and so is every option that it explains."""

from importlib.resources import files
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.scenario import load, loads

SMALL = str(Path(__file__).parents[1] / "scenario" / "profile.toml")
TEMPLATE = files("docksim.scenario.data").joinpath("template.toml").read_text("utf-8")
OFF = "#~ "
# Options that only make sense together with others.
TOGETHER = (
    "[[",
    "name =",
    "manifest =",
    "kind =",
    "file =",
    "arrivals =",
    "burst",
    "rates",
    "period",
    "times",
)


def init(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["init", *arguments])
    return result.exit_code, result.output


def test_it_writes_a_valid_scenario(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    code, output = init(str(file))
    assert code == 0
    assert f"docksim scenario check {file}" in output
    scenario = load(file)
    assert scenario.profile.name == "measured"
    assert {workload.kind for workload in scenario.workload} == {"open", "closed", "batch"}


def test_its_name_is_scenario_toml_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert init()[0] == 0
    assert (tmp_path / "scenario.toml").is_file()


def test_it_writes_over_a_file_only_when_forced(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text("precious")
    code, output = init(str(file))
    assert code == 2
    assert "is there already; --force writes over it" in output
    assert file.read_text() == "precious"
    assert init(str(file), "--force")[0] == 0
    assert file.read_text() == TEMPLATE


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    code, output = init(str(tmp_path / "nowhere" / "mine.toml"))
    assert code == 2
    assert "cannot be written: No such file or directory" in output


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in TEMPLATE.splitlines()
        if line.lstrip().startswith(OFF)
        and not line.lstrip().removeprefix(OFF).startswith(TOGETHER)
    ],
)
def test_every_option_that_is_off_can_be_switched_on(line: str) -> None:
    text = TEMPLATE.replace(line, line.replace(OFF, ""), 1)
    assert text != TEMPLATE
    loads(text, overrides={"profile.base": SMALL})


@pytest.mark.parametrize(
    "options",
    [
        ('arrivals = "deterministic"',),
        ('arrivals = "bursts"', "burst_size = 10"),
        ('arrivals = "piecewise"', "rates = [", "period ="),
        ('arrivals = "listed"', "times = ["),
    ],
)
def test_every_kind_of_arrivals_can_be_switched_on(options: tuple[str, ...]) -> None:
    text = TEMPLATE
    for option in options:
        assert OFF + option in text
        text = text.replace(OFF + option, option)
    if "piecewise" in options[0] or "listed" in options[0]:
        text = text.replace('rate = "1 /s"', "", 1)
    loads(text, overrides={"profile.base": SMALL})
