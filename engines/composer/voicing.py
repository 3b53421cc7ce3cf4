"""Voicings: laying a chord out on an instrument so that it moves as little as it can from the one before."""

from functools import lru_cache
from itertools import pairwise

from music.chord import Chord
from music.style import Voicing

_MUDDY_BELOW = 52  # under E3 thirds and seconds blur
_WIDEST = 26


@lru_cache(maxsize=8192)
def voice(
    chord: Chord, before: tuple[int, ...], *, voicing: Voicing, n_voices: int, low: int, high: int, centre: int
) -> tuple[int, ...]:
    """Return a chord's notes, rising, within low and high: nearest to ``before``, or to the centre if that is empty."""
    if voicing is Voicing.STRUM:
        options = _barre_chords(chord, n_voices, low, high)
    else:
        options = _layouts(_tones(chord, voicing, n_voices), voicing, low, high)
    return min(options, key=lambda notes: (_cost(notes, before, centre), notes))


def _tones(chord: Chord, voicing: Voicing, n_voices: int) -> tuple[int, ...]:
    """Choose the pitch classes to play: what names the chord first, what the bass plays anyway last."""
    root = chord.root_pitch_class
    intervals = chord.intervals
    if voicing is Voicing.POWER:
        fifth = next((step for step in intervals if step in (6, 7, 8)), 7)
        return (root, (root + fifth) % 12)
    thirds = [step for step in intervals if step % 12 in (2, 3, 4, 5) and step < 12]
    sevenths = [step for step in intervals if step in (9, 10, 11)]
    colours = [step for step in intervals if step > 12]
    fifths = [step for step in intervals if step in (6, 7, 8)]
    order = [*thirds, *sevenths, *colours[-1:], *fifths, 0, *colours[:-1]]
    if len(intervals) <= 3:
        order = [*thirds, 0, *fifths]
    elif voicing is not Voicing.SHELL and n_voices >= len(intervals):
        order = list(intervals)
    count = min(n_voices, 3 if voicing is Voicing.SHELL else n_voices, len(order))
    return tuple((root + step) % 12 for step in dict.fromkeys(order[: max(count, 2)]))


def _layouts(tones: tuple[int, ...], voicing: Voicing, low: int, high: int) -> list[tuple[int, ...]]:
    """List every close position of the pitch classes in the range, opened where the style asks for it."""
    found: list[tuple[int, ...]] = []
    for lowest_class in tones[:1] if voicing is Voicing.POWER else tones:
        bottom = low + (lowest_class - low) % 12
        while bottom <= high:
            notes = sorted(bottom + (tone - lowest_class) % 12 for tone in tones)
            if voicing is Voicing.POWER:
                notes.append(bottom + 12)
            elif voicing is Voicing.OPEN and len(notes) >= 3 and notes[-2] - 12 >= low:
                notes = sorted([*notes[:-2], notes[-2] - 12, notes[-1]])
            notes = [note for note in notes if note <= high]
            if len(notes) == len(tones) + (voicing is Voicing.POWER):
                found.append(tuple(notes))
            bottom += 12
    return found or [tuple(sorted({_folded(tone, low, high) for tone in tones}))]


def _barre_chords(chord: Chord, n_voices: int, low: int, high: int) -> list[tuple[int, ...]]:
    """List the chord as a guitarist bars it: root, fifth, root or seventh, third, fifth, root, from the bottom up."""
    third = next((step for step in chord.intervals if step in (2, 3, 4, 5)), 7)
    fifth = next((step for step in chord.intervals if step in (6, 7, 8)), 7)
    seventh = next((step for step in chord.intervals if step in (9, 10, 11)), 12)
    shape = sorted({0, fifth, seventh, 12 + third, 12 + fifth, 24})[:n_voices]
    roots = range(low + (chord.root_pitch_class - low) % 12, high + 1, 12)
    whole = [tuple(root + step for step in shape if root + step <= high) for root in roots]
    return [notes for notes in whole if len(notes) >= 3] or _layouts(
        _tones(chord, Voicing.CLOSE, 3), Voicing.CLOSE, low, high
    )


def _folded(tone: int, low: int, high: int) -> int:
    return min(low + (tone - low) % 12, high)


def _cost(notes: tuple[int, ...], before: tuple[int, ...], centre: int) -> float:
    middle = sum(notes) / len(notes)
    cost = 0.25 * abs(middle - centre)
    for lower, upper in pairwise(notes):
        cost += 4.0 if upper - lower == 1 else 0.0
        cost += 3.0 if lower < _MUDDY_BELOW and upper - lower < 5 else 0.0
    if before:
        cost += sum(min(abs(note - other) for other in before) for note in notes) + abs(notes[-1] - before[-1])
    return cost + max(0, notes[-1] - notes[0] - _WIDEST)
