"""What operations on notes and controllers refuse by themselves, and which of them destroy."""

from collections.abc import Callable

import pytest

from music.operations.controllers import WriteController
from music.operations.notes import (
    AddNotes,
    DeleteNotes,
    EditNotes,
    NoteSelection,
    QuantiseNotes,
    ReplaceNotes,
    SetNoteLengths,
    ShapeVelocity,
    TransposeNotes,
)
from music.time import BBT


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: AddNotes(region="r", notes="0 1"), "a note is written"),
        (lambda: ReplaceNotes(region="r", notes="0 1 H2"), "a pitch is"),
        (lambda: EditNotes(region="r", edits="0 C4"), "an edit is written"),
        (lambda: QuantiseNotes(region="r", grid="1/5"), "a grid is written"),  # type: ignore[arg-type]
        (lambda: TransposeNotes(region="r"), "either semitones or scale_steps"),
        (lambda: TransposeNotes(region="r", semitones=1, scale_steps=1, key="C"), "either semitones or scale_steps"),
        (lambda: TransposeNotes(region="r", scale_steps=1), "needs a key"),
        (lambda: TransposeNotes(region="r", scale_steps=1, key="H"), "not a note name"),
        (lambda: ShapeVelocity(region="r", shape="compress", amount=2), "0 to 1"),
        (lambda: ShapeVelocity(region="r", shape="set", amount=0), "1 to 127"),
        (lambda: ShapeVelocity(region="r", shape="ramp", amount=10), "ramp"),
        (lambda: ShapeVelocity(region="r", shape="accent"), "pattern"),
        (lambda: SetNoteLengths(region="r", how="set"), "above 0"),
        (lambda: NoteSelection(lowest_pitch="C5", highest_pitch="C4"), "must not be above"),
        (lambda: NoteSelection(start=BBT(3), end=BBT(3)), "must come after"),
        (lambda: NoteSelection(channel=17), "1 to 16"),
        (lambda: WriteController(region="r", controller="cc", points="0 1"), "a number is for cc"),
        (lambda: WriteController(region="r", controller="pitch_bend", number=1, points="0 1"), "a number is for cc"),
        (lambda: WriteController(region="r", controller="cc", number=32, points="0 1"), "use set_program"),
        (lambda: WriteController(region="r", controller="cc", number=1, points="0 200"), "0 to 127"),
        (lambda: WriteController(region="r", controller="pitch_bend", points="0 9000"), "-8192 to 8191"),
    ],
)
def test_what_cannot_be_meant_is_refused_when_it_is_said(make: Callable[[], object], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        make()


def test_a_selection_takes_names_of_pitches() -> None:
    assert NoteSelection(lowest_pitch="C2", highest_pitch=60) == NoteSelection(lowest_pitch=36, highest_pitch="C4")


def test_deleting_notes_asks_however_few_they_are() -> None:
    assert DeleteNotes(region="r", which=NoteSelection(channel=2)).is_destructive
