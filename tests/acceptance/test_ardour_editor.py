"""The fixture itself: a real editor comes up without a dialog, saves, and leaves nothing behind."""

import os
from pathlib import Path

import pytest

from tests.acceptance.ardour_editor import ArdourEditor, EditorFailed, make_empty_session, running_editor

pytestmark = pytest.mark.usefixtures("ardour_programs")


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_editor_opens_a_session_with_no_dialog_and_quits_after_saving(tmp_path: Path) -> None:
    folder = make_empty_session(tmp_path / "a session with ünusual letters")
    received: list[Path] = []
    with ArdourEditor(folder, prepare=received.append) as editor:
        pid, home = editor.pid, editor.home
        assert received == [editor.config_folder]
        assert editor.window_titles() == [f"{folder.name} - Ardour"]
        assert editor.screenshot(tmp_path / "shot.png").stat().st_size > 20_000
        editor.quit(save=True)
        assert not editor.is_running
        editor.restart()
        assert editor.pid != pid
        editor.kill()
    assert not home.exists()
    assert not _exists(pid)


def test_two_editors_run_side_by_side_on_ports_and_screens_of_their_own(tmp_path: Path) -> None:
    with running_editor(tmp_path / "one") as one, running_editor(tmp_path / "two") as two:
        assert one.osc_port != two.osc_port
        assert one.display != two.display
        assert one.window_titles() == ["one - Ardour"]
        assert two.window_titles() == ["two - Ardour"]


def test_a_failed_start_ends_what_it_started_and_shows_the_log(tmp_path: Path) -> None:
    folder = make_empty_session(tmp_path / "broken")
    editor = ArdourEditor(folder, startup_seconds=3)
    (folder / "broken.ardour").write_text("<Session/>", encoding="utf-8")
    with pytest.raises(EditorFailed, match=r"Ardour: \[INFO\]"):
        editor.start()
    pid = editor.pid
    editor.close()
    assert not _exists(pid)
