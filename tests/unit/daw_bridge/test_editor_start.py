"""Starting the editor where none runs."""

from pathlib import Path

import pytest

from daw_bridge.editor_start import EditorProgram
from music.errors import SetupBroken


def test_where_there_is_no_screen_or_no_ardour_the_user_is_told_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SetupBroken, match="install it with"):
        EditorProgram.own(tmp_path / "My song.ardour")
    program = tmp_path / "ardour7"
    program.touch(mode=0o755)
    with pytest.raises(SetupBroken, match=f"ardour7 '{tmp_path}/My song.ardour'"):
        EditorProgram.own(tmp_path / "My song.ardour")
    monkeypatch.setenv("DISPLAY", ":7")
    found = EditorProgram.own(tmp_path / "My song.ardour")
    assert (found.program, found.environment["DISPLAY"]) == (program, ":7")
