import pytest

from docksim.report.files import OutputError, check_file, check_folder, write_whole


def test_a_file_is_written_whole_with_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "trace.mmd"
    write_whole(path, "one\n")
    write_whole(path, "two\n")
    assert path.read_text() == "two\n"
    assert [file.name for file in path.parent.iterdir()] == ["trace.mmd"]


def test_a_file_has_the_rights_of_any_other(tmp_path):
    write_whole(tmp_path / "ours", "")
    (tmp_path / "plain").touch()
    assert (tmp_path / "ours").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_place_that_takes_no_file_is_told(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="is a folder"):
        write_whole(tmp_path, "")
    with pytest.raises(OutputError, match="cannot be written"):
        write_whole(tmp_path / "file" / "x", "")


def test_a_place_that_will_take_none_is_told_before(tmp_path):
    (tmp_path / "file").touch()
    for bad in (tmp_path / "file", tmp_path / "file" / "deeper" / "still"):
        with pytest.raises(OutputError, match="file: is a file; a folder is needed"):
            check_folder(bad)
    with pytest.raises(OutputError, match="is a folder; a file is needed"):
        check_file(tmp_path)
    check_folder(tmp_path / "new" / "one")
    check_file(tmp_path / "new" / "one.toml")
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_nothing_is_left_of_a_write_that_fails(tmp_path):
    with pytest.raises(UnicodeEncodeError):
        write_whole(tmp_path / "x", "\ud800")
    assert list(tmp_path.iterdir()) == []
