import json

import pandas as pd
import pytest

from docksim.report.files import OutputError
from docksim.report.folder import output_folder
from tests.study.factory import queue_results

FILES = {
    "commands.parquet",
    "components.parquet",
    "latency.png",
    "manifest.json",
    "scenario.toml",
    "summary.json",
    "utilisation.png",
}


@pytest.fixture(scope="module")
def results():
    return queue_results(replications=2, count=200)


def names(folder):
    return {path.name for path in folder.iterdir()}


def write(results, target):
    with output_folder(target) as publish:
        publish(results)


def test_all_files_are_there_and_can_be_read(results, tmp_path):
    target = tmp_path / "new" / "out"
    write(results, target)
    assert names(target) == FILES
    assert names(target.parent) == {"out"}
    pd.testing.assert_frame_equal(pd.read_parquet(target / "commands.parquet"), results.commands)
    assert len(pd.read_parquet(target / "components.parquet")) == len(results.components)
    assert json.loads((target / "summary.json").read_text()) == results.to_json()
    assert (target / "scenario.toml").read_text() == results.scenario.to_toml()
    for figure in ("latency.png", "utilisation.png"):
        assert (target / figure).read_bytes().startswith(b"\x89PNG")


def test_the_manifest_says_what_it_was_made_with(results, tmp_path):
    write(results, tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["made_by"] == "docksim"
    assert (manifest["seed"], manifest["replications"]) == (7, 2)
    assert {"version", "commit", "python", "libraries", "made_at", "host"} <= set(manifest)
    assert manifest["libraries"]["numpy"]


def test_a_folder_of_docksims_is_replaced_file_by_file(results, tmp_path):
    target = tmp_path / "out"
    write(results, target)
    (target / "notes.txt").write_text("mine")
    (target / "summary.json").write_text("old")
    write(results, target)
    assert names(target) == FILES | {"notes.txt"}
    assert json.loads((target / "summary.json").read_text()) == results.to_json()


def test_an_empty_folder_is_filled(results, tmp_path):
    write(results, tmp_path)
    assert names(tmp_path) == FILES


def test_a_folder_with_other_files_is_refused_before_anything_runs(tmp_path):
    (tmp_path / "scenario.toml").write_text("mine")
    with pytest.raises(OutputError, match="did not make"), output_folder(tmp_path):
        pytest.fail("the body must not run")
    assert names(tmp_path) == {"scenario.toml"}


def test_a_file_is_refused(tmp_path):
    target = tmp_path / "out"
    target.touch()
    with pytest.raises(OutputError, match="is a file"), output_folder(target):
        pytest.fail("the body must not run")
    with pytest.raises(OutputError, match="cannot be written"), output_folder(target / "below"):
        pytest.fail("the body must not run")


def test_nothing_is_left_when_the_run_fails(tmp_path):
    with pytest.raises(KeyboardInterrupt), output_folder(tmp_path / "out"):
        raise KeyboardInterrupt
    assert names(tmp_path) == set()


def test_what_was_there_stays_whole_when_writing_fails(results, tmp_path, monkeypatch):
    target = tmp_path / "out"
    write(results, target)
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("docksim.report.figures.save", full)
    with pytest.raises(OutputError, match="No space left on device"):
        write(results, target)
    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
