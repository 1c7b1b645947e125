"""The wheel works where the source tree is not: its command runs, and its data came along."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "model" / "docksim"


def run(*command: str | Path, cwd: Path, **environment: str) -> str:
    return subprocess.run(
        command,
        cwd=cwd,
        env=os.environ | environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout


def data_files(package: Path) -> set[Path]:
    files = [*package.rglob("*.toml"), *package.rglob("*.json")]
    return {file.relative_to(package) for file in files}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed wheel; the environment lends the dependencies."""
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", dist, cwd=ROOT)
    (wheel,) = dist.glob("*.whl")

    site = tmp_path_factory.mktemp("site")
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    run(*pip, "--no-index", "--no-deps", "--target", site, wheel, cwd=dist)
    return site


def test_the_command_runs_from_another_folder(site: Path, tmp_path: Path):
    usage = run(site / "bin" / "docksim", "--help", cwd=tmp_path, PYTHONPATH=str(site))

    assert "docksim" in usage


def test_the_installed_package_is_the_one_imported(site: Path, tmp_path: Path):
    show = "import docksim; print(docksim.__file__)"
    origin = run(sys.executable, "-c", show, cwd=tmp_path, PYTHONPATH=str(site)).strip()

    assert Path(origin) == site / "docksim" / "__init__.py"


def test_package_data_is_installed(site: Path):
    assert data_files(site / "docksim") == data_files(SOURCE)
