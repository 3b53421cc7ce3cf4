"""Files come into a session only from folders that the user allowed, wherever links lead."""

from pathlib import Path

import pytest

from music.operations.material import ImportMidi
from music.operations.mixer import SetMute
from music.time import BBT
from workflows.allowed_files import FileNotAllowed, with_allowed_files


def importing(path: Path | str) -> ImportMidi:
    return ImportMidi(ref="r", track="t", path=str(path), name="n", at=BBT(1))


@pytest.fixture
def allowed(tmp_path: Path) -> Path:
    folder = tmp_path / "allowed"
    folder.mkdir()
    (folder / "a.mid").write_bytes(b"MThd")
    (tmp_path / "secret.mid").write_bytes(b"MThd")
    return folder


def test_a_file_below_an_allowed_folder_is_named_as_it_is(allowed: Path) -> None:
    assert with_allowed_files(importing(allowed / "a.mid"), [allowed]) == importing(allowed / "a.mid")
    mute = SetMute(route="1", is_muted=True)
    assert with_allowed_files(mute, []) is mute


def test_a_link_inside_is_followed_to_where_it_leads(allowed: Path) -> None:
    (allowed / "link.mid").symlink_to(allowed / "a.mid")
    assert with_allowed_files(importing(allowed / "link.mid"), [allowed]).path == str(allowed / "a.mid")  # type: ignore[union-attr]


def test_an_allowed_folder_may_be_a_link_itself(allowed: Path, tmp_path: Path) -> None:
    (tmp_path / "samples").symlink_to(allowed)
    operation = with_allowed_files(importing(tmp_path / "samples" / "a.mid"), [tmp_path / "samples"])
    assert operation.path == str(allowed / "a.mid")  # type: ignore[union-attr]


@pytest.mark.parametrize("path", ["../secret.mid", "link.mid", "folder/secret.mid", "/etc/passwd", "loop.mid"])
def test_what_leads_outside_is_refused_with_the_setting_s_name(allowed: Path, tmp_path: Path, path: str) -> None:
    (allowed / "link.mid").symlink_to(tmp_path / "secret.mid")
    (allowed / "folder").symlink_to(tmp_path)
    (allowed / "loop.mid").symlink_to(allowed / "loop.mid")
    with pytest.raises(FileNotAllowed, match=r"allowed_folders|cannot be followed"):
        with_allowed_files(importing(allowed / path), [allowed])


@pytest.mark.parametrize("path", ["a.mid", "songs/a.mid", "~/a.mid", ""])
def test_a_path_that_is_not_absolute_is_refused(allowed: Path, path: str) -> None:
    with pytest.raises(FileNotAllowed, match="no absolute path: name it from / on"):
        with_allowed_files(importing(path), [allowed])


def test_a_folder_whose_name_begins_alike_is_another_folder(allowed: Path) -> None:
    other = allowed.with_name("allowed too")
    other.mkdir()
    with pytest.raises(FileNotAllowed, match="is outside the allowed folders"):
        with_allowed_files(importing(other / "a.mid"), [allowed])
