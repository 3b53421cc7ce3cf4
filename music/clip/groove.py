"""The groove of played notes: swing, how far from the grid they lie and how evenly, and which step each note means."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median, pstdev

from music.score import Note
from music.style import SwingUnit
from music.time import TICKS_PER_QUARTER, TimeSignature

_EIGHTH, _SIXTEENTH = TICKS_PER_QUARTER // 2, TICKS_PER_QUARTER // 4
_NEAR = 60  # ticks around the beat within which a note is on it
_FEWEST_PAIRS = 4
_LEAST_SWING = 0.18  # below it players are merely uneven
_STEPS = (480, 240, 320, 160, 120)  # grids, the plainest first: eighths, sixteenths, triplets, their halves
_TOLERANCE = 45
_MOST_STRAYS = 0.06  # share of notes that may lie off a grid that is called right


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSwing:
    """How late every second note comes: 0 straight to 1 triplets, of which notes, and how many were measured."""

    swing: float
    unit: SwingUnit
    n_measured: int


STRAIGHT = FoundSwing(swing=0.0, unit=SwingUnit.EIGHTH, n_measured=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundFeel:
    """How a player departs from the grid: ticks late (negative: early), their spread, and the spread of velocities."""

    late_ticks: float
    drift_ticks: float
    velocity_spread: float
    velocity: float  # mean


def find_swing(starts: Iterable[int], signature: TimeSignature) -> FoundSwing:
    """Measure swing over note starts; metres that are counted in eighths do not swing."""
    if signature.unit > 4:
        return STRAIGHT
    starts = list(starts)
    on_beat = [_signed(start, TICKS_PER_QUARTER) for start in starts]
    on_beat = [place for place in on_beat if abs(place) <= _NEAR]
    late = median(on_beat) if on_beat else 0
    places = [(start - late) % TICKS_PER_QUARTER for start in starts]
    eighths = [place for place in places if 430 <= place <= 675]
    sixteenths = [place % _EIGHTH for place in places if 200 <= place % _EIGHTH <= 345]
    triplets = [place for place in places if abs(place - 320) <= 35]
    candidates = []
    if len(eighths) >= _FEWEST_PAIRS and len(triplets) <= len(eighths) / 3:
        candidates.append((median(eighths) / (_EIGHTH / 3) - 3, SwingUnit.EIGHTH, len(eighths)))
    if len(sixteenths) >= _FEWEST_PAIRS and len(triplets) <= len(sixteenths) / 2:
        candidates.append((median(sixteenths) / (_SIXTEENTH / 3) - 3, SwingUnit.SIXTEENTH, len(sixteenths)))
    swung = [found for found in candidates if found[0] >= _LEAST_SWING]
    if not swung:
        return STRAIGHT
    swing, unit, n_measured = max(swung)
    return FoundSwing(swing=round(min(1.0, swing), 2), unit=unit, n_measured=n_measured)


def straightened(ticks: int, swing: FoundSwing) -> int:
    """Return where a swung place would lie without its swing; the inverse of how the composer swings."""
    if not swing.swing:
        return ticks
    unit = swing.unit.ticks
    late = unit + swing.swing * unit / 3
    pair, place = divmod(ticks, 2 * unit)
    plain = place * unit / late if place <= late else unit + (place - late) * unit / (2 * unit - late)
    return pair * 2 * unit + round(plain)


def find_feel(notes: Sequence[Note], swing: FoundSwing, *, step: int = _SIXTEENTH) -> FoundFeel:
    """Measure how one player's notes lie around a straight grid of ``step`` ticks."""
    off = [_signed(straightened(note.start_ticks, swing), step) for note in notes]
    near = [place for place in off if abs(place) <= _NEAR] or [0]
    velocities = [note.velocity for note in notes] or [80]
    return FoundFeel(
        late_ticks=median(near),
        drift_ticks=pstdev(near),
        velocity_spread=pstdev(velocities),
        velocity=fmean(velocities),
    )


def find_step(starts: Sequence[int], late_ticks: float, bar_ticks: int) -> int:
    """Return the grid that notes lie on, in ticks: the plainest that divides the bar and holds nearly all of them."""
    fitting = [step for step in _STEPS if bar_ticks % step == 0] or [_SIXTEENTH]
    for step in fitting:
        strays = sum(abs(_signed(start - late_ticks, step)) > _TOLERANCE for start in starts)
        if strays <= _MOST_STRAYS * len(starts):
            return max(step, 1) if step != _EIGHTH or bar_ticks % _SIXTEENTH else _SIXTEENTH
    return _SIXTEENTH if bar_ticks % _SIXTEENTH == 0 else fitting[-1]


def place_on_grid(start: int, late_ticks: float, step: int) -> int:
    """Return the step, counted from the beginning, that a played note means."""
    return max(0, round((start - late_ticks) / step))


def _signed(ticks: float, step: int) -> float:
    """Return the distance to the nearest line of a grid, negative before it."""
    return (ticks + step / 2) % step - step / 2
