"""Imports between the model's rooms run one way, as the contract in pyproject.toml says."""

import subprocess
import sysconfig
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINT_IMPORTS = Path(sysconfig.get_path("scripts")) / "lint-imports"


def test_imports_keep_the_contract():
    run = subprocess.run(
        [LINT_IMPORTS, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
