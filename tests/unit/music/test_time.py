"""Ticks, bars and beats, seconds, samples."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.time import (
    BBT,
    TICKS_PER_QUARTER,
    TimeSignature,
    bars_for_seconds,
    from_bbt,
    parse_time_signature,
    ticks_to_samples,
    ticks_to_seconds,
    to_bbt,
)

signatures = st.builds(TimeSignature, st.integers(1, 32), st.sampled_from([1, 2, 4, 8, 16, 32]))
tempi = st.floats(20, 300)


@given(st.integers(0, 10**7), signatures)
def test_ticks_to_bars_and_back(ticks: int, signature: TimeSignature) -> None:
    place = to_bbt(ticks, signature)
    assert from_bbt(place, signature) == ticks
    assert 1 <= place.beat <= signature.beats
    assert 0 <= place.tick < signature.ticks_per_beat


@given(signatures)
def test_pulses_start_with_the_bar_rise_and_stay_inside(signature: TimeSignature) -> None:
    pulses = signature.pulse_ticks
    assert pulses[0] == 0
    assert list(pulses) == sorted(set(pulses))
    assert pulses[-1] < signature.ticks_per_bar


@pytest.mark.parametrize(
    ("text", "n_pulses"),
    [("4/4", 4), ("3/4", 3), ("6/8", 2), ("12/8", 4), ("9/8", 3), ("7/8", 3), ("5/8", 2), ("5/4", 5), ("3/8", 3)],
)
def test_a_listener_taps_the_pulses_of_a_metre(text: str, n_pulses: int) -> None:
    assert len(parse_time_signature(text).pulse_ticks) == n_pulses


@pytest.mark.parametrize(
    ("text", "eighths"),
    [("4/4", (0, 4)), ("3/4", (0,)), ("5/4", (0, 6)), ("7/4", (0, 8)), ("6/8", (0,)), ("7/8", (0, 2, 4)),
     ("12/8", (0, 6)), ("9/8", (0,)), ("2/4", (0,)), ("6/4", (0, 6)), ("5/8", (0, 2))],
)  # fmt: skip
def test_a_bar_falls_into_groups_of_pulses(text: str, eighths: tuple[int, ...]) -> None:
    assert parse_time_signature(text).group_ticks == tuple(480 * eighth for eighth in eighths)


@given(signatures)
def test_groups_begin_on_pulses(signature: TimeSignature) -> None:
    assert set(signature.group_ticks) <= set(signature.pulse_ticks)
    assert signature.group_ticks[0] == 0


@given(signatures)
def test_a_time_signature_written_and_read_is_itself(signature: TimeSignature) -> None:
    assert parse_time_signature(str(signature)) == signature


@pytest.mark.parametrize("text", ["", "4", "4/3", "0/4", "33/4", "-4/4", "a/b", "4/4/4", "4/0"])
def test_what_is_no_time_signature_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="time signature"):
        parse_time_signature(text)


@given(st.integers(1, 200), tempi, signatures)
def test_a_length_in_bars_turned_into_seconds_gives_the_bars_again(
    n_bars: int, tempo_bpm: float, signature: TimeSignature
) -> None:
    seconds = ticks_to_seconds(n_bars * signature.ticks_per_bar, tempo_bpm)
    assert bars_for_seconds(seconds, tempo_bpm, signature) == n_bars


def test_a_length_too_short_for_a_bar_still_gets_one() -> None:
    assert bars_for_seconds(0.01, 60, TimeSignature(4, 4)) == 1


def test_a_quarter_at_120_is_half_a_second_and_24000_samples() -> None:
    assert ticks_to_seconds(TICKS_PER_QUARTER, 120) == 0.5
    assert ticks_to_samples(TICKS_PER_QUARTER, 120, 48000) == 24000


@given(st.integers(0, 10**6), st.integers(0, 10**6), tempi)
def test_places_in_samples_are_off_by_at_most_half_a_sample(first: int, second: int, tempo_bpm: float) -> None:
    exact = ticks_to_seconds(first + second, tempo_bpm) * 48000
    # float error of the reference stays far below the tolerance of the rounding
    assert abs(ticks_to_samples(first + second, tempo_bpm, 48000) - exact) <= 0.5 + 1e-3


def test_places_are_written_bar_beat_tick() -> None:
    assert str(BBT(3, 2, 120)) == "3|2|120"
