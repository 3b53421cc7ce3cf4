"""Drums: the chart played on a kit, with accents, ghost notes, rolls written out, by two hands and two feet."""

from collections.abc import Mapping

from engines.composer.arrangement import Arrangement, Bar, Stretch
from engines.composer.chart import Chart
from engines.composer.grid import Hit
from engines.composer.humanise import Stroke, dynamic, swung
from engines.composer.limbs import HAND_SECONDS, Strike, playable
from music.drum_kit import DRUM_NOTES
from music.instrument import Role
from music.time import TICKS_PER_QUARTER

_LEVELS = {"x": 0.86, "X": 1.06, "g": 0.42, "2": 0.84, "3": 0.8, "4": 0.74}
_WEIGHTS = {
    "hat": 0.78,
    "pedal_hat": 0.6,
    "open_hat": 0.82,
    "ride": 0.8,
    "shaker": 0.66,
    "tambourine": 0.72,
    "rim": 0.85,
    "cabasa": 0.6,
    "guiro": 0.7,
    "long_guiro": 0.7,
    "triangle": 0.6,
    "claves": 0.8,
    "cowbell": 0.82,
    "high_agogo": 0.7,
    "low_agogo": 0.7,
}
_TIMEKEEPERS = frozenset({"hat", "ride", "shaker", "tambourine", "cabasa"})
_STRIKE_TICKS = 110
_OFFBEAT, _SIXTEENTH = 0.92, 0.84  # of a beat's own level
_WEAKER_HAND = 0.9
_BUILD_STARTS = 0.55  # of the velocity at which a build's roll arrives


def write_drums(arrangement: Arrangement, chart: Chart, *, is_machine: bool) -> list[Stroke]:
    """Write the drum part of a whole piece; what is struck on a machine needs no hands."""
    ticks_per_second = arrangement.plan.tempo_bpm * TICKS_PER_QUARTER / 60
    strikes: list[Strike] = []
    for stretch in arrangement.stretches_for(Role.DRUMS):
        for bar in stretch.bars:
            lanes = chart[bar.start_ticks // arrangement.bar_ticks]
            strikes += _strikes(arrangement, stretch, bar, lanes, fastest=0 if is_machine else ticks_per_second)
    if not is_machine:
        strikes = playable(strikes, ticks_per_second)
    replaces, excluded = arrangement.style.drums.replaces, arrangement.plan.excluded_drums
    return [
        Stroke(strike.start, strike.length, DRUM_NOTES[replaces.get(strike.lane, strike.lane)], strike.velocity)
        for strike in strikes
        if replaces.get(strike.lane, strike.lane) not in excluded
    ]


def _strikes(
    arrangement: Arrangement, stretch: Stretch, bar: Bar, lanes: Mapping[str, list[Hit]], *, fastest: float
) -> list[Strike]:
    """Set one bar on the timeline, rolls written out. ``fastest``: ticks a second where hands play it, else 0."""
    style = arrangement.style
    base = dynamic(style.part(Role.DRUMS).velocity, stretch.energy)
    strikes = []
    for lane, hits in lanes.items():
        weight = base * _WEIGHTS.get(lane, 1.0)
        if stretch.kind == "build" and lane == style.drums.build:
            weight *= _BUILD_STARTS + (1 - _BUILD_STARTS) * (bar.number + 1) / len(stretch.bars)
        is_timekeeper = lane in _TIMEKEEPERS
        before, is_weaker = -(10**6), False
        for hit in sorted(hits):
            n_strokes = int(hit.mark) if hit.mark.isdecimal() else 1
            while fastest and n_strokes > 1 and hit.step / n_strokes * 2 < HAND_SECONDS * fastest:
                n_strokes -= 1
            velocity = weight * _LEVELS[hit.mark] * (_accent(arrangement, hit.start) if is_timekeeper else 1.0)
            if fastest:
                is_weaker = hit.start - before < HAND_SECONDS * fastest * 1.25 and not is_weaker
                velocity *= _WEAKER_HAND if is_weaker and is_timekeeper else 1.0
            before = hit.start
            for i in range(n_strokes):
                place = hit.start + i * hit.step // n_strokes
                start = bar.start_ticks + swung(place, style, arrangement.time_signature)
                length = min(_STRIKE_TICKS, hit.step // n_strokes)
                strikes.append(Strike(start, length, lane, velocity * (0.9 + 0.1 * i / n_strokes), place))
    return strikes


def _accent(arrangement: Arrangement, place: int) -> float:
    """Return how strong a place in the bar is felt: beats, what lies halfway between them, the rest."""
    if place in arrangement.time_signature.pulse_ticks:
        return 1.0
    return _OFFBEAT if place % (TICKS_PER_QUARTER // 2) == 0 else _SIXTEENTH
