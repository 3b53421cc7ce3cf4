"""From a written bar to a played one: swing, dynamics, and small departures that hang together as a player's do."""

import random
from collections.abc import Sequence
from typing import NamedTuple

from music.score import Note
from music.style import Feel, Style
from music.time import TICKS_PER_QUARTER, TimeSignature

_FINEST_STRAIGHT = TICKS_PER_QUARTER // 16  # places off this grid are triplets and are not swung
_SHORTEST = 24
_PERSISTENCE = 0.75  # how much of the last note's departure a player carries into the next


class Stroke(NamedTuple):
    """A written note: where in the piece, how long, which note, how loud (1-127 before dynamics)."""

    start: int
    length: int
    midi_note: int
    velocity: float
    after: int = 0  # ticks by which a string follows the first of its strum, whose timing it shares


def swung(ticks: int, style: Style, time_signature: TimeSignature) -> int:
    """Move a place inside a bar to where the style's swing puts it; compound and odd metres are not swung."""
    if not style.swing or time_signature.unit > 4 or ticks % _FINEST_STRAIGHT:
        return ticks
    unit = style.swing_unit.ticks
    pair, place = divmod(ticks, 2 * unit)
    late = unit + style.swing * unit / 3  # where the second of the pair comes
    warped = place * late / unit if place <= unit else late + (place - unit) * (2 * unit - late) / unit
    return pair * 2 * unit + round(warped)


def play(
    strokes: list[Stroke],
    feel: Feel,
    *,
    tempo_bpm: float,
    bar_ticks: int,
    n_bars: int,
    streams: Sequence[tuple[int, random.Random]],
    is_one_voice: bool = False,
) -> tuple[Note, ...]:
    """Turn written strokes into played notes that keep to their bars, end within the piece and never double a pitch.

    ``streams`` are the sources of chance by the tick from which each serves, so that sections do not disturb each
    other. Strokes that start together move together. ``is_one_voice`` ends each note where the next begins, unless they
    overlap on purpose (a slide).
    """
    strokes = sorted(strokes)
    ticks_per_second = tempo_bpm * TICKS_PER_QUARTER / 60
    late, spread = feel.late_seconds * ticks_per_second, feel.drift_seconds * ticks_per_second
    push = swell = 0.0
    shift = 0
    last_start = -1
    total = n_bars * bar_ticks
    played: list[tuple[int, int, int, int]] = []
    serving = iter([*streams, (total, random.Random())])
    _, rng = next(serving)
    gauss, (until, following) = rng.gauss, next(serving)
    for written, length, midi_note, velocity, after in strokes:
        start = min(written, total - 1)
        while start >= until:
            gauss, push, swell = following.gauss, 0.0, 0.0
            until, following = next(serving)
        if start != last_start:
            push = _PERSISTENCE * push + 0.6 * gauss(0.0, 1.0)
            swell = _PERSISTENCE * swell + 0.6 * gauss(0.0, 1.0)
            shift = round(late + spread * push)
            last_start = start
        bar_start = start - start % bar_ticks
        moved = min(max(start + shift, bar_start) + after, bar_start + bar_ticks - _SHORTEST, total - _SHORTEST)
        end = min(moved + max(length, _SHORTEST), total)
        level = round(velocity + feel.velocity_spread * (swell + 0.35 * gauss(0.0, 1.0)))
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
    """Scale a velocity by a section's energy: a third softer at 0, an eighth louder at 1."""
    return velocity * (0.68 + 0.44 * energy)
