"""Pitch classes, spelling, keys."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.pitch import Key, Mode, parse_key, pitch_class, pitch_class_name, spell_tonic

modes = st.sampled_from(list(Mode))
tonics = st.builds(str.__add__, st.sampled_from("ABCDEFG"), st.sampled_from(["", "#", "b"]))


@given(st.integers(0, 11), st.booleans())
def test_a_pitch_class_named_and_read_is_itself(number: int, prefer_flats: bool) -> None:
    assert pitch_class(pitch_class_name(number, prefer_flats=prefer_flats)) == number


@given(st.sampled_from("ABCDEFG"), st.integers(0, 2))
def test_sharps_raise_and_flats_lower_by_a_semitone_each(letter: str, count: int) -> None:
    assert (pitch_class(letter + "#" * count) - pitch_class(letter)) % 12 == count
    assert (pitch_class(letter) - pitch_class(letter + "b" * count)) % 12 == count


@pytest.mark.parametrize("text", ["", "H", "C###", "F#b", "4", "CC"])
def test_what_is_no_note_name_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not a note name"):
        pitch_class(text)


@given(tonics, modes)
def test_a_key_written_and_read_is_itself(tonic: str, mode: Mode) -> None:
    key = Key(tonic, mode)
    assert parse_key(str(key)) == key


@given(tonics, modes)
def test_a_scale_has_seven_notes_and_starts_on_its_tonic(tonic: str, mode: Mode) -> None:
    key = Key(tonic, mode)
    assert len(set(key.scale)) == 7
    assert key.scale[0] == pitch_class(tonic)


@given(st.integers(0, 11), modes)
def test_the_spelled_tonic_has_at_most_six_accidentals_in_its_signature_or_none_does(number: int, mode: Mode) -> None:
    name = spell_tonic(number, mode)
    others = [Key(pitch_class_name(number, prefer_flats=flats), mode) for flats in (True, False)]
    assert pitch_class(name) == number
    assert abs(Key(name, mode).signature_fifths) == min(abs(key.signature_fifths) for key in others)


@pytest.mark.parametrize(
    ("text", "tonic", "mode"),
    [
        ("F minor", "F", Mode.MINOR),
        ("Am", "A", Mode.MINOR),
        ("C", "C", Mode.MAJOR),
        ("C#:minor", "C#", Mode.MINOR),
        ("e flat major", "Eb", Mode.MAJOR),
        ("F# Dorian", "F#", Mode.DORIAN),
        ("B♭ mixolydian", "Bb", Mode.MIXOLYDIAN),
        ("d harmonic minor", "D", Mode.HARMONIC_MINOR),
        ("g aeolian", "G", Mode.MINOR),
    ],
)
def test_keys_are_read_as_people_write_them(text: str, tonic: str, mode: Mode) -> None:
    assert parse_key(text) == Key(tonic, mode)


@pytest.mark.parametrize("text", ["", "minor", "C blues", "X major", "C major 7"])
def test_what_is_no_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"key|note name"):
        parse_key(text)


@pytest.mark.parametrize(
    ("key", "fifths"),
    [
        ("C major", 0),
        ("A minor", 0),
        ("F minor", -4),
        ("F# major", 6),
        ("D dorian", 0),
        ("G mixolydian", 0),
        ("F lydian", 0),
    ],
)
def test_key_signatures_are_those_of_the_circle_of_fifths(key: str, fifths: int) -> None:
    assert parse_key(key).signature_fifths == fifths


def test_jams_writes_both_other_minors_as_minor() -> None:
    assert Key("C#", Mode.HARMONIC_MINOR).to_jams() == "C#:minor"
    assert Key("D", Mode.DORIAN).to_jams() == "D:dorian"
