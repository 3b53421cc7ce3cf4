"""Where bars and beats lie in quarter notes and samples, for a session whose tempo and metre change at bar lines."""

from dataclasses import dataclass
from fractions import Fraction

from music.errors import RequestInvalid
from music.operations.timeline import SetTempo
from music.time import BBT, TICKS_PER_QUARTER, TimeSignature

_DEFAULT_METRE = TimeSignature(4, 4)  # a new Ardour session's
_DEFAULT_TEMPO = SetTempo(at=BBT(1), tempo_bpm=120.0)  # likewise


@dataclass(frozen=True, slots=True)
class _Stretch:
    first_bar: int
    start_quarters: Fraction
    start_seconds: Fraction
    tempo_bpm: float
    metre: TimeSignature


class Timeline:
    """The tempo map that a list of SetTempo operations makes."""

    def __init__(self, tempos: tuple[SetTempo, ...]) -> None:
        for tempo in tempos:
            if (tempo.at.beat, tempo.at.tick) != (1, 0) or tempo.at.bar < 1:
                raise RequestInvalid(
                    f"tempo and metre can change at bar lines only, not at {tempo.at}; use beat 1, tick 0"
                )
        by_bar = {1: _DEFAULT_TEMPO} | {tempo.at.bar: tempo for tempo in tempos}
        metre = _DEFAULT_METRE
        self._stretches: list[_Stretch] = []
        for bar in sorted(by_bar):
            quarters, seconds = self._place(BBT(bar)) if self._stretches else (Fraction(0), Fraction(0))
            metre = by_bar[bar].time_signature or metre
            self._stretches.append(_Stretch(bar, quarters, seconds, by_bar[bar].tempo_bpm, metre))

    def quarters(self, place: BBT) -> Fraction:
        """Return how many quarter notes lie before a place."""
        return self._place(place)[0]

    def samples(self, place: BBT, sample_rate_hz: int) -> int:
        """Return the sample nearest to a place."""
        return round(self._place(place)[1] * sample_rate_hz)

    def _place(self, place: BBT) -> tuple[Fraction, Fraction]:
        if place.bar < 1 or place.beat < 1 or place.tick < 0:
            raise RequestInvalid(f"{place} is no place on the timeline; bars and beats count from 1, ticks from 0")
        stretch = [found for found in self._stretches if found.first_bar <= place.bar][-1]
        metre = stretch.metre
        ticks = (
            (place.bar - stretch.first_bar) * metre.ticks_per_bar + (place.beat - 1) * metre.ticks_per_beat + place.tick
        )
        quarters = Fraction(ticks, TICKS_PER_QUARTER)
        seconds = quarters * 60 / Fraction(stretch.tempo_bpm)
        return stretch.start_quarters + quarters, stretch.start_seconds + seconds
