"""A take brings its tempo along only where the session has another, and gives it back where there is music after it."""

from pathlib import Path

import pytest

from music.changeset import ChangeSetId
from music.errors import RequestInvalid
from music.general_midi import sound_name
from music.instrument import Instrument, Role, SoundFontVoice, SynthVoice
from music.operations import Operation
from music.operations.timeline import SetTempo
from music.pitch import Key, Mode
from music.plan import PlannedPart
from music.score import Part, PartMix, Score, Section
from music.session import Route, SessionSnapshot, TempoPoint
from music.session_layout import Playback, SessionLayout
from music.time import BBT, TimeSignature
from tests.sessions import a_region, a_route, a_session
from workflows.placement import PlacedFiles, check_session, lay_out_take, place_take, tempo_at, voice_notices

COMMON, WALTZ = TimeSignature(4, 4), TimeSignature(3, 4)
LAYOUT = SessionLayout(
    tempo_bpm=140.0,
    time_signature=COMMON,
    n_bars=8,
    sections=(Section(name="drop", start_bar=1, n_bars=8, energy=0.9),),
    parts=(),
)
SONG = a_route("Voice", "1", regions=(a_region("verse", "2", bar=1, n_bars=4),))


def point(bar: int, tempo_bpm: float, time_signature: TimeSignature = COMMON) -> TempoPoint:
    return TempoPoint(start=BBT(bar), tempo_bpm=tempo_bpm, time_signature=time_signature)


def session(*tempo_map: TempoPoint, routes: tuple[Route, ...] = (SONG,)) -> SessionSnapshot:
    return a_session(*routes, folder="/song", revision="abc", tempo_map=tempo_map)


def tempos(snapshot: SessionSnapshot, at_bar: int = 5) -> list[tuple[int, float, TimeSignature | None]]:
    changes = place_take(
        ChangeSetId("x"), "Trap", LAYOUT, at_bar=at_bar, playback=Playback.MIDI, session=snapshot
    ).operations
    found: list[Operation] = [operation for operation in changes if isinstance(operation, SetTempo)]
    return [(op.at.bar, op.tempo_bpm, op.time_signature) for op in found if isinstance(op, SetTempo)]


def test_a_session_at_the_take_s_tempo_is_left_alone() -> None:
    assert tempos(session(point(1, 140.004))) == []


@pytest.mark.parametrize("before", [point(1, 120.0), point(1, 140.0, WALTZ)])
def test_what_held_before_is_put_back_after_the_last_bar(before: TempoPoint) -> None:
    assert tempos(session(before)) == [(5, 140.0, COMMON), (13, before.tempo_bpm, before.time_signature)]


def test_an_empty_session_keeps_the_take_s_tempo_to_its_end() -> None:
    assert tempos(session(point(1, 120.0), routes=())) == [(5, 140.0, COMMON)]


def test_a_tempo_that_the_session_sets_right_after_the_take_stays_as_it_is() -> None:
    assert tempos(session(point(1, 120.0), point(13, 90.0))) == [(5, 140.0, COMMON)]


def test_the_tempo_in_force_at_the_place_counts_not_the_first_one() -> None:
    changing = session(point(1, 120.0), point(5, 140.0))
    assert tempo_at(changing, BBT(4)).tempo_bpm == 120.0
    assert tempos(changing) == []


@pytest.mark.parametrize("change", [point(9, 90.0), point(9, 140.0, WALTZ), point(12, 120.0)])
@pytest.mark.parametrize("before", [point(1, 120.0), point(1, 140.0)])
@pytest.mark.parametrize("routes", [(), (SONG,)])
def test_a_change_inside_the_bars_to_be_filled_is_refused_with_its_bar_and_a_free_one(
    before: TempoPoint, change: TempoPoint, routes: tuple[Route, ...]
) -> None:
    changing = session(before, change, point(20, 70.0), routes=routes)
    with pytest.raises(RequestInvalid, match=rf"at bar {change.start.bar}, .* bars 5-12 that .* from bar 20 on"):
        tempos(changing)
    assert tempos(changing, at_bar=20)[0] == (20, 140.0, COMMON)


def test_a_free_bar_is_named_after_a_change_inside_a_bar() -> None:
    halfway = TempoPoint(start=BBT(6, 3), tempo_bpm=90.0, time_signature=COMMON)
    with pytest.raises(RequestInvalid, match=r"at bar 6, .* from bar 7 on"):
        tempos(session(point(1, 140.0), halfway))


def test_a_point_inside_that_changes_nothing_is_no_hindrance() -> None:
    assert tempos(session(point(1, 140.0), point(9, 140.0))) == []
    assert tempos(session(point(1, 120.0), point(9, 140.0))) == [(5, 140.0, COMMON)]


def test_a_change_set_is_for_the_session_as_it_was_read() -> None:
    changes = place_take(
        ChangeSetId("x"), "Trap", LAYOUT, at_bar=5, playback=Playback.MIDI, session=session(point(1, 140.0))
    )
    assert (changes.label, changes.expected_revision, changes.session_folder) == ("Place Trap", "abc", "/song")


def test_a_take_goes_into_no_other_session_than_it_was_asked_for() -> None:
    for folder in (None, "/song", "/song/"):
        check_session(folder, session(point(1, 140.0)))
    with pytest.raises(RequestInvalid, match="the session /other, but /song is open now"):
        check_session("/other", session(point(1, 140.0)))


def test_each_part_whose_voice_ardour_cannot_play_is_told() -> None:
    voices: dict[str, SoundFontVoice | SynthVoice] = {
        "sub": SynthVoice(synth="sub808", fallback=SoundFontVoice(program=38)),
        "kit": SoundFontVoice(program=0, is_drum_kit=True),
    }
    instruments = {
        name: Instrument(id=name, title=f"My {name}", synonyms=(), roles=(Role.BASS,), voice=voice,
                         lowest_midi_note=20, highest_midi_note=90)
        for name, voice in voices.items()
    }  # fmt: skip
    parts = (PlannedPart(role=Role.DRUMS, instrument="kit", mix=PartMix()),
             PlannedPart(role=Role.BASS, instrument="sub", mix=PartMix()))  # fmt: skip
    assert voice_notices(parts, instruments) == [
        "My sub is played by General MIDI's Synth Bass 1 in Ardour; its own sound is in the muted stem beside it"
    ]


@pytest.mark.parametrize(
    ("gain_db", "fallback_gain_db", "fader_db"), [(-9.0, 12.0, 3.0), (-1.0, 12.0, 6.0), (-9.0, 0.0, -9.0)]
)
def test_the_fader_of_a_stand_in_makes_it_as_loud_as_the_voice(
    gain_db: float, fallback_gain_db: float, fader_db: float
) -> None:
    voice = SynthVoice(synth="sub808", fallback=SoundFontVoice(program=38), fallback_gain_db=fallback_gain_db)
    instrument = Instrument(id="sub", title="Sub", synonyms=(), roles=(Role.BASS,), voice=voice,
                            lowest_midi_note=20, highest_midi_note=90)  # fmt: skip
    part = Part(role=Role.BASS, name="Bass", instrument="sub", channel=0, notes=(), mix=PartMix(gain_db=gain_db))
    score = Score(title="", tempo_bpm=140.0, time_signature=COMMON, key=Key("C", Mode.MINOR), n_bars=1, sections=(),
                  chords=(), parts=(part,))  # fmt: skip
    files = PlacedFiles(midi={"bass": Path("/b.mid")}, stems={"bass": Path("/b.wav")}, stem_length_samples=1)
    laid = lay_out_take(score, files, {"sub": instrument}).parts[0]
    assert laid.mix.gain_db == fader_db


def test_the_sounds_of_general_midi_stand_at_their_programs() -> None:
    names = {number: sound_name(SoundFontVoice(program=number)) for number in range(128)}
    known = {0: "Acoustic Grand Piano", 24: "Acoustic Guitar (nylon)", 40: "Violin", 56: "Trumpet", 73: "Flute",
             80: "Lead 1 (square)", 104: "Sitar", 127: "Gunshot"}  # fmt: skip
    assert {number: names[number] for number in known} == known
