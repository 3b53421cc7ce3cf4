"""Chord symbols: reading, sounding, labelling, moving."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chord import Chord, parse_chord

ROOTS = ["C", "C#", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
QUALITIES = ["maj", "min", "dim", "aug", "sus2", "sus4", "5", "maj6", "min6", "maj7", "min7", "7", "minmaj7", "dim7",
             "hdim7", "aug7", "7sus4", "maj9", "min9", "9", "13", "maj69", "min69"]  # fmt: skip
chords = st.builds(Chord, st.sampled_from(ROOTS), st.sampled_from(QUALITIES))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Am7", "A:min7"),
        ("F#m7b5", "F#:hdim7"),
        ("C/E", "C:maj/3"),
        ("Bbmaj9#11", "Bb:maj9(#11)"),
        ("G7", "G:7"),
        ("Dsus", "D:sus4"),
        ("E+", "E:aug"),
        ("Cø7", "C:hdim7"),
        ("A:min7/5", "A:min7/5"),
        ("F6/9", "F:maj6(9)"),
        ("Ebadd9", "Eb:maj(9)"),
        ("B♭m", "Bb:min"),
    ],
)
def test_common_spellings_have_their_harte_labels(text: str, label: str) -> None:
    chord = parse_chord(text)
    assert chord is not None
    assert chord.label == label


@given(chords, st.one_of(st.none(), st.sampled_from(ROOTS)))
def test_a_label_read_again_sounds_the_same(chord: Chord, bass: str | None) -> None:
    written = Chord(chord.root, chord.quality, (), bass)
    read = parse_chord(written.label)
    assert read is not None
    assert set(read.pitch_classes) == set(written.pitch_classes)
    assert read.bass_pitch_class == written.bass_pitch_class


@given(chords, st.integers(-24, 24))
def test_moving_a_chord_moves_every_note_by_as_much(chord: Chord, semitones: int) -> None:
    moved = chord.transposed(semitones)
    assert [(tone + semitones) % 12 for tone in chord.pitch_classes] == list(moved.pitch_classes)
    assert moved.intervals == chord.intervals


@given(chords, st.integers(-12, 12))
def test_there_and_back_is_where_it_was(chord: Chord, semitones: int) -> None:
    back = chord.transposed(semitones).transposed(-semitones)
    assert back.pitch_classes == chord.pitch_classes


@pytest.mark.parametrize("text", ["N", "N.C.", "nc", "n.c."])
def test_no_chord_is_none(text: str) -> None:
    assert parse_chord(text) is None


@pytest.mark.parametrize("text", ["", "H7", "Cfoo", "C'mon", "Am7/H", "7", "major"])
def test_what_is_no_chord_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a chord"):
        parse_chord(text)


def test_an_altered_fifth_replaces_the_plain_one() -> None:
    assert Chord("C", "7", (8,)).intervals == (0, 4, 8, 10)


def test_an_unknown_quality_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown chord quality"):
        Chord("C", "mystic")
