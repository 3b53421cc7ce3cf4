"""A take as tracks: which operations it becomes, and which tracks sound."""

import pytest

from music.changeset import ChangeSetId
from music.operations.material import ImportMidi
from music.operations.mixer import SetFader, SetMute
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.score import PartMix, Section
from music.session_layout import LaidMidi, LaidPart, LaidStem, Playback, SessionLayout, to_change_set
from music.time import BBT, TimeSignature

_MIDI = LaidMidi(path="/take/bass.mid", n_notes=3, instrument_plugin="urn:x")
_STEM = LaidStem(path="/take/bass.wav", n_channels=2, length_samples=48000)


def _layout(part: LaidPart) -> SessionLayout:
    return SessionLayout(
        tempo_bpm=90.0,
        time_signature=TimeSignature(3, 4),
        n_bars=4,
        sections=(
            Section(name="A", start_bar=1, n_bars=2, energy=0.5),
            Section(name="B", start_bar=3, n_bars=2, energy=0.5),
        ),
        parts=(part,),
    )


def _part(midi: LaidMidi | None = _MIDI, stem: LaidStem | None = _STEM) -> LaidPart:
    return LaidPart(name="Bass", colour="#102030", mix=PartMix(gain_db=-4.5, pan=0.5), midi=midi, stem=stem)


@pytest.mark.parametrize(
    ("playback", "muted"),
    [(Playback.MIDI, {"midi-1": False, "stem-1": True}), (Playback.STEMS, {"midi-1": True, "stem-1": False})],
)
def test_one_of_notes_and_stem_sounds(playback: Playback, muted: dict[str, bool]) -> None:
    changes = to_change_set(_layout(_part()), change_set_id=ChangeSetId("c"), label="l", playback=playback)
    assert {op.route: op.is_muted for op in changes.operations if isinstance(op, SetMute)} == muted


@pytest.mark.parametrize("playback", Playback)
def test_a_part_with_one_of_the_two_always_sounds(playback: Playback) -> None:
    for part in (_part(stem=None), _part(midi=None)):
        changes = to_change_set(_layout(part), change_set_id=ChangeSetId("c"), label="l", playback=playback)
        assert [op.is_muted for op in changes.operations if isinstance(op, SetMute)] == [False]


def test_the_mix_stands_on_the_midi_strip_alone_since_stems_hold_it() -> None:
    changes = to_change_set(_layout(_part()), change_set_id=ChangeSetId("c"), label="l")
    assert [(op.route, op.gain_db) for op in changes.operations if isinstance(op, SetFader)] == [("midi-1", -4.5)]
    tracks = [op for op in changes.operations if isinstance(op, AddMidiTrack | AddAudioTrack)]
    assert [(track.name, track.colour) for track in tracks] == [("Bass", "#102030"), ("Bass (stem)", "#102030")]


def test_everything_moves_with_the_first_bar_and_the_tempo_can_stay() -> None:
    changes = to_change_set(
        _layout(_part()), change_set_id=ChangeSetId("c"), label="l", at_bar=17, tempos=(), expected_revision="r"
    )
    assert [op.at for op in changes.operations if isinstance(op, AddMarker)] == [BBT(17), BBT(19)]
    assert [op.at for op in changes.operations if isinstance(op, ImportMidi)] == [BBT(17)]
    assert not any(isinstance(op, SetTempo) for op in changes.operations)
    assert changes.expected_revision == "r"


def test_a_part_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="neither notes nor a stem"):
        _part(midi=None, stem=None)
