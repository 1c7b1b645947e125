"""Control groups, on a made-up machine: CPU time of either version, and groups that vanish."""

import os
from pathlib import Path

import pytest

from docksim.engine.private import cgroups


@pytest.mark.parametrize("version", [1, 2])
def test_the_machines_cpu_time_is_read(tmp_path, monkeypatch, version):
    monkeypatch.setattr(cgroups, "HIERARCHIES", tmp_path)
    monkeypatch.setattr(cgroups, "CPU_ACCOUNTS", tmp_path / "cpuacct")
    if version == 1:
        (tmp_path / "cpuacct").mkdir()
        (tmp_path / "cpuacct/cpuacct.usage").write_text("2500000000\n")
    else:
        (tmp_path / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\nsystem_usec 2\n")
    assert cgroups.machine_cpu_seconds() == 2.5


@pytest.fixture
def vanishing(tmp_path, monkeypatch):
    """Groups of two processes, and one more that goes just when somebody looks into it."""
    monkeypatch.setattr(cgroups, "HIERARCHIES", tmp_path)
    for name, pid in (("dockerd", 7), ("runtime", 8), ("container", 9)):
        group = tmp_path / "cpu" / "docksim-none" / name
        group.mkdir(parents=True)
        (group / "cgroup.procs").write_text(f"{pid}\n")
    look_into = os.scandir

    def scandir(path="."):
        if Path(path).name == "container":
            (Path(path) / "cgroup.procs").unlink()
            Path(path).rmdir()
        return look_into(path)

    monkeypatch.setattr(os, "scandir", scandir)
    return cgroups.Groups("docksim-none")


def test_members_are_found_while_a_group_vanishes(vanishing):
    assert vanishing.members() == {7, 8}


def test_groups_are_removed_while_one_of_them_vanishes(vanishing, tmp_path):
    for name in ("dockerd", "runtime"):  # a real group's files go with it
        (tmp_path / "cpu/docksim-none" / name / "cgroup.procs").unlink()
    vanishing.remove()
    assert list((tmp_path / "cpu").iterdir()) == []
