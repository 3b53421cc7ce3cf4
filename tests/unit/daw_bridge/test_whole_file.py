"""A file is replaced whole or not at all, and nothing is left beside it."""

from pathlib import Path

import pytest

from daw_bridge.whole_file import make_folder, replace_file
from music.errors import StorageFailed
from tests.programs import mounted_disk


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "config"
    replace_file(path, b"one")
    path.chmod(0o640)
    replace_file(path, b"two")
    assert path.read_bytes() == b"two"
    assert path.stat().st_mode & 0o777 == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_on_a_full_disk_the_file_stays_as_it_was(tmp_path: Path) -> None:
    with mounted_disk(tmp_path, megabytes=1) as disk:
        replace_file(disk / "config", b"one")
        with pytest.raises(StorageFailed, match="No space left"):
            replace_file(disk / "config", bytes(2_000_000))
        assert (disk / "config").read_bytes() == b"one"
        assert list(disk.iterdir()) == [disk / "config"]


def test_a_place_that_cannot_hold_files_is_told_as_a_failed_write(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageFailed, match="Not a directory"):
        replace_file(tmp_path / "file" / "config", b"")
    with pytest.raises(StorageFailed, match="No such file"):
        replace_file(tmp_path / "missing" / "config", b"")
    with pytest.raises(StorageFailed, match="Not a directory"):
        make_folder(tmp_path / "file" / "folder")
