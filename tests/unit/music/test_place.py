"""Places are the same whether they are told in bars, quarter notes or samples."""

from fractions import Fraction
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from music.place import TempoMap, short_place
from music.session import TempoPoint
from music.time import BBT, TimeSignature

FOUR, SIX = TimeSignature(4, 4), TimeSignature(6, 8)
CHANGING = TempoMap(
    [
        TempoPoint(start=BBT(1), tempo_bpm=120.0, time_signature=FOUR),
        TempoPoint(start=BBT(5), tempo_bpm=60.0, time_signature=SIX),
    ]
)
RATE_HZ = 48_000


@pytest.mark.parametrize(
    ("place", "quarters", "seconds"),
    [(BBT(1), 0, 0.0), (BBT(2, 3), 6, 3.0), (BBT(5), 16, 8.0), (BBT(6), 19, 11.0), (BBT(6, 2), Fraction(39, 2), 11.5)],
)
def test_a_place_lies_where_the_tempo_and_metre_before_it_put_it(
    place: BBT, quarters: Fraction, seconds: float
) -> None:
    assert CHANGING.to_quarters(place) == quarters
    assert CHANGING.to_place(quarters) == place
    assert CHANGING.place_at(round(seconds * RATE_HZ), RATE_HZ) == place


@given(st.integers(0, 960 * 200))
def test_quarters_and_places_lead_back_to_each_other(ticks: int) -> None:
    quarters = Fraction(ticks, 960)
    assert CHANGING.to_quarters(CHANGING.to_place(quarters)) == quarters


def test_a_ramp_is_as_long_as_its_tempo_makes_it() -> None:
    """From 60 to 120 BPM in 8 quarters: 8 ln 2 seconds, half of the quarters done after 8 ln 1.5."""
    ramp = TempoMap(
        [
            TempoPoint(start=BBT(1), tempo_bpm=60.0, time_signature=FOUR, ramps_to_bpm=120.0),
            TempoPoint(start=BBT(3), tempo_bpm=120.0, time_signature=FOUR),
        ]
    )
    places = [
        ramp.place_at(round(seconds * RATE_HZ), RATE_HZ) for seconds in (8 * log(1.5), 8 * log(2), 8 * log(2) + 2)
    ]
    assert places == [BBT(2), BBT(3), BBT(4)]


def test_a_place_is_written_as_short_as_it_can_be() -> None:
    assert [short_place(place) for place in (BBT(9), BBT(9, 2), BBT(9, 1, 5))] == ["9", "9|2", "9|1|5"]


def test_a_map_without_points_is_none() -> None:
    with pytest.raises(ValueError, match="at least one"):
        TempoMap([])
