import subprocess

from docksim.report.manifest import commit


def git(folder, *arguments):
    identity = ["-c", "user.name=t", "-c", "user.email=t@example.org"]
    subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True)


def test_the_commit_is_told_with_a_mark_when_the_source_was_changed(tmp_path):
    git(tmp_path, "init")
    package = tmp_path / "package"
    package.mkdir()
    (package / "__init__.py").touch()
    assert commit(package) is None  # not tracked, as in an environment inside a repository
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    clean = commit(package)
    assert clean is not None
    assert len(clean) == 40
    (package / "__init__.py").write_text("changed = True\n")
    assert commit(package) == f"{clean}+"


def test_without_a_repository_there_is_no_commit(tmp_path):
    assert commit(tmp_path) is None
