"""What a private engine needs is missed in one line, before anything is made."""

import pytest
from typer.testing import CliRunner

from docksim.cli.app import app
from docksim.engine.private import requirements

PLAN = """
name = "tiny"

[[point]]
set = "reads"
operations = ["ps"]
load = { kind = "closed" }
"""

LACKS = {
    "binaries": (
        ["dockerd", "runc"],
        "dockerd, runc not found: apt-get install docker.io runc",
    ),
    "root": ([], "a private engine needs root: run this as root"),
    "cgroups": ([], "CPU time is counted by cgroup v1, and there is no"),
    "loops": ([], "the engine's file system needs a loop device, and there is no"),
}


@pytest.fixture(params=LACKS)
def lack(request, monkeypatch, tmp_path):
    """A machine that has everything but one thing; what is said of it."""
    absent, words = LACKS[request.param]
    monkeypatch.setattr(
        requirements.shutil, "which", lambda name, path: None if name in absent else f"/bin/{name}"
    )
    monkeypatch.setattr(requirements.os, "geteuid", lambda: 1000 * (request.param == "root"))
    there, nowhere = tmp_path, tmp_path / "nowhere"
    for name, what in (("CPU_ACCOUNTS", "cgroups"), ("LOOPS", "loops")):
        monkeypatch.setattr(requirements, name, nowhere if request.param == what else there)
    return words


@pytest.mark.parametrize("command", ["up", "measure"])
def test_it_is_said_in_one_line_and_nothing_is_made(lack, command, tmp_path):
    plan, out, home = tmp_path / "plan.toml", tmp_path / "data", tmp_path / "engine"
    plan.write_text(PLAN)
    words = {"up": ["engine", "up"], "measure": ["measure", str(plan), "--out", str(out)]}[command]
    result = CliRunner().invoke(app, [*words, "--dir", str(home)])
    assert result.exit_code == 2
    (line,) = result.stderr.splitlines()
    assert lack in line
    assert not out.exists()
    assert not home.exists()
