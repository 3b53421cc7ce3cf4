"""Bars and beats in a session that has no editor."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from daw_bridge.offline.timeline import Timeline
from music.errors import RequestInvalid
from music.operations.timeline import SetTempo
from music.time import BBT, TimeSignature, from_bbt, ticks_to_samples


def _tempo(bar: int, tempo_bpm: float, beats: int, unit: int) -> SetTempo:
    return SetTempo(at=BBT(bar), tempo_bpm=tempo_bpm, time_signature=TimeSignature(beats, unit))


def test_a_new_session_counts_four_quarters_at_120() -> None:
    timeline = Timeline(())
    assert timeline.quarters(BBT(2, 3, 480)) == Fraction(13, 2)
    assert timeline.samples(BBT(2), 48000) == 96000


def test_tempo_and_metre_changes_add_up() -> None:
    timeline = Timeline((_tempo(3, 60.0, 6, 8), _tempo(1, 120.0, 3, 4), _tempo(5, 120.0, 4, 4)))
    assert timeline.quarters(BBT(3)) == 6
    assert timeline.quarters(BBT(4, 3)) == 10
    assert timeline.quarters(BBT(6)) == 16
    assert timeline.samples(BBT(5), 48000) == (3 + 6) * 48000


def test_a_tempo_without_a_metre_leaves_the_metre_as_it_is() -> None:
    timeline = Timeline((_tempo(1, 120.0, 3, 4), SetTempo(at=BBT(3), tempo_bpm=60.0)))
    assert timeline.quarters(BBT(4)) == 9
    assert timeline.samples(BBT(4), 48000) == (3 + 3) * 48000


@given(bar=st.integers(1, 500), tick=st.integers(0, 959), tempo_bpm=st.floats(20, 300))
def test_one_tempo_agrees_with_the_score(bar: int, tick: int, tempo_bpm: float) -> None:
    place, metre = BBT(bar, 2, tick), TimeSignature(7, 8)
    expected = ticks_to_samples(from_bbt(place, metre), tempo_bpm, 48000)
    assert Timeline((_tempo(1, tempo_bpm, 7, 8),)).samples(place, 48000) == expected


def test_a_tempo_inside_a_bar_and_a_place_before_the_start_are_refused() -> None:
    with pytest.raises(RequestInvalid, match=r"3\|2\|0"):
        Timeline((SetTempo(at=BBT(3, 2), tempo_bpm=100.0, time_signature=TimeSignature(4, 4)),))
    with pytest.raises(RequestInvalid, match=r"0\|1\|0"):
        Timeline(()).quarters(BBT(0))
