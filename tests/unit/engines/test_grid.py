"""Rhythm texts and how they fit into other metres."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engines.composer.grid import Hit, hits_in_bar, pattern_hits, slots
from music.style import Pattern
from music.time import TimeSignature, parse_time_signature

FOUR = TimeSignature(4, 4)
texts = st.text(alphabet="x-.Xg", min_size=16, max_size=16)
signatures = st.builds(TimeSignature, st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16, 32]))


def starts(text: str, meter: str, wanted: str, backbeat: int = 1) -> list[int]:
    hits = hits_in_bar(text, parse_time_signature(meter), parse_time_signature(wanted), backbeat)
    return [hit.start for hit in hits]


def test_sixteen_characters_are_sixteenths_and_holds_lengthen() -> None:
    assert hits_in_bar("x---g...X.......", FOUR, FOUR) == (
        Hit(0, 960, 240, "x"),
        Hit(960, 240, 240, "g"),
        Hit(1920, 240, 240, "X"),
    )


def test_twelve_characters_in_common_time_are_triplets() -> None:
    assert starts("xxx.........", "4/4", "4/4") == [0, 320, 640]


@given(texts, signatures, st.sampled_from([1, 2]))
def test_hits_start_and_end_inside_the_bar_and_do_not_overlap(text: str, wanted: TimeSignature, backbeat: int) -> None:
    end = 0
    for hit in hits_in_bar(text, FOUR, wanted, backbeat):
        assert hit.start >= end
        assert hit.length > 0
        end = hit.start + hit.length
    assert end <= wanted.ticks_per_bar


@given(signatures)
def test_slots_fill_the_bar(signature: TimeSignature) -> None:
    at = 0
    for start, length in slots(signature):
        assert start == at
        assert length > 0
        at = start + length
    assert at == signature.ticks_per_bar


def test_a_backbeat_stays_a_backbeat_in_shorter_and_longer_bars() -> None:
    snare = "....X.......X..."
    assert starts(snare, "4/4", "2/4") == [960]
    assert starts(snare, "4/4", "3/4") == [960, 1920]
    assert starts(snare, "4/4", "5/4") == [960, 1920, 3840]
    assert starts(snare, "4/4", "6/8") == [1440]


def test_half_time_keeps_its_snare_late() -> None:
    assert starts("........X.......", "4/4", "3/4", backbeat=2) == [1920]
    assert starts("........X.......", "4/4", "2/4", backbeat=2) == [960]


def test_every_beat_of_a_kick_on_all_beats_is_kept() -> None:
    for wanted in ("3/4", "5/4", "7/4", "6/4"):
        beats = int(wanted[0])
        assert starts("X...X...X...X...", "4/4", wanted) == [960 * beat for beat in range(beats)]


def test_in_compound_metres_sixteenths_become_thirds_of_the_beat() -> None:
    assert starts("x.x.............", "4/4", "12/8") == [0, 960]
    assert starts("xxxx............", "4/4", "6/8") == [0, 480, 960]


def test_a_note_held_for_the_bar_is_held_for_any_bar() -> None:
    for wanted in ("3/4", "7/8", "6/8", "2/4"):
        signature = parse_time_signature(wanted)
        assert hits_in_bar("x---------------", FOUR, signature) == (Hit(0, signature.ticks_per_bar, 240, "x"),)


def test_in_five_a_held_note_is_struck_where_the_groups_of_three_and_two_begin() -> None:
    assert starts("x---------------", "4/4", "5/4") == [0, 3 * 960]


@pytest.mark.parametrize(("wanted", "n_slots"), [("7/8", 3), ("4/2", 8), ("6/8", 2), ("3/8", 3), ("1/1", 4)])
def test_bars_are_cut_into_beats_that_can_be_tapped(wanted: str, n_slots: int) -> None:
    assert len(slots(parse_time_signature(wanted))) == n_slots


@pytest.mark.parametrize("meter", [TimeSignature(5, 4), TimeSignature(7, 8), TimeSignature(12, 8), TimeSignature(3, 4)])
def test_a_note_held_for_the_whole_bar_is_struck_once_in_any_metre(meter: TimeSignature) -> None:
    hits = pattern_hits(Pattern(bars=("x---------------",)), 0, meter, 1)
    assert [(hit.start, hit.length) for hit in hits] == [(0, meter.ticks_per_bar)]
