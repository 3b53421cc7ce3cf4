"""Rows of chords: who holds how long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.chord import Chord, parse_chord
from music.chord_chart import parse_chart


@pytest.mark.parametrize(
    ("text", "names", "bars"),
    [
        ("Am F C G", "Am F C G", ()),
        ("Am, F, C, G", "Am F C G", ()),
        ("Am - F - C - G", "Am F C G", ()),
        ("C-G-Am-F", "C G Am F", ()),
        ("C/G/Am/F", "C G Am F", ()),
        ("Am7-D7-Gmaj7", "Am7 D7 Gmaj7", ()),
        ("C/E G/B Am", "C/E G/B Am", ()),
        ("Cx2", "C C", ()),
        ("Cx2 F", "C C F", ()),
        ("C x2 F x2", "C C F F", ()),
        ("C*2 F", "C C F", ()),
        ("Am (x2) F", "Am Am F", ()),
        ("Am F x2", "Am F Am F", ()),
        ("C % F G", "C C F G", ()),
        ("C | Am F | G", "C Am F G", (1, 0.5, 0.5, 1)),
        ("| Dm7 | G7 | Cmaj7 | % |", "Dm7 G7 Cmaj7 Cmaj7", ()),
        ("|: Dm7 | G7 :| C", "Dm7 G7 Dm7 G7 C", ()),
        ("| Am F | x2", "Am F Am F", (0.5, 0.5, 0.5, 0.5)),
        ("| Am F | % |", "Am F Am F", (0.5, 0.5, 0.5, 0.5)),
        ("| C / / G |", "C G", (0.75, 0.25)),
        ("| C . G . |", "C G", (0.5, 0.5)),
        ("| C | / / / G |", "C C G", (1, 0.75, 0.25)),
        ("Am F | C G\nDm | E", "Am F C G Dm E", (0.5, 0.5, 0.5, 0.5, 1, 1)),
        ("Am F\nC G", "Am F C G", ()),
        ("N.C. | Dm Bb | NC", "N.C. Dm Bb N.C.", (1, 0.5, 0.5, 1)),
        ("Dm7(b5) G7(b9,#11) Cm(maj7)", "Dm7b5 G7b9#11 CmM7", ()),
        ("C-7 F7 BbΔ7 E°7", "Cm7 F7 Bbmaj7 Edim7", ()),
        ("A minor, F major, C-major", "Am F C", ()),
        ("F♯m7b5 B♭maj9#11", "F#m7b5 Bbmaj9#11", ()),
    ],
)
def test_a_row_is_read_with_the_bars_that_each_chord_holds(text: str, names: str, bars: tuple[float, ...]) -> None:
    chart = parse_chart(text)
    assert chart.chords == tuple(parse_chord(name) for name in names.split())
    assert chart.bars == pytest.approx(bars)


@pytest.mark.parametrize("text", ["", "hello", "C foo", "% C", "x2", "| / | C |", "Dad Bad", "C'mon Em", "C H"])
def test_what_is_no_row_of_chords_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"chord|sound again"):
        parse_chart(text)


cells = st.lists(st.sampled_from(["C", "Am7", "F#m7b5", "N.C.", "Bb/D", "G7(b9)", "Esus4"]), min_size=1, max_size=5)


@given(st.lists(cells, min_size=1, max_size=9))
def test_bars_add_up_and_keep_every_chord_in_order(written: list[list[str]]) -> None:
    chart = parse_chart("| " + " | ".join(" ".join(cell) for cell in written) + " |")
    assert [chord.label if isinstance(chord, Chord) else None for chord in chart.chords] == [
        chord.label if chord else None for cell in written for chord in map(parse_chord, cell)
    ]
    assert sum(chart.bars) == pytest.approx(len(written) if chart.bars else 0)


@given(st.lists(cells, min_size=1, max_size=6))
def test_a_row_written_out_reads_as_itself(written: list[list[str]]) -> None:
    chart = parse_chart("|" + "|".join(" ".join(cell) for cell in written) + "|")
    assert parse_chart(str(chart)) == chart
