"""What is no engine of ours is left alone, and what cannot become one is no more; needs none."""

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.private import PrivateEngine, engine, requirements, settings


@pytest.mark.parametrize("text", ['group = ""', 'group = "/"', "name = 1", "= broken"])
def test_a_file_that_no_engine_of_ours_wrote_ends_nothing(tmp_path, text):
    """All processes are members of the group without a name."""
    (tmp_path / "engine.toml").write_text(text)
    found = PrivateEngine(tmp_path)
    for refused in (found.status, found.down):
        with pytest.raises(EngineError, match="not of a private engine"):
            refused()
    assert (tmp_path / "engine.toml").read_text() == text


def test_a_folder_on_a_full_disk_is_removed_again(tmp_path, monkeypatch):
    def fill(file, state):
        (file.parent / ".engine.toml").touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(settings, "write_state", fill)
    monkeypatch.setattr(engine, "LONGEST_SOCKET", 1000)  # of temporary folders' long names
    monkeypatch.setattr(requirements, "check", lambda: None)
    with pytest.raises(OSError, match="No space left"):
        PrivateEngine(tmp_path / "engine").up()
    assert list(tmp_path.iterdir()) == []


def test_an_engine_is_found_by_any_of_its_paths(tmp_path):
    (tmp_path / "engine").mkdir()
    (tmp_path / "link").symlink_to("engine")
    for path in ("engine", "link", "link/../engine"):
        assert PrivateEngine(tmp_path / path).folder == tmp_path / "engine"


def test_a_file_is_no_folder_of_an_engine(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="is a file"):
        PrivateEngine(tmp_path / "file").status()
