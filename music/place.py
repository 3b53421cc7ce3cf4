"""Where a place of a session lies on its tempo map: bars, quarter notes and samples, one from the other.

Between two points of which the first ramps, the tempo follows a straight line over the quarter notes, as Ardour's does
(``superclock_at_qn`` in libs/temporal/temporal/tempo.h).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from music.session import TempoPoint
from music.time import BBT, TICKS_PER_QUARTER, TimeSignature, from_bbt, to_bbt


@dataclass(frozen=True, slots=True)
class _Span:
    """What holds from a point of the map on."""

    start: BBT
    start_quarters: Fraction
    start_seconds: float
    tempo_bpm: float
    time_signature: TimeSignature
    end_tempo_bpm: float  # where the next point is, if the tempo gets there in a straight line; else the same
    length_quarters: float

    def to_seconds(self, quarters: float) -> float:
        """Return how long so many quarter notes from the start take; the tempo rises or falls with each of them."""
        if self.end_tempo_bpm == self.tempo_bpm or not self.length_quarters:
            return quarters * 60.0 / self.tempo_bpm
        slope = (self.end_tempo_bpm - self.tempo_bpm) / self.length_quarters
        return 60.0 / slope * math.log1p(slope * quarters / self.tempo_bpm)

    def to_quarters(self, seconds: float) -> float:
        """Return how many quarter notes pass in so many seconds from the start."""
        if self.end_tempo_bpm == self.tempo_bpm or not self.length_quarters:
            return seconds * self.tempo_bpm / 60.0
        slope = (self.end_tempo_bpm - self.tempo_bpm) / self.length_quarters
        return self.tempo_bpm / slope * math.expm1(slope * seconds / 60.0)


class TempoMap:
    """The points at which tempo and metre change, in order; the first is where the session starts."""

    def __init__(self, points: Sequence[TempoPoint]) -> None:
        if not points:
            raise ValueError("a tempo map has at least one point")
        self._spans: list[_Span] = []
        ordered = sorted(points, key=lambda found: found.start)
        quarters, seconds = Fraction(0), 0.0
        for point, following in zip(ordered, [*ordered[1:], None], strict=True):
            metre = point.time_signature
            length = Fraction(0) if following is None else _quarters_between(point.start, following.start, metre)
            end_tempo_bpm = point.ramps_to_bpm or point.tempo_bpm
            span = _Span(point.start, quarters, seconds, point.tempo_bpm, metre, end_tempo_bpm, float(length))
            self._spans.append(span)
            quarters, seconds = quarters + length, seconds + span.to_seconds(float(length))

    def to_quarters(self, place: BBT) -> Fraction:
        """Return how many quarter notes after the session's start a place lies."""
        span = max((found for found in self._spans if found.start <= place), default=self._spans[0], key=_start)
        return span.start_quarters + _quarters_between(span.start, place, span.time_signature)

    def to_place(self, quarters: Fraction | float) -> BBT:
        """Return the place that lies so many quarter notes after the session's start."""
        exact = Fraction(quarters)
        span = [found for found in self._spans if found.start_quarters <= exact or found is self._spans[0]][-1]
        ticks = round((exact - span.start_quarters) * TICKS_PER_QUARTER)
        return to_bbt(from_bbt(span.start, span.time_signature) + ticks, span.time_signature)

    def place_at(self, position_samples: int, sample_rate_hz: int) -> BBT:
        """Return the place at which a sample lies."""
        seconds = position_samples / sample_rate_hz
        span = [found for found in self._spans if found.start_seconds <= seconds or found is self._spans[0]][-1]
        quarters = Fraction(span.to_quarters(seconds - span.start_seconds)).limit_denominator(TICKS_PER_QUARTER * 8)
        return self.to_place(span.start_quarters + quarters)


def _start(span: _Span) -> BBT:
    return span.start


def _quarters_between(start: BBT, end: BBT, time_signature: TimeSignature) -> Fraction:
    return Fraction(from_bbt(end, time_signature) - from_bbt(start, time_signature), TICKS_PER_QUARTER)


def short_place(place: BBT) -> str:
    """Write a place as short as it can be: ``9``, ``9|2`` or ``9|2|480``."""
    if place.tick:
        return str(place)
    return f"{place.bar}|{place.beat}" if place.beat > 1 else str(place.bar)
