"""Lines of notes, edits and points: what is read, and what is refused with the line named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.note_text import (
    NoteRow,
    check_notes,
    check_points,
    from_rows,
    lines_of,
    parse_edits,
    parse_pitch,
    to_length_ticks,
    to_rows,
)

ROWS = st.builds(
    NoteRow,
    st.integers(0, 10**7),
    st.integers(1, 10**6),
    st.integers(0, 127),
    st.integers(1, 127),
    st.integers(1, 16),
)


def test_a_pitch_is_read_by_number_and_by_name() -> None:
    assert [parse_pitch(text) for text in ("60", "C4", "c#4", "Db4", "B#3", "C-1", "G9")] == [
        60,
        60,
        61,
        61,
        60,
        0,
        127,
    ]


@pytest.mark.parametrize("text", ["H4", "C", "128", "A9", "Cb-1", "-1", "4.5", ""])
def test_what_is_no_pitch_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="a pitch is 0 to 127"):
        parse_pitch(text)


def test_notes_may_leave_out_velocity_and_channel_and_stand_on_lines_or_between_semicolons() -> None:
    text = "0 1 C4 100 16; 1.5 0.25 61\n3|2|480 2 Bb3 1; 7|1 1 C4;\n\n"
    check_notes(text)
    assert list(lines_of(text)) == ["0 1 C4 100 16", "1.5 0.25 61", "3|2|480 2 Bb3 1", "7|1 1 C4"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("0 1", "a note is written"),
        ("0 1 C4 90 1 7", "a note is written"),
        ("-1 1 C4", "a place is quarter notes"),
        ("1| 1 C4", "a place is quarter notes"),
        ("1|2|3|4 1 C4", "a place is quarter notes"),
        ("nan 1 C4", "a place is quarter notes"),
        ("0 0 C4", "a length is"),
        ("0 0.0001 C4", "a length is"),
        ("0 inf C4", "a length is"),
        ("0 1 X4", "a pitch is"),
        ("0 1 128", "a pitch is"),
        ("0 1 C4 0", "a velocity is"),
        ("0 1 C4 128", "a velocity is"),
        ("0 1 C4 90 17", "a channel is"),
        ("0 1 C4 90 0", "a channel is"),
    ],
)
def test_a_line_that_is_no_note_is_refused_wherever_it_stands(line: str, reason: str) -> None:
    for text in (line, f"0 1 C4\n{line}", f"{line}; 0 1 C4 90 1"):
        with pytest.raises(ValueError, match=reason):
            check_notes(text)


@given(st.lists(ROWS, max_size=20))
def test_notes_are_told_and_read_again_unchanged(rows: list[NoteRow]) -> None:
    assert from_rows(to_rows(tuple(rows))) == tuple(rows)


@given(ROWS)
def test_every_row_can_be_written_as_a_line_that_is_a_note(row: NoteRow) -> None:
    length = f"{row.length_ticks / 1920:.6f}"
    check_notes(f"{row.start_ticks / 1920:.6f} {length} {row.midi_note} {row.velocity} {row.channel}")
    assert to_length_ticks(length) == row.length_ticks


def test_an_edit_names_a_note_and_what_becomes_of_it() -> None:
    first, second = parse_edits("2|1|0 C4 velocity=80 length=0.5\n1.5 64 pitch=D4 start=2 channel=3")
    assert (first.start, first.midi_note, dict(first.changes)) == ("2|1|0", 60, {"velocity": "80", "length": "0.5"})
    assert (second.midi_note, dict(second.changes)) == (64, {"pitch": "D4", "start": "2", "channel": "3"})


@pytest.mark.parametrize("text", ["", "0 C4", "0 C4 loud=3", "0 C4 velocity=", "0 C4 velocity=0", "x C4 velocity=5"])
def test_what_is_no_edit_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"edit|velocity|place"):
        parse_edits(text)


def test_points_are_places_and_whole_values_within_bounds() -> None:
    check_points("0 0; 3|1|0 127\n2.5 64", 0, 127)
    check_points("", 0, 127)
    for text in ("0", "0 128", "0 1.5", "x 1", "0 1 2"):
        with pytest.raises(ValueError, match=r"point|value|place"):
            check_points(text, 0, 127)
