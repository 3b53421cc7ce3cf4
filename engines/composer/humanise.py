"""From a written bar to a played one: swing, dynamics, and small departures that hang together as a player's do."""

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from engines.composer.timing import Drift
from music.score import Note
from music.style import Feel, Style
from music.time import TICKS_PER_QUARTER, TimeSignature

_FINEST_STRAIGHT = TICKS_PER_QUARTER // 16  # places off this grid are triplets and are not swung
_SHORTEST = 24
_UNSTEADINESS = 0.3  # of the drift: how far single notes stray from where the player stands
_UNEVENNESS = 0.35  # of the velocity spread: how far single notes stray from how the player touches
_PLAIN_VELOCITY = 84  # softer notes than this vary less
_MOST_SWING = 1.25  # 1 is triplets


class Stroke(NamedTuple):
    """A written note: where in the piece, how long, which note, how loud (1-127 before dynamics)."""

    start: int
    length: int
    midi_note: int
    velocity: float
    after: int = 0  # ticks by which a string begins after the first of its strum, whose timing it shares


def swung(ticks: int, style: Style, time_signature: TimeSignature) -> int:
    """Move a place inside a bar to where the style's swing puts it; compound and odd metres are not swung."""
    if not style.swing or time_signature.unit > 4 or ticks % _FINEST_STRAIGHT:
        return ticks
    unit = style.swing_unit.ticks
    pair, place = divmod(ticks, 2 * unit)
    late = unit + style.swing * unit / 3  # where the second of the pair comes
    warped = place * late / unit if place <= unit else late + (place - unit) * (2 * unit - late) / unit
    return pair * 2 * unit + round(warped)


def swing_at(style: Style, tempo_bpm: float) -> float:
    """Return the style's swing at a tempo: nearer to even eighths the faster, as players do.

    Source: A. Friberg and A. Sundström, "Swing Ratios and Ensemble Timing in Jazz Performance", Music Perception 19(3).
    """
    doublings = math.log2(tempo_bpm / style.tempo_bpm)
    return min(_MOST_SWING, max(0.0, style.swing * (1.0 - style.swing_evens * doublings)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Player:
    """How one part is played: its feel, the drifts it follows, and drums that are always early or late (by note)."""

    feel: Feel
    lean: float  # 0-1: how far it follows the band's drift
    band: Drift
    own: Drift
    touch: Drift
    late_by_note: Mapping[int, float]  # seconds


def play(
    strokes: list[Stroke],
    player: Player,
    *,
    tempo_bpm: float,
    bar_ticks: int,
    n_bars: int,
    streams: Sequence[tuple[int, random.Random]],
    swells: Sequence[float],
    is_one_voice: bool = False,
) -> tuple[Note, ...]:
    """Turn written strokes into played notes that keep to their bars, end within the piece and never double a pitch.

    ``streams`` are the sources of chance by the tick from which each serves, so that sections do not disturb each
    other; ``swells`` are factors of velocity by bar. Strokes that start together move together. ``is_one_voice`` ends
    each note where the next begins, unless they overlap on purpose (a slide).
    """
    strokes = sorted(strokes)
    ticks_per_second = tempo_bpm * TICKS_PER_QUARTER / 60
    feel, band, own, touch = player.feel, player.band.at, player.own.at, player.touch.at
    late, spread = feel.late_seconds * ticks_per_second, feel.drift_seconds * ticks_per_second
    late_by_note = {note: seconds * ticks_per_second for note, seconds in player.late_by_note.items()}
    followed, alone = player.lean, (1 - player.lean**2) ** 0.5
    shift = swell = 0.0
    last_start = -1
    total = n_bars * bar_ticks
    played: list[tuple[int, int, int, int]] = []
    serving = iter([*streams, (total, random.Random())])
    _, rng = next(serving)
    gauss, (until, following) = rng.gauss, next(serving)
    for written, length, midi_note, velocity, after in strokes:
        start = min(written, total - 1)
        while start >= until:
            gauss = following.gauss
            until, following = next(serving)
        if start != last_start:
            stands = followed * band(start) + alone * own(start)
            shift = late + spread * (stands + _UNSTEADINESS * gauss(0.0, 1.0))
            swell = touch(start)
            last_start = start
        bar_start = start - start % bar_ticks
        moved = min(
            max(start + round(shift + late_by_note.get(midi_note, 0.0)), bar_start) + after,
            bar_start + bar_ticks - _SHORTEST,
            total - _SHORTEST,
        )
        end = min(moved + max(length - after, _SHORTEST), total)
        stray = feel.velocity_spread * min(1.0, velocity / _PLAIN_VELOCITY)
        level = round(velocity * swells[start // bar_ticks] + stray * (swell + _UNEVENNESS * gauss(0.0, 1.0)))
        played.append((max(moved, 0), end, midi_note, min(127, max(1, level))))
    return _tidied(played, is_one_voice=is_one_voice)


def _tidied(played: list[tuple[int, int, int, int]], *, is_one_voice: bool) -> tuple[Note, ...]:
    """Cut a note where its pitch sounds again; of two at one instant the longer stays."""
    played.sort(key=lambda note: (note[0], note[2], -note[1]))
    kept: list[list[int]] = []
    sounding: dict[int, list[int]] = {}
    previous: list[int] | None = None
    for start, end, midi_note, velocity in played:
        same = sounding.get(midi_note)
        if same and same[0] == start:
            continue
        if same and same[1] > start:
            same[1] = start
        if is_one_voice and previous and 0 < previous[1] - start <= _SHORTEST * 2 and previous[0] < start:
            previous[1] = start
        previous = [start, end, midi_note, velocity]
        sounding[midi_note] = previous
        kept.append(previous)
    return tuple(
        Note(start, end - start, midi_note, velocity) for start, end, midi_note, velocity in kept if end > start
    )


def dynamic(velocity: float, energy: float) -> float:
    """Scale a velocity by a section's energy: a third softer at 0, a seventh louder at 1."""
    return velocity * (0.64 + 0.52 * energy)
