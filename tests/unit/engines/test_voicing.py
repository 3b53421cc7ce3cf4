"""Chord voicings."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.composer.voicing import voice
from music.chord import Chord, parse_chord
from music.style import Voicing

ROOTS = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"]
QUALITIES = ["maj", "min", "dim", "sus4", "maj7", "min7", "7", "hdim7", "maj9", "min9", "13", "5", "maj69"]


@given(
    st.sampled_from(ROOTS), st.sampled_from(QUALITIES), st.sampled_from(list(Voicing)), st.integers(1, 6),
    st.integers(40, 60), st.integers(12, 30),
)  # fmt: skip
def test_a_voicing_rises_within_its_range_and_holds_only_the_chord(
    root: str, quality: str, voicing: Voicing, n_voices: int, low: int, width: int
) -> None:
    chord = Chord(root, quality)
    notes = voice(chord, (), voicing=voicing, n_voices=n_voices, low=low, high=low + width, centre=low + width // 2)
    assert notes
    assert list(notes) == sorted(set(notes))
    assert low <= notes[0]
    assert notes[-1] <= low + width
    classes = {note % 12 for note in notes}
    fifth = (chord.root_pitch_class + 7) % 12  # a power chord has a fifth whatever the chord says
    assert classes <= {*chord.pitch_classes, fifth}


@pytest.mark.parametrize("progression", ["C Am F G C", "Dm7 G7 Cmaj7 A7 Dm7", "Fm Db Ab Eb Fm"])
def test_voices_move_little_from_chord_to_chord(progression: str) -> None:
    before: tuple[int, ...] = ()
    moves = []
    for text in progression.split():
        chord = parse_chord(text)
        assert chord is not None
        notes = voice(chord, before, voicing=Voicing.CLOSE, n_voices=4, low=50, high=76, centre=63)
        moves += [min(abs(note - other) for other in before) for note in notes] if before else []
        before = notes
    assert max(moves) <= 4
    assert sum(moves) / len(moves) < 2


def test_a_shell_names_the_chord_by_its_third_and_seventh() -> None:
    chord = Chord("D", "min9")
    notes = voice(chord, (), voicing=Voicing.SHELL, n_voices=4, low=52, high=76, centre=62)
    assert {(note - 2) % 12 for note in notes} >= {3, 10}
    assert all((note - 2) % 12 != 0 for note in notes)


def test_a_barre_chord_has_its_root_lowest_and_spreads_like_a_guitar() -> None:
    notes = voice(Chord("G", "maj"), (), voicing=Voicing.STRUM, n_voices=6, low=40, high=72, centre=52)
    assert [note - notes[0] for note in notes] == [0, 7, 12, 16, 19, 24]
    assert notes[0] == 43


def test_a_power_chord_has_no_third() -> None:
    notes = voice(Chord("A", "min"), (), voicing=Voicing.POWER, n_voices=3, low=40, high=62, centre=48)
    assert [upper - lower for lower, upper in pairwise(notes)] == [7, 5]
