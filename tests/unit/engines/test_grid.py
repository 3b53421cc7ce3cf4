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


def test_two_halves_of_a_bar_fall_on_the_groups_of_an_odd_one() -> None:
    """Five is three and two, seven quarters are four and three, seven eighths two and two and three."""
    assert starts("x-------x-------", "4/4", "5/4") == [0, 3 * 960]
    assert starts("x-------x-------", "4/4", "7/4")[:3] == [0, 2 * 960, 4 * 960]
    assert starts("x-------x-------", "4/4", "7/8") == [0, 4 * 480]


@pytest.mark.parametrize(
    "wanted", ["2/4", "3/4", "4/4", "5/4", "6/4", "7/4", "5/8", "6/8", "7/8", "9/8", "11/8", "12/8"]
)
@pytest.mark.parametrize("text", ["xxxxxxxx", "x.x.x.x.x.x.x.x.", "xxxxxxxxxxxxxxxx"])
def test_what_runs_in_even_notes_runs_on_without_a_hole_in_any_metre(text: str, wanted: str) -> None:
    signature = parse_time_signature(wanted)
    step = 480 if "." in text or len(text) == 8 else 240
    assert starts(text, "4/4", wanted) == list(range(0, signature.ticks_per_bar, step))


@pytest.mark.parametrize("wanted", ["3/4", "5/4", "7/4", "7/8", "6/8", "12/8", "9/8", "2/4"])
@pytest.mark.parametrize("text", ["1---1---1---5---", "1wwa", "x-------x-------"])
def test_a_part_without_rests_sounds_through_the_bar_of_any_metre(text: str, wanted: str) -> None:
    signature = parse_time_signature(wanted)
    sounding = sum(hit.length for hit in hits_in_bar(text, FOUR, signature))
    assert sounding == signature.ticks_per_bar


@pytest.mark.parametrize("wanted", ["2/4", "3/4", "5/4", "6/4", "7/4", "5/8", "6/8", "7/8", "9/8", "12/8"])
def test_a_walking_bass_still_leads_into_the_next_bar(wanted: str) -> None:
    hits = hits_in_bar("1wwa", FOUR, parse_time_signature(wanted))
    assert hits[0].mark == "1"
    assert hits[-1].mark == "a"


@pytest.mark.parametrize("wanted", ["3/4", "5/4", "7/8", "6/8", "12/8", "9/8", "7/4"])
def test_the_snare_falls_on_pulses_and_never_on_the_downbeat(wanted: str) -> None:
    signature = parse_time_signature(wanted)
    eighths = set(range(0, signature.ticks_per_bar, 480))
    pulses = eighths if wanted == "7/8" else set(signature.pulse_ticks)
    snares = starts("....X.......X...", "4/4", wanted)
    assert snares
    assert set(snares) <= pulses - {0}


def test_swing_becomes_the_third_eighth_of_a_compound_beat() -> None:
    assert starts("x.xxx.xx", "4/4", "12/8") == [0, 1440, 2400, 2880, 4320, 5280]


def test_an_arpeggio_goes_through_the_chord_in_thirds() -> None:
    hits = hits_in_bar("1-2-3-4-3-2-1-2-", FOUR, TimeSignature(12, 8))
    assert "".join(hit.mark for hit in hits) == "123343321121"


def test_a_bar_of_seven_eighths_is_one_of_four_beats_cut_short() -> None:
    assert starts("X.......X.......", "4/4", "7/8") == [0, 1920]
    assert starts("....X.......X...", "4/4", "7/8") == [960, 2880]


@pytest.mark.parametrize(
    ("wanted", "n_slots"), [("7/8", 4), ("5/8", 2), ("4/2", 8), ("6/8", 2), ("3/8", 3), ("1/1", 4)]
)
def test_bars_are_cut_into_beats_that_can_be_tapped(wanted: str, n_slots: int) -> None:
    assert len(slots(parse_time_signature(wanted))) == n_slots


@pytest.mark.parametrize("meter", [TimeSignature(5, 4), TimeSignature(7, 8), TimeSignature(12, 8), TimeSignature(3, 4)])
def test_a_note_held_for_the_whole_bar_is_struck_once_in_any_metre(meter: TimeSignature) -> None:
    hits = pattern_hits(Pattern(bars=("x---------------",)), 0, meter, 1)
    assert [(hit.start, hit.length) for hit in hits] == [(0, meter.ticks_per_bar)]
