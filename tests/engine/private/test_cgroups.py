"""CPU time is counted by whichever version of cgroups the machine has."""

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
