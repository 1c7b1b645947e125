"""What is no engine of ours is left alone, whatever its files say; needs none."""

import pytest

from docksim.engine.errors import EngineError
from docksim.engine.private import PrivateEngine


@pytest.mark.parametrize("text", ['group = ""', 'group = "/"', "name = 1", "= broken"])
def test_a_file_that_no_engine_of_ours_wrote_ends_nothing(tmp_path, text):
    """All processes are members of the group without a name."""
    (tmp_path / "engine.toml").write_text(text)
    engine = PrivateEngine(tmp_path)
    for refused in (engine.status, engine.down):
        with pytest.raises(EngineError, match="not of a private engine"):
            refused()
    assert (tmp_path / "engine.toml").read_text() == text


def test_a_file_is_no_folder_of_an_engine(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(EngineError, match="is a file"):
        PrivateEngine(tmp_path / "file").status()
