"""Standard MIDI files: what is written is what is read, and it ends where the score ends."""

import io
from dataclasses import replace

import mido
import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chord import Chord
from music.instrument import Instrument, Role, SoundFontVoice, SynthVoice
from music.midi_file import part_to_midi, score_from_midi, score_to_midi
from music.pitch import Key, Mode
from music.plan import Plan, PlannedPart
from music.score import ChordSpan, Note, Part, PartMix, Score, Section
from music.time import TimeSignature

INSTRUMENTS = {
    "kit": Instrument(
        id="kit", title="Kit", synonyms=(), roles=(Role.DRUMS,), voice=SoundFontVoice(program=25, is_drum_kit=True),
        lowest_midi_note=27, highest_midi_note=87,
    ),
    "sub": Instrument(
        id="sub", title="Sub", synonyms=(), roles=(Role.BASS,),
        voice=SynthVoice(synth="sub808", fallback=SoundFontVoice(program=38, bank=129)),
        lowest_midi_note=24, highest_midi_note=60,
    ),
}  # fmt: skip


def _score(bass: tuple[Note, ...] = (Note(0, 960, 36, 100),), title: str = "Ünïcode - take") -> Score:
    def part(role: Role, instrument: str, channel: int, notes: tuple[Note, ...], mix: PartMix) -> Part:
        return Part(role=role, name=role.value, instrument=instrument, channel=channel, notes=notes, mix=mix)

    return Score(
        title=title,
        tempo_bpm=137.5,
        time_signature=TimeSignature(7, 8),
        key=Key("F", Mode.MINOR),
        n_bars=4,
        sections=(
            Section(name="intro", start_bar=1, n_bars=1, energy=0.3),
            Section(name="drop", start_bar=2, n_bars=3, energy=0.9),
        ),
        chords=(ChordSpan(start_ticks=0, duration_ticks=4 * 3360, chord=Chord("F", "min")),),
        parts=(
            part(Role.DRUMS, "kit", 9, (Note(0, 100, 36, 127), Note(0, 100, 42, 1)), PartMix(gain_db=-6.0)),
            part(Role.BASS, "sub", 0, bass, PartMix(gain_db=-3.0, pan=-1.0, reverb_send_db=0.0)),
        ),
    )


def _plan(score: Score) -> Plan:
    """Make the plan that a score would have been composed from."""
    return Plan(
        engine="composer",
        engine_reason="test",
        planner="rules",
        style="trap",
        title=score.title,
        prompt="",
        tempo_bpm=score.tempo_bpm,
        key=score.key,
        time_signature=score.time_signature,
        n_bars=score.n_bars,
        sections=score.sections,
        chords=score.chords,
        parts=tuple(PlannedPart(role=p.role, instrument=p.instrument, mix=p.mix) for p in score.parts),
        energy=0.5,
        loudness_lufs=-14.0,
        seed=1,
    )


def _read(midi: bytes) -> mido.MidiFile:
    return mido.MidiFile(file=io.BytesIO(midi), charset="utf-8")


@st.composite
def bass_lines(draw: st.DrawFn) -> tuple[Note, ...]:
    """Draw notes that never overlap on one pitch, some of them touching."""
    notes, at = [], 0
    for gap, length, midi_note, velocity in draw(
        st.lists(
            st.tuples(st.integers(0, 50), st.integers(1, 400), st.integers(0, 127), st.integers(1, 127)), max_size=20
        )
    ):
        notes.append(Note(at + gap, length, midi_note, velocity))
        at += gap + length
    return tuple(notes)


@given(bass_lines())
def test_a_score_written_and_read_is_itself(line: tuple[Note, ...]) -> None:
    score = _score(line)
    assert score_from_midi(score_to_midi(score, INSTRUMENTS), _plan(score)) == score


def test_the_first_track_holds_tempo_metre_key_and_a_marker_per_section() -> None:
    conductor = _read(score_to_midi(_score(), INSTRUMENTS)).tracks[0]
    by_type = {message.type: message for message in conductor}
    assert conductor.name == "Ünïcode - take"
    assert by_type["set_tempo"].tempo == round(60_000_000 / 137.5)
    assert (by_type["time_signature"].numerator, by_type["time_signature"].denominator) == (7, 8)
    assert by_type["key_signature"].key == "Fm"
    now, markers = 0, []
    for message in conductor:
        now += message.time
        if message.type == "marker":
            markers.append((now, message.text))
    assert markers == [(0, "intro"), (7 * 480, "drop")]


def test_every_track_ends_exactly_with_the_score() -> None:
    score = _score()
    for track in _read(score_to_midi(score, INSTRUMENTS)).tracks:
        assert sum(message.time for message in track) == score.length_ticks
        assert track[-1].type == "end_of_track"


def test_a_part_carries_its_channel_program_bank_and_mix() -> None:
    file = _read(score_to_midi(_score(), INSTRUMENTS))
    assert file.type == 1
    assert [track.name for track in file.tracks[1:]] == ["drums", "bass"]
    bass = file.tracks[2]
    controls = {message.control: message.value for message in bass if message.type == "control_change"}
    assert controls[0] == 1  # bank 129 is 1 * 128 + 1
    assert controls[32] == 1
    assert controls[10] == 1  # hard left
    assert controls[91] == 127
    # -3 dB below 112 on a 40 log10 curve
    assert controls[7] == 94
    assert [message.program for message in bass if message.type == "program_change"] == [38]
    assert {message.channel for message in file.tracks[1] if not message.is_meta} == {9}
    assert [message.program for message in file.tracks[1] if message.type == "program_change"] == [25]


def test_what_stands_in_for_a_voice_is_turned_up_to_its_level() -> None:
    voice = INSTRUMENTS["sub"].voice
    assert isinstance(voice, SynthVoice)
    louder = INSTRUMENTS | {"sub": replace(INSTRUMENTS["sub"], voice=replace(voice, fallback_gain_db=3.0))}
    bass = _read(score_to_midi(_score(), louder)).tracks[2]
    assert [m.value for m in bass if m.type == "control_change" and m.control == 7] == [112]  # -3 + 3 dB


def test_one_part_alone_has_its_notes_and_program_and_no_mix() -> None:
    score = _score()
    midi = part_to_midi(score, score.parts[1], INSTRUMENTS)
    file = _read(midi)
    assert len(file.tracks) == 2
    alone = replace(score, parts=score.parts[1:])
    assert score_from_midi(midi, _plan(alone)) == alone
    kinds = {message.control for message in file.tracks[1] if message.type == "control_change"}
    assert kinds <= {0, 32}
    assert [m.type for m in file.tracks[0]].count("time_signature") == 1


def test_a_drum_part_alone_names_the_bank_in_which_soundfonts_keep_kits() -> None:
    """By that Ardour finds the kit's name; in the whole score, which any player may get, a kit names no bank."""
    score = _score()
    banks = [
        [(message.control, message.value) for message in track if message.type == "control_change"]
        for track in (
            _read(part_to_midi(score, score.parts[0], INSTRUMENTS)).tracks[1],
            _read(score_to_midi(score, INSTRUMENTS)).tracks[1],
        )
    ]
    assert banks[0] == [(0, 1), (32, 0)]  # 1 * 128
    assert not {0, 32} & {control for control, _ in banks[1]}


def test_the_same_score_gives_the_same_bytes() -> None:
    assert score_to_midi(_score(), INSTRUMENTS) == score_to_midi(_score(), INSTRUMENTS)


@pytest.mark.parametrize("tonic", ["G#", "D#", "Cb", "A#", "Fb"])
@pytest.mark.parametrize("mode", list(Mode))
def test_any_key_can_be_written(tonic: str, mode: Mode) -> None:
    other = replace(_score(), key=Key(tonic, mode))
    assert _read(score_to_midi(other, INSTRUMENTS)).tracks[0]


def test_a_title_of_control_characters_is_written_plainly() -> None:
    assert _read(score_to_midi(_score(title="a\x00b\nc"), INSTRUMENTS)).tracks[0].name == "abc"


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (["note_on"], "never end"),
        (["note_off"], "never started"),
        (["note_on", "note_on", "note_off"], "starts again"),
    ],
)
def test_notes_that_do_not_begin_and_end_in_turn_are_refused(messages: list[str], words: str) -> None:
    file = mido.MidiFile()
    file.tracks.append(mido.MidiTrack())
    program = mido.Message("program_change", program=1)
    file.tracks.append(mido.MidiTrack([program, *(mido.Message(kind, note=60, velocity=1) for kind in messages)]))
    out = io.BytesIO()
    file.save(file=out)
    score = _score()
    with pytest.raises(ValueError, match=words):
        score_from_midi(out.getvalue(), _plan(replace(score, parts=score.parts[1:])))
