"""What the kernel tells of a loop device, on a made-up machine; needs no engine."""

from math import isnan

import pytest

from docksim.engine.private import disk

FIELDS = list(range(20))


@pytest.fixture
def told(tmp_path, monkeypatch):
    """A machine on which an engine's file is behind loop3, which has such statistics."""
    monkeypatch.setattr(disk, "LOOPS", tmp_path)
    monkeypatch.setattr(disk, "_held", lambda folder: ["/dev/loop3"])
    (tmp_path / "loop3").mkdir()

    def flushes(fields):
        (tmp_path / "loop3" / "stat").write_text(" ".join(map(str, fields)))
        return disk.flushes(tmp_path / "engine")

    return flushes


def test_flushes_are_the_sixteenth_figure(told):
    assert told(FIELDS) == 15.0


def test_an_old_kernel_does_not_tell_flushes(told):
    assert isnan(told(FIELDS[:11]))


def test_a_file_system_that_is_not_there_has_told_none(tmp_path, monkeypatch):
    monkeypatch.setattr(disk, "LOOPS", tmp_path)
    assert isnan(disk.flushes(tmp_path / "engine"))
