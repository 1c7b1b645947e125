"""The command line as a whole: help, version, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from docksim.cli import app as module
from docksim.cli.app import app, main

SMALL = Path(__file__).parents[1] / "scenario" / "profile.toml"
HEAVY = ("rich", "pydantic", "pint", "simpy", "numpy", "pandas", "scipy", "matplotlib")


def docksim(*arguments: str, program: str = "main()") -> subprocess.CompletedProcess[str]:
    """Run the console script's entry point in a process of its own."""
    code = f"import sys; from docksim.cli.app import main; sys.argv[0] = 'docksim'; {program}"
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        env=dict(os.environ),
        check=False,
    )


def test_help_names_the_commands() -> None:
    result = CliRunner().invoke(app, ["--help"])
    assert result.exit_code == 0
    for command in ("init", "scenario", "simulate", "trace"):
        assert command in result.output


def test_help_imports_nothing_heavy() -> None:
    program = f"""
try:
    main()
except SystemExit:
    print(sorted(set({HEAVY}) & set(sys.modules)))
"""
    code = (
        f"import sys\nfrom docksim.cli.app import main\nsys.argv = ['docksim', '--help']{program}"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "[]"


def test_version() -> None:
    result = CliRunner().invoke(app, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("docksim ")


def test_a_bad_scenario_ends_with_2_and_one_message(tmp_path: Path) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(f"profile.base = '{SMALL}'\n[hots]\ncores = 4\n")
    result = docksim("scenario", "check", str(file))
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr.startswith(f'{file}: hots: unknown key "hots"; allowed: name, flow')
    assert 'did you mean "host"?' in result.stderr
    assert "Traceback" not in result.stderr


def test_an_interrupt_ends_with_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "app", interrupted)
    with pytest.raises(SystemExit) as caught:
        main()
    assert caught.value.code == 130


def test_other_errors_keep_their_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr(module, "app", broken)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        main()
