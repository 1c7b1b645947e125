"""What the kernel tells of a loop device, on a made-up machine; needs no engine."""

from math import isnan

import pytest

from docksim.engine.private import disk

FIELDS = list(range(20))


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """One on which the engine in a folder has a file behind loop3."""
    monkeypatch.setattr(disk, "LOOPS", tmp_path / "block")
    folder = tmp_path / "engine"

    def made(fields):
        loop = tmp_path / "block" / "loop3"
        (loop / "loop").mkdir(parents=True)
        (loop / "loop" / "backing_file").write_text(f"{folder}/data.img\n")
        (loop / "stat").write_text(" ".join(map(str, fields)))
        return folder

    return made


def test_flushes_are_the_sixteenth_figure(machine, monkeypatch):
    monkeypatch.setattr(disk, "_held", lambda folder: ["/dev/loop3"])
    assert disk.flushes(machine(FIELDS)) == 15.0


def test_an_old_kernel_does_not_tell_flushes(machine, monkeypatch):
    monkeypatch.setattr(disk, "_held", lambda folder: ["/dev/loop3"])
    assert isnan(disk.flushes(machine(FIELDS[:11])))


def test_a_file_system_that_is_not_there_has_told_none(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "LOOPS", tmp_path)
    assert isnan(disk.flushes(tmp_path / "engine"))
