"""What operations on the timeline refuse by themselves, before anybody is asked."""

from collections.abc import Callable

import pytest

from music.operations.arrangement import CopySection, DeleteSection, InsertTime, MoveSection
from music.operations.fields import made, named, out_of_bounds
from music.operations.timeline import AddRange, EditRange, MoveMarker, RampTempo, SetLoop, SetPunch
from music.time import BBT


@pytest.mark.parametrize(
    "make",
    [
        lambda start, end: RampTempo(start=start, end=end, start_bpm=100.0, end_bpm=120.0),
        lambda start, end: SetLoop(start=start, end=end),
        lambda start, end: SetPunch(start=start, end=end),
        lambda start, end: AddRange(ref="r", name="A", start=start, end=end),
        lambda start, end: EditRange(range="A", start=start, end=end),
        lambda start, end: DeleteSection(start=start, end=end),
        lambda start, end: InsertTime(start=start, end=end),
        lambda start, end: CopySection(start=start, end=end, to=BBT(20)),
        lambda start, end: MoveSection(start=start, end=end, to=BBT(20)),
    ],
)
def test_a_stretch_ends_after_it_starts(make: Callable[[BBT, BBT], object]) -> None:
    """The message has both places."""
    make(BBT(3), BBT(3, 1, 1))
    with pytest.raises(ValueError, match=r"end must come after start, got 3\|1\|0 to 3\|1\|0"):
        make(BBT(3), BBT(3))


@pytest.mark.parametrize("verb", [CopySection, MoveSection])
def test_a_section_does_not_go_into_itself(verb: type[CopySection] | type[MoveSection]) -> None:
    """Its own bounds are places outside it."""
    for bar in (2, 4):
        verb(start=BBT(2), end=BBT(4), to=BBT(bar))
    with pytest.raises(ValueError, match="must not lie inside"):
        verb(start=BBT(2), end=BBT(4), to=BBT(3))


def test_an_edit_of_nothing_is_refused() -> None:
    """One of the three it takes."""
    with pytest.raises(ValueError, match="needs a start, an end or a name"):
        EditRange(range="A")


def test_fields_say_what_they_name_and_what_they_bear() -> None:
    """The check before a change set and the tools' schema live on these."""
    assert named(MoveMarker(marker="A", at=BBT(1))) == (("marker", "A"),)
    assert made(AddRange(ref="r", name="A", start=BBT(1), end=BBT(2))) == (("range", "r"),)
    ramp = RampTempo(start=BBT(1), end=BBT(2), start_bpm=5.0, end_bpm=100.0)
    assert "start_bpm must be within 20 and 300" in out_of_bounds(ramp)
