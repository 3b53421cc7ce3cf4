"""The private copy of a session: its state and MIDI are its own, its audio is the session's."""

import threading
from pathlib import Path

import pytest

from daw_bridge.session_copy import copy_session, read_plugins
from music.errors import SetupBroken, StorageFailed
from tests.programs import mounted_disk

STATE = """<?xml version="1.0"?>
<Session name="Song"><Routes>
  <Route name="Bass"><Processor id="7" name="Synth" type="lv2"/><Processor id="8" name="Fader" type="amp"/></Route>
  <Route name="Master"><Processor id="9" name="Limit" type="vst3"/></Route>
</Routes></Session>
"""


BEFORE, AFTER = (b"MThd" + bytes((0, 0, 0, 1)) + end + b"MTrk" + bytes(4) for end in (b"b", b"a"))


@pytest.fixture
def session(tmp_path: Path) -> Path:
    folder = tmp_path / "Song"
    sources = folder / "interchange" / "Song"
    for name in ("audiofiles", "midifiles"):
        (sources / name).mkdir(parents=True)
        (sources / name / f"one.{name[:3]}").write_bytes(BEFORE)
    (folder / "sideman").mkdir()
    (folder / "sideman" / "ids.json").write_text("{}")
    return folder


def test_midi_is_copied_and_audio_linked(session: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.ardour"
    state.write_text(STATE)
    copy = copy_session(state, session, tmp_path / "work")
    assert copy.file.read_text() == STATE
    assert copy.file == tmp_path / "work" / "Song" / "Song.ardour"
    sources = session / "interchange" / "Song"
    for name in ("audiofiles/one.aud", "midifiles/one.mid"):
        (sources / name).write_bytes(AFTER)
    copied = copy.folder / "interchange" / "Song"
    assert (copied / "audiofiles" / "one.aud").read_bytes() == AFTER
    assert (copied / "midifiles" / "one.mid").read_bytes() == BEFORE
    assert (copy.folder / "sideman" / "ids.json").read_text() == "{}"


@pytest.mark.parametrize("n_bytes", [0, 5, 12])
def test_a_file_that_ardour_is_just_writing_is_copied_whole(session: Path, tmp_path: Path, n_bytes: int) -> None:
    """It is emptied, then written, whenever anybody has the state written; Ardour loads no session with it empty."""
    state = tmp_path / "state.ardour"
    state.write_text(STATE)
    source = session / "interchange" / "Song" / "midifiles" / "one.mid"
    source.write_bytes(AFTER[:n_bytes])
    writer = threading.Timer(0.3, source.write_bytes, [AFTER])
    writer.start()
    copy = copy_session(state, session, tmp_path / "work")
    writer.join()
    assert (copy.folder / "interchange" / "Song" / "midifiles" / "one.mid").read_bytes() == AFTER


def test_a_second_copy_takes_the_place_of_the_first_and_leaves_the_session_alone(session: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.ardour"
    state.write_text(STATE)
    first = copy_session(state, session, tmp_path / "work")
    (first.folder / "left over").write_text("")
    second = copy_session(state, session, tmp_path / "work")
    assert not (second.folder / "left over").exists()
    assert (session / "interchange" / "Song" / "audiofiles" / "one.aud").exists()


def test_plugins_are_told_with_their_strips(tmp_path: Path) -> None:
    (tmp_path / "Song.ardour").write_text(STATE)
    assert read_plugins(tmp_path / "Song.ardour") == {"7": "Synth on Bass", "9": "Limit on Master"}
    (tmp_path / "Song.ardour").write_text("<Session")
    with pytest.raises(SetupBroken, match="no session file"):
        read_plugins(tmp_path / "Song.ardour")


def test_a_full_disk_is_told(session: Path, tmp_path: Path) -> None:
    state = tmp_path / "state.ardour"
    state.write_text(STATE + " " * (2 << 20))
    (tmp_path / "small").mkdir()
    with (
        mounted_disk(tmp_path / "small", megabytes=1) as disk,
        pytest.raises(StorageFailed, match="cannot copy the session"),
    ):
        copy_session(state, session, disk)
