"""Walking lines: the way from one root to the next in steps and chord tones, never twice the same note."""

import random
from functools import lru_cache

from music.chord import Chord

_WIDEST = 7  # semitones between two notes
_INTERVALS = {1: 0.0, 2: 0.0, 3: 0.25, 4: 0.35, 5: 0.6, 6: 1.8, 7: 0.9}  # what each costs, by semitones
_TURN = 0.45  # the cost of changing direction, so that lines run up or down for a while
_PASSING = 0.3  # a step of the key that is not in the chord; twice that on strong beats
_LIKINGS = 1.2
_LEADING = {1: 0.0, 2: 0.15}  # the last note: a semitone or a step from the root it leads to


@lru_cache(maxsize=4096)
def walk(
    chord: Chord, start: int, target: int, n_notes: int, *, key: tuple[int, ...], low: int, high: int, taste: int
) -> tuple[int, ...]:
    """Return ``n_notes`` from after ``start`` to before ``target``: the last one leads on by a step, from either side.

    ``taste`` is the seed of small likings, so that equal bars may go other ways. No note is the one before it again.
    """
    tones = frozenset(chord.pitch_classes)
    inside = [note for note in range(low, high + 1) if note % 12 in tones or note % 12 in key]
    rng = random.Random(taste)
    paths: dict[int, tuple[float, tuple[int, ...], int]] = {start: (0.0, (), 0)}
    for place in range(n_notes):
        is_last, is_strong = place + 1 == n_notes, place % 2 == 1
        liking = [rng.random() * _LIKINGS for _ in range(12)]
        reached: dict[int, tuple[float, tuple[int, ...], int]] = {}
        for following in _leading(target, inside, tones, low, high) if is_last else inside:
            distance = abs(following - target)
            cost = _LEADING.get(distance, 2.0) if is_last else 0.0 if following % 12 in tones else _PASSING
            cost += liking[following % 12] + (cost if is_strong and not is_last else 0.0)
            ways = [
                (
                    total + cost + _INTERVALS[abs(following - note)] + _TURN * (before * (following - note) < 0),
                    (*line, following),
                    following - note,
                )
                for note, (total, line, before) in paths.items()
                if note != following and abs(following - note) <= _WIDEST
            ]
            if ways:
                reached[following] = min(ways)
        paths = reached
    return min(paths.values())[1] if paths else ()


def _leading(target: int, inside: list[int], tones: frozenset[int], low: int, high: int) -> list[int]:
    """Return the notes that may come last: semitones and steps to the target, or chord tones where none is reached."""
    near = [note for note in (target - 2, target - 1, target + 1, target + 2) if low <= note <= high]
    steps = [note for note in near if abs(note - target) == 1 or note in inside]
    return [*steps, *(note for note in inside if note % 12 in tones and note != target and note not in steps)]
