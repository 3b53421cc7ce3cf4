"""What shapes a line: the arc of its phrase, the notes that it rests on, and what its style likes."""

from collections.abc import Sequence
from functools import lru_cache

from engines.composer.contour import Taste
from music.chord import Chord
from music.pitch import Key
from music.style import MelodyScale, PartStyle


def taste_for(part: PartStyle, key: Key) -> Taste:
    """Return what a style likes in a line."""
    ornaments = part.ornaments
    blue = ((key.pitch_class + 3) % 12, (key.pitch_class + 10) % 12)
    return Taste(
        leap_cost=max(0.2, 1.3 - 3 * part.leaps),
        can_suspend="suspension" in ornaments,
        can_lean="appoggiatura" in ornaments,
        can_pass="passing" in ornaments,
        is_chromatic="approach" in ornaments,
        blue=blue if part.scale is MelodyScale.BLUES or "blue" in ornaments else (),
    )


@lru_cache(maxsize=1024)
def rest_tones(chord: Chord | None, key: Key) -> tuple[int, ...]:
    """Return the pitch classes to rest on: the chord's triad and seventh, or the tonic's triad without a chord."""
    if chord is None:
        return (key.scale[0], key.scale[2], key.scale[4])
    return tuple((chord.root_pitch_class + step) % 12 for step in chord.intervals if step < 14)


def arc(places: Sequence[float], middle: float, climax: tuple[int, int] | None, end: float, bend: float) -> list[float]:
    """Return where each note should lie for the line to rise to its climax and to fall to its end.

    ``bend`` above 1 waits before it rises, below 1 it rises at once.
    """
    if climax is None:
        return [middle + (end - middle) * place for place in places]
    top, at = climax[1] - 1.0, places[climax[0]]
    foot = min(middle, top - 3)
    return [
        foot + (top - foot) * (place / at) ** bend if place <= at else top + (end - top) * (place - at) / (1 - at)
        for place in places
    ]
