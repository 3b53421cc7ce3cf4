"""What is read of session files without Ardour."""

from pathlib import Path

import pytest

from daw_bridge import session_control
from daw_bridge.session_control import SessionState, keep_as_snapshot, session_file, set_aside, snapshots_of
from music.errors import NotFound, SetupBroken


def test_a_folder_names_the_session_file_that_bears_its_name(tmp_path: Path) -> None:
    """Snapshots lie beside it; a folder with several others and none of its name is refused."""
    folder = tmp_path / "Song"
    folder.mkdir()
    for name in ("Song", "Before", "After"):
        (folder / f"{name}.ardour").touch()
    assert session_file(folder) == folder / "Song.ardour"
    assert session_file(folder / "After.ardour") == folder / "After.ardour"
    assert snapshots_of(folder) == ("Song", "After", "Before")
    (folder / "Song.ardour").unlink()
    with pytest.raises(NotFound, match=r"After\.ardour"):
        session_file(folder)


def test_whoever_dies_while_what_is_unsaved_is_kept_leaves_both_states(tmp_path: Path) -> None:
    """What was saved last is on the disk before Ardour saves over it, and until it has its name back."""
    file = tmp_path / "Song.ardour"
    file.write_text("saved")
    aside = set_aside(file)
    assert [path.read_text() for path in tmp_path.iterdir()] == ["saved", "saved"]
    file.write_text("unsaved")  # as Ardour does
    keep_as_snapshot(file, aside)
    assert file.read_text() == "saved"
    assert [path.read_text() for path in tmp_path.iterdir() if path != file] == ["unsaved"]


def test_a_copy_leaves_what_is_beside_it_alone_whether_it_succeeds_or_not(tmp_path: Path) -> None:
    song, neighbour = tmp_path / "Song", tmp_path / "Copy.part"
    (song / "interchange" / "Song").mkdir(parents=True)
    (song / "Song.ardour").write_text('<Session version="7003" name="Song"/>')
    neighbour.mkdir()
    (neighbour / "mine").write_text("x")
    state = SessionState(name="Song", folder=song, snapshot="Song", is_dirty=False, metadata={})
    copied = session_control._copy(state, tmp_path / "Copy")
    assert 'name="Copy"' in copied.read_text()
    assert (tmp_path / "Copy" / "interchange" / "Copy").is_dir()
    with pytest.raises(SetupBroken, match="cannot copy the session"):
        session_control._copy(state, tmp_path / "Copy")
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["Copy", "Copy.part", "Song"]
    assert (neighbour / "mine").read_text() == "x"


def test_the_rate_of_a_new_session_is_that_of_the_one_that_was_open_last(tmp_path: Path) -> None:
    (tmp_path / "Song.ardour").write_text('<Session version="7003" name="Song" sample-rate="44100" end-is-free="0"/>')
    assert session_control._rate_of_last(tmp_path) == 44100
    for unknown in (None, tmp_path / "gone"):
        with pytest.raises(SetupBroken, match="open a session that there is"):
            session_control._rate_of_last(unknown)
