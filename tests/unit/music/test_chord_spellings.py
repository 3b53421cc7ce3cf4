"""Hundreds of spellings against the pitch classes that they stand for, and our labels as another library reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mir_eval import chord as mir_chord

from music.chord import Chord, chord_of, parse_chord
from music.pitch import pitch_class

ROOTS = ["C", "C#", "Db", "D", "D#", "Eb", "E", "F", "F#", "Gb", "G", "G#", "Ab", "A", "Bb", "B", "Cb", "E#"]
# Semitones above the root, and the ways to write them: from lead sheets, iReal, Finale's and Brazilian suffixes.
SPELLINGS = {
    (0, 4, 7): ("", "M", "maj", "Maj", "major", "ma"),
    (0, 3, 7): ("m", "-", "min", "mi", "minor", "Min"),
    (0, 3, 6): ("dim", "o", "°", "mb5", "m(b5)", "diminished"),
    (0, 4, 8): ("+", "aug", "(#5)", "augmented", "maj#5"),
    (0, 4, 6): ("(b5)", "majb5", "M(b5)"),
    (0, 7): ("5", "(no3)", "no3rd"),
    (0, 2, 7): ("sus2",),
    (0, 5, 7): ("sus4", "sus", "4"),
    (0, 2, 5, 7): ("sus24", "sus2sus4"),
    (0, 4, 7, 9): ("6", "M6", "maj6", "add6"),
    (0, 3, 7, 9): ("m6", "-6", "min6"),
    (0, 4, 7, 10): ("7", "dom7", "dominant7"),
    (0, 4, 7, 11): ("maj7", "M7", "Maj7", "ma7", "Δ", "Δ7", "^", "^7", "7M", "j7", "major7"),
    (0, 3, 7, 10): ("m7", "-7", "min7", "mi7", "minor7"),
    (0, 3, 7, 11): ("mM7", "m(maj7)", "mmaj7", "minmaj7", "-Δ7", "-Δ", "m#7", "m(M7)"),
    (0, 3, 6, 9): ("dim7", "o7", "°7"),
    (0, 3, 6, 10): ("m7b5", "ø", "ø7", "-7b5", "m7(b5)", "min7b5", "half-dim", "m7-5"),
    (0, 3, 6, 11): ("dim(maj7)", "oM7"),
    (0, 4, 8, 10): ("+7", "7#5", "aug7", "7+", "7(#5)", "7+5"),
    (0, 4, 6, 10): ("7b5", "7-5", "7(b5)"),
    (0, 4, 8, 11): ("maj7#5", "+M7", "+maj7", "maj7(#5)"),
    (0, 4, 6, 11): ("maj7b5",),
    (0, 3, 8, 10): ("m7#5",),
    (0, 5, 7, 10): ("7sus4", "7sus", "sus7"),
    (0, 5, 7, 11): ("maj7sus4",),
    (0, 2, 7, 10): ("7sus2",),
    (0, 2, 4, 7): ("add9", "2", "add2", "(add9)", "(9)"),
    (0, 2, 3, 7): ("madd9", "m(add9)", "-add9", "m(9)"),
    (0, 4, 5, 7): ("add11", "add4", "(add11)"),
    (0, 4, 6, 7): ("add#11", "(#11)", "(add#11)"),
    (0, 3, 7, 8): ("m(b6)", "mb6"),
    (0, 2, 4, 7, 9): ("6/9", "69", "6(9)", "6add9"),
    (0, 2, 3, 7, 9): ("m6/9", "m69", "m6(9)"),
    (0, 2, 4, 7, 10): ("9", "7(9)", "7add9", "7/9"),
    (0, 2, 4, 7, 11): ("maj9", "M9", "Δ9", "^9", "maj7(9)"),
    (0, 2, 3, 7, 10): ("m9", "-9", "min9", "m7(9)"),
    (0, 2, 3, 7, 11): ("mM9", "m(maj9)", "mmaj9"),
    (0, 2, 5, 7, 10): ("9sus4", "9sus", "sus9"),
    (0, 2, 5, 7, 9, 10): ("13sus4", "13sus"),
    (0, 1, 5, 7, 10): ("7sus4b9", "7susb9", "7(b9)sus4"),
    (0, 2, 4, 8, 10): ("9#5", "+9", "9(#5)"),
    (0, 2, 4, 6, 10): ("9b5",),
    (0, 1, 4, 7, 10): ("7b9", "7(b9)", "7-9"),
    (0, 3, 4, 7, 10): ("7#9", "7(#9)", "7+9"),
    (0, 4, 6, 7, 10): ("7#11", "7(#11)", "7+11"),
    (0, 4, 7, 8, 10): ("7b13", "7(b13)"),
    (0, 4, 7, 9, 10): ("7(13)", "7add13", "7/13"),
    (0, 1, 4, 8, 10): ("7b9#5", "7#5b9", "7(#5,b9)", "+7b9"),
    (0, 3, 4, 8, 10): ("7#9#5", "7#5#9", "7(#9,#5)"),
    (0, 1, 4, 6, 10): ("7b5b9", "7(b5,b9)"),
    (0, 1, 4, 7, 8, 10): ("7b9b13", "7(b9,b13)", "7(b9b13)"),
    (0, 1, 4, 6, 7, 10): ("7(b9,#11)", "7b9#11"),
    (0, 1, 3, 4, 7, 10): ("7b9#9", "7(b9,#9)"),
    (0, 1, 3, 4, 8, 10): ("7alt", "alt", "7altered"),
    (0, 2, 4, 6, 7, 10): ("9#11", "9(#11)"),
    (0, 4, 6, 7, 11): ("maj7#11", "Δ#11", "maj7(#11)", "M7#11"),
    (0, 2, 4, 6, 7, 11): ("maj9#11", "M9(#11)"),
    (0, 2, 4, 5, 7, 10): ("11",),
    (0, 2, 3, 5, 7, 10): ("m11", "-11", "min11"),
    (0, 3, 5, 7, 10): ("m7add11", "m7(11)", "m7/11"),
    (0, 2, 4, 7, 9, 10): ("13", "9(13)", "7(9,13)"),
    (0, 2, 4, 7, 9, 11): ("maj13", "M13", "Δ13"),
    (0, 2, 3, 7, 9, 10): ("m13", "-13"),
    (0, 2, 4, 6, 7, 9, 10): ("13#11", "13(#11)"),
    (0, 1, 4, 7, 9, 10): ("13b9", "13(b9)"),
    (0, 2, 3, 6, 10): ("m9b5", "ø9"),
    (0, 4, 10): ("7no5", "7(no5)", "7omit5"),
    (0, 7, 11): ("maj7(no3)",),
}  # fmt: skip
CASES = [(suffix, steps) for steps, suffixes in SPELLINGS.items() for suffix in suffixes]


def test_the_table_is_as_large_as_it_claims_to_be() -> None:
    assert len(CASES) > 190
    assert len(CASES) * len(ROOTS) > 3000


@pytest.mark.parametrize(("suffix", "steps"), CASES)
def test_a_spelling_sounds_as_musicians_expect_on_every_root(suffix: str, steps: tuple[int, ...]) -> None:
    for root in ROOTS:
        chord = parse_chord(root + suffix)
        assert chord is not None
        assert set(chord.pitch_classes) == {(pitch_class(root) + step) % 12 for step in steps}, chord


@pytest.mark.parametrize("suffix", [suffix for suffix, _ in CASES])
@pytest.mark.parametrize("bass", [None, "C", "F#", "Bb"])
def test_another_library_reads_the_same_notes_from_our_labels(suffix: str, bass: str | None) -> None:
    for root in ROOTS:
        chord = parse_chord(root + suffix + (f"/{bass}" if bass else ""))
        assert chord is not None
        number, bitmap, bass_step = mir_chord.encode(chord.label, reduce_extended_chords=True)
        assert {(number + i) % 12 for i, is_on in enumerate(bitmap) if is_on} == set(chord.pitch_classes), chord.label
        assert (number + bass_step) % 12 == chord.bass_pitch_class == pitch_class(bass or root)


@pytest.mark.parametrize("suffix", [suffix for suffix, _ in CASES])
def test_our_label_read_again_sounds_the_same(suffix: str) -> None:
    chord = parse_chord("Eb" + suffix)
    assert chord is not None
    again = parse_chord(chord.label)
    assert again is not None
    assert set(again.pitch_classes) == set(chord.pitch_classes)
    assert again.label == chord.label


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("C:(1,5)", "C G"), ("C:7(b5)", "C E G Gb Bb"), ("C:7(*5,b5)", "C E Gb Bb"), ("C:maj(*3)", "C G"),
        ("A:min7/5", "A C E G"), ("C:maj/2", "C E G D"), ("G:sus4(b7,9)", "G C D F A"), ("C:(3,5,b7)", "C E G Bb"),
        ("F#:maj6(9)/3", "F# A# C# D# G#"), ("C/3", "C E G"), ("C:1", "C"), ("Bb:min/b3", "Bb Db F"),
    ],
)  # fmt: skip
def test_hartes_labels_are_read_to_the_letter(label: str, names: str) -> None:
    chord = parse_chord(label)
    assert chord is not None
    assert set(chord.pitch_classes) == {pitch_class(name) for name in names.split()}


@pytest.mark.parametrize(
    "text", ["C8", "C77", "C7 9", "Cm7m", "Cmajm", "C/", "C(", "C7(", "C7b10", "Cadd", "Csus3", "C7#13", "E-4", "C64"]
)
def test_what_no_musician_writes_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a chord"):
        parse_chord(text)


@given(st.sets(st.integers(1, 21), max_size=7), st.sampled_from(ROOTS))
def test_any_set_of_notes_has_a_chord_that_sounds_it(steps: set[int], root: str) -> None:
    intervals = frozenset({0} | (steps - {12, 16, 19}))
    chord = chord_of(root, intervals)
    assert {step % 12 for step in chord.intervals} == {step % 12 for step in intervals}
    assert isinstance(chord, Chord)
