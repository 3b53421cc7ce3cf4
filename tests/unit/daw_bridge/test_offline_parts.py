"""The parts of the offline session writer that need no Ardour."""

from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

from daw_bridge.offline.sources import SourceFolder
from daw_bridge.offline.write import NewSession
from daw_bridge.programs import find_ardour, find_editor, read_version
from music.errors import RequestInvalid, SetupBroken
from music.operations.material import ImportAudio, ImportMidi
from music.time import BBT


@pytest.fixture
def session_folder(tmp_path: Path) -> Path:
    for kind in ("midifiles", "audiofiles"):
        (tmp_path / "session" / "interchange" / "session" / kind).mkdir(parents=True)
    return tmp_path / "session"


def _midi(path: Path, n_notes: int) -> ImportMidi:
    return ImportMidi(ref="r", track="t", path=str(path), name='A/B: "ü"', at=BBT(1), n_notes=n_notes)


def _audio(path: Path, length_samples: int) -> ImportAudio:
    return ImportAudio(ref="r", track="t", path=str(path), name="../Stem", at=BBT(1), length_samples=length_samples)


def _write_midi(path: Path) -> None:
    first, second = mido.MidiTrack(), mido.MidiTrack()
    first.append(mido.MetaMessage("set_tempo", tempo=500000))
    second.append(mido.Message("program_change", program=33))
    second.append(mido.Message("note_on", note=40, velocity=90, time=240))
    second.append(mido.Message("note_on", note=40, velocity=0, time=240))
    second.append(mido.MetaMessage("end_of_track", time=480))
    mido.MidiFile(type=1, ticks_per_beat=480, tracks=[first, second]).save(path)


def test_midi_is_copied_onto_one_track_with_its_length_in_ardours_ticks(session_folder: Path, tmp_path: Path) -> None:
    _write_midi(tmp_path / "part.mid")
    copied = SourceFolder(session_folder).copy_midi(_midi(tmp_path / "part.mid", 1))
    assert (copied.length_ticks, copied.file_name) == (2 * 1920, "A_B_ _ü_.mid")
    copy = mido.MidiFile(session_folder / "interchange/session/midifiles" / copied.file_name)
    assert (copy.type, len(copy.tracks)) == (0, 1)
    assert [(message.type, message.time) for message in copy.tracks[0]] == [
        ("program_change", 0),
        ("note_on", 240),
        ("note_on", 240),
        ("end_of_track", 480),
    ]


def test_the_same_name_twice_makes_two_files(session_folder: Path, tmp_path: Path) -> None:
    _write_midi(tmp_path / "part.mid")
    sources = SourceFolder(session_folder)
    names = [sources.copy_midi(_midi(tmp_path / "part.mid", 1)).file_name for _ in range(2)]
    assert names == ["A_B_ _ü_.mid", "A_B_ _ü_-2.mid"]


def test_a_midi_file_that_is_none_or_holds_other_notes_is_refused(session_folder: Path, tmp_path: Path) -> None:
    (tmp_path / "noise.mid").write_bytes(b"MThd nonsense")
    with pytest.raises(RequestInvalid, match=r"noise\.mid is no MIDI file"):
        SourceFolder(session_folder).copy_midi(_midi(tmp_path / "noise.mid", 1))
    _write_midi(tmp_path / "part.mid")
    with pytest.raises(RequestInvalid, match="1 notes, not the 2"):
        SourceFolder(session_folder).copy_midi(_midi(tmp_path / "part.mid", 2))
    assert list((session_folder / "interchange/session/midifiles").iterdir()) == []


def test_audio_keeps_its_bytes_and_stays_inside_the_session(session_folder: Path, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "stem.wav", np.zeros((100, 2)), 48000, subtype="PCM_24")
    copied = SourceFolder(session_folder).copy_audio(_audio(tmp_path / "stem.wav", 100), sample_rate_hz=48000)
    assert (copied.n_channels, copied.n_frames, copied.file_name) == (2, 100, "_Stem.wav")
    copy = session_folder / "interchange/session/audiofiles" / copied.file_name
    assert copy.read_bytes() == (tmp_path / "stem.wav").read_bytes()


@pytest.mark.parametrize(
    ("rate_hz", "n_frames", "name", "words"),
    [(44100, 100, "a.wav", "44100 Hz"), (48000, 99, "a.wav", "99 samples"), (48000, 100, "a.flac", "FLAC")],
)
def test_audio_of_another_rate_length_or_format_is_refused(
    session_folder: Path, tmp_path: Path, rate_hz: int, n_frames: int, name: str, words: str
) -> None:
    soundfile.write(tmp_path / name, np.zeros((n_frames, 1)), rate_hz)
    with pytest.raises(RequestInvalid, match=words):
        SourceFolder(session_folder).copy_audio(_audio(tmp_path / name, 100), sample_rate_hz=48000)


@pytest.mark.parametrize("name", ["", " .", "a/b", "a\\b", "a:b", "a\nb", "x" * 300])
def test_session_names_that_no_folder_can_bear_are_refused(name: str) -> None:
    with pytest.raises(RequestInvalid, match="session name"):
        NewSession(name=name, end=BBT(2))


def test_a_session_must_have_a_length() -> None:
    with pytest.raises(RequestInvalid, match="later bar"):
        NewSession(name="take", end=BBT(1))


def _make_program(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)


def test_the_newest_interpreter_of_a_folder_is_found(tmp_path: Path) -> None:
    for major in (7, 9, 8):
        _make_program(tmp_path / f"ardour{major}-lua")
    found = find_ardour(str(tmp_path))
    assert (found.major_version, found.lua) == (9, tmp_path / "ardour9-lua")


def test_the_first_ardour_on_the_path_wins_over_a_newer_one(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for program in (first / "ardour", first / "ardour8-lua", second / "ardour", second / "ardour9-lua"):
        _make_program(program)
    path = f"{first}:{second}"
    assert find_editor(path) == first / "ardour"
    assert find_ardour(path).major_version == 8


def test_the_interpreter_beside_a_linked_editor_is_found(tmp_path: Path) -> None:
    """Ardour's own packages link only the editor into a folder of PATH; Debian's Ardour may be there as well."""
    own, linked, system = tmp_path / "opt", tmp_path / "local", tmp_path / "usr"
    for program in (own / "ardour9", own / "ardour9-lua", system / "ardour", system / "ardour7-lua"):
        _make_program(program)
    linked.mkdir()
    (linked / "ardour9").symlink_to(own / "ardour9")
    found = find_ardour(f"{linked}:{system}")
    assert (found.major_version, found.lua) == (9, own / "ardour9-lua")


def test_a_missing_ardour_is_named_with_the_command_that_installs_it(tmp_path: Path) -> None:
    with pytest.raises(SetupBroken, match="apt-get install ardour"):
        find_ardour(str(tmp_path))


def test_the_version_is_read_from_the_session_file() -> None:
    xml = '<ProgramVersion created-with="Ardour 7.0" modified-with="Ardour 7.3.0~ds0-1"/>'
    assert read_version(xml) == "7.3.0"
    assert read_version("<Session/>") == ""
