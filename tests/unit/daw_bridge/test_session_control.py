"""What is read of session files without Ardour."""

from pathlib import Path

import pytest

from daw_bridge.session_control import session_file, snapshots_of
from music.errors import NotFound


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
