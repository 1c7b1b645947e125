"""The profile that ships is what its published dataset gives."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.scenario.profiles import shipped_profiles

DATASET = Path(__file__).parents[3] / "results" / "validation" / "dataset"
NUMBER = re.compile(r"\d+\.\d+(?:e-?\d+)?")


def words_and_numbers(profile):
    """Numbers apart: the last digits of logarithms are a processor's own."""
    return NUMBER.sub("#", profile), [float(found) for found in NUMBER.findall(profile)]


def test_the_shipped_profile_is_calibrated_on_the_published_dataset(tmp_path):
    calibrated = tmp_path / "measured.toml"
    done = CliRunner().invoke(app, ["calibrate", str(DATASET), "--out", str(calibrated)])
    assert done.exit_code == 0, done.output
    words, numbers = words_and_numbers(calibrated.read_text())
    shipped_words, shipped_numbers = words_and_numbers(shipped_profiles()["measured"].read_text())
    assert words == shipped_words
    assert numbers == pytest.approx(shipped_numbers, rel=1e-6)
