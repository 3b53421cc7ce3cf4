"""Roman numerals in every key and mode; the user's own chords."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chord import Chord, parse_chord
from music.chord_chart import parse_chart
from music.harmony import edges_in_bar, harmonise, spans_from_chords
from music.numeral import numeral_to_chord
from music.pitch import Key, Mode, parse_key, pitch_class_name
from music.score import Section
from music.style import FormTemplate, Harmony, Style
from music.time import TimeSignature, parse_time_signature

FOUR = TimeSignature(4, 4)


def _style(cadence: str = "V | I", **progressions: tuple[str, ...]) -> Style:
    harmonies = (
        Harmony(mode=Mode.MAJOR, progressions={"any": ("I | vi | IV | V",), **progressions}, cadence=cadence),
        Harmony(mode=Mode.MINOR, progressions={"any": ("i | VI | III | VII",)}, cadence="VII | i"),
    )
    return Style(
        id="test", title="Test", synonyms=(), tempo_bpm=120, tempo_range_bpm=(60, 180), slow_tempo_bpm=80,
        fast_tempo_bpm=160, modes=(Mode.MAJOR,), tonics=("C",), section_energy={},
        forms=(FormTemplate(sections=(("verse", 8),)),), harmony=harmonies, parts={},
    )  # fmt: skip


def _section(n_bars: int, name: str = "verse", start_bar: int = 1) -> Section:
    return Section(name=name, start_bar=start_bar, n_bars=n_bars, energy=0.5)


@pytest.mark.parametrize(
    ("numeral", "key", "reference", "label"),
    [
        ("I", "C major", Mode.MAJOR, "C:maj"),
        ("ii7", "Eb major", Mode.MAJOR, "F:min7"),
        ("V7", "F# major", Mode.MAJOR, "C#:7"),
        ("bVII", "E major", Mode.MAJOR, "D:maj"),
        ("V7/3", "D major", Mode.MAJOR, "A:7/3"),
        ("iiø7", "A minor", Mode.MINOR, "B:hdim7"),
        ("VI", "F minor", Mode.MINOR, "Db:maj"),
        ("V7", "F minor", Mode.MINOR, "C:7"),
        ("bII", "C minor", Mode.MINOR, "Db:maj"),
        ("Imaj9", "Bb major", Mode.MAJOR, "Bb:maj9"),
        ("I7", "E major", Mode.MAJOR, "E:7"),
        # the reference is minor, the key is another mode: its own chord on the degree
        ("iv", "D dorian", Mode.MINOR, "G:maj"),
        ("i7", "D dorian", Mode.MINOR, "D:min7"),
        ("VII", "E harmonic minor", Mode.MINOR, "B:maj"),
        ("V", "G mixolydian", Mode.MAJOR, "D:min"),
        ("I", "F lydian", Mode.MAJOR, "F:maj"),
        # any spelling of a chord may follow the numeral
        ("V7b9", "C minor", Mode.MINOR, "G:7(b9)"),
        ("I7#9", "E major", Mode.MAJOR, "E:7(#9)"),
        ("V7alt", "A minor", Mode.MINOR, "E:aug(b7,b9,#9)"),
        ("IVadd9", "D major", Mode.MAJOR, "G:maj(9)"),
        ("V9sus4", "G major", Mode.MAJOR, "D:sus4(b7,9)"),
        ("ii7b5", "C minor", Mode.MINOR, "D:hdim7"),
    ],
)
def test_numerals_become_the_chords_a_musician_reads(numeral: str, key: str, reference: Mode, label: str) -> None:
    assert numeral_to_chord(numeral, parse_key(key), reference).label == label


@pytest.mark.parametrize("numeral", ["", "H", "VIII", "iq", "Ifoo", "V7/2", "1"])
def test_what_is_no_numeral_is_refused(numeral: str) -> None:
    with pytest.raises(ValueError, match=r"numeral|quality"):
        numeral_to_chord(numeral, Key("C", Mode.MAJOR), Mode.MAJOR)


@given(
    st.integers(0, 11),
    st.booleans(),
    st.sampled_from(list(Mode)),
    st.sampled_from(["i", "ii7", "III", "iv", "v", "VI", "VII", "i9"]),
)
def test_chords_of_the_scale_stay_in_the_scale_of_any_mode(number: int, flats: bool, mode: Mode, numeral: str) -> None:
    key = Key(pitch_class_name(number, prefer_flats=flats), mode)
    reference = Mode.MINOR
    if not set(numeral_to_chord(numeral, Key("A", reference), reference).pitch_classes) <= set(
        Key("A", reference).scale
    ):
        return
    chord = numeral_to_chord(numeral, key, reference)
    assert set(chord.pitch_classes) <= set(key.scale)
    assert chord.root_pitch_class in key.scale


@given(st.integers(1, 70), st.sampled_from(list(Mode)), st.integers(0, 1000))
def test_chords_fill_the_bars_and_end_on_the_tonic(n_bars: int, mode: Mode, seed: int) -> None:
    key = Key("D", mode)
    spans = harmonise(_style(), key, (_section(n_bars),), FOUR, random.Random(seed))
    at = 0
    for span in spans:
        assert span.start_ticks == at
        at = span.end_ticks
    assert at == n_bars * FOUR.ticks_per_bar
    assert spans[-1].chord is not None
    assert spans[-1].chord.root_pitch_class == key.pitch_class


def test_a_section_that_returns_keeps_its_chords() -> None:
    style = _style(verse=("I | IV | V | I", "I | vi | ii | V", "vi | IV | I | V"))
    sections = (_section(4, "verse 1"), _section(4, "chorus", 5), _section(4, "verse 2", 9), _section(4, "outro", 13))
    for seed in range(10):
        spans = harmonise(style, Key("C", Mode.MAJOR), sections, FOUR, random.Random(seed))
        assert [s.chord for s in spans[:4]] == [s.chord for s in spans[8:12]]


def test_chords_in_one_bar_change_on_its_pulses() -> None:
    style = _style(cadence="ii7 V7 | I", verse=("I | ii7 V7",))
    spans = harmonise(style, Key("C", Mode.MAJOR), (_section(4),), TimeSignature(3, 4), random.Random(1))
    assert [span.start_ticks for span in spans][:3] == [0, 2880, 2880 + 1920]
    assert all(span.duration_ticks > 0 for span in spans)


def test_the_users_chords_take_a_bar_each_and_start_again() -> None:
    chords = (parse_chord("Am"), None, parse_chord("F"))
    spans = spans_from_chords(chords, 5, FOUR)
    assert [span.chord for span in spans] == [chords[0], None, chords[2], chords[0], None]
    assert all(span.duration_ticks == FOUR.ticks_per_bar for span in spans)


def test_the_users_chords_share_bars_as_written() -> None:
    chart = parse_chart("C | Am F | G % | C / / F")
    for metre, edges in (("4/4", (1920, 2880)), ("3/4", (1920, 1920)), ("5/4", (2880, 3840)), ("7/8", (1920, 2880))):
        meter = parse_time_signature(metre)
        spans = spans_from_chords(chart.chords, 8, meter, chart.bars)
        bar = meter.ticks_per_bar
        names = [span.chord.root for span in spans if span.chord]
        assert names == ["C", "A", "F", "G", "C", "F"] * 2
        assert spans[2].start_ticks == bar + edges[0]
        assert spans[-1].end_ticks == 8 * bar
        if metre != "3/4":
            assert spans[5].start_ticks - 3 * bar >= edges[0]


@given(st.integers(1, 12), st.builds(TimeSignature, st.integers(2, 13), st.sampled_from([4, 8])))
def test_every_chord_of_a_bar_gets_a_place_in_it(n_chords: int, meter: TimeSignature) -> None:
    edges = edges_in_bar((1.0,) * n_chords, meter)
    assert len(edges) == n_chords + 1
    assert list(edges) == sorted(set(edges))
    assert (edges[0], edges[-1]) == (0, meter.ticks_per_bar)


@pytest.mark.parametrize(
    ("metre", "quarters"), [("4/4", 2), ("3/4", 2), ("5/4", 3), ("6/8", 1.5), ("12/8", 3), ("7/8", 2), ("7/4", 4)]
)
def test_two_chords_in_a_bar_change_where_its_second_half_begins(metre: str, quarters: float) -> None:
    assert edges_in_bar((1.0, 1.0), parse_time_signature(metre))[1] == 960 * quarters


def test_no_chords_at_all_are_refused() -> None:
    with pytest.raises(ValueError, match="at least one chord"):
        spans_from_chords((), 4, FOUR)


def test_a_chord_is_spelled_by_its_degree() -> None:
    assert numeral_to_chord("iii", Key("F#", Mode.MAJOR), Mode.MAJOR) == Chord("A#", "min")
    assert numeral_to_chord("IV", Key("Gb", Mode.MAJOR), Mode.MAJOR) == Chord("Cb", "maj")
