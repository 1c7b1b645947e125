"""Published figures are predicted from what they state, and a bad file of them is told."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.engine.validation.published import load_cases, predict
from docksim.scenario.errors import ScenarioError

SHIPPED = Path(__file__).parents[3] / "experiments" / "published-cases.toml"

CASE = """
[[case]]
name = "three at once"
source = "nobody"
assumed = "all of it"
measure = "{measure}"
published = ["1 s", "2 s"]
[case.scenario]
host = {{ cores = 1 }}
images = [{{ name = "app", layers = [{{ compressed = "1 MB" }}], present = true }}]
workload = [{{ kind = "batch", count = 3, mix = [{{ command = "ps" }}] }}]
[case.scenario.profile.operations.cli]
start = {{ cpu = "1 s", source = "the test" }}
format = {{ source = "the test" }}
output = {{ source = "the test" }}
"""


@pytest.fixture
def profile(tmp_path):
    from importlib import resources

    file = tmp_path / "own.toml"
    text = resources.files("docksim.scenario.data").joinpath("provisional-profile.toml").read_text()
    file.write_text(text)
    return file


def predicted(tmp_path, profile, measure):
    file = tmp_path / "cases.toml"
    file.write_text(CASE.format(measure=measure))
    return predict(load_cases(file), profile)["predicted"].item()


def test_measures_are_of_a_cases_commands(tmp_path, profile):
    # Three core-seconds on one core shared by all: all end together, after three seconds.
    assert predicted(tmp_path, profile, "total") == pytest.approx(3.0, rel=0.02)
    assert predicted(tmp_path, profile, "median") == pytest.approx(3.0, rel=0.02)
    assert predicted(tmp_path, profile, "spread") < 0.05


def test_the_shipped_cases_are_sound_and_say_why_others_are_not_predicted():
    cases = load_cases(SHIPPED)
    assert len(cases.case) >= 5
    assert all(low <= high for low, high in (case.published for case in cases.case))
    assert all(each.why for each in cases.unpredicted)


def test_a_bad_file_is_told_with_its_place(tmp_path):
    file = tmp_path / "cases.toml"
    file.write_text(CASE.format(measure="mode"))
    with pytest.raises(ScenarioError, match=r"cases\.toml.*measure"):
        load_cases(file)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('["1 s", "2 s"]', '["2 s", "1 s"]', ["published", "the lower end first"]),
        ('assumed = "', 'replications = 1\nassumed = "', ["replications", "at least 2"]),
        (
            "[case.scenario.profile.operations.cli]",
            'profile = "mine"\n[case.scenario.daemon]',
            ["cases.toml: case[0].scenario.profile", "mine", "a table of what differs"],
        ),
    ],
)
def test_what_cannot_be_predicted_is_refused(tmp_path, old, new, words):
    file = tmp_path / "cases.toml"
    file.write_text(CASE.format(measure="median").replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        load_cases(file)
    for word in words:
        assert word in str(caught.value)


def test_either_a_dataset_or_published_cases_are_asked_for(tmp_path, profile):
    for arguments in ([], ["--dataset", "d", "--published", "c"]):
        done = CliRunner().invoke(app, ["validate", "--profile", str(profile), *arguments])
        assert done.exit_code == 2
        assert "either --dataset or --published" in done.output
