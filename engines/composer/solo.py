"""Improvised lines: strong beats are targets, and the notes before them lead there as jazz players lead there.

A target is enclosed (the scale note above, the semitone below), or approached by semitone or from the scale.
Source: D. Baker, "How to Play Bebop" (1985), on how bebop lines approach chord tones.
"""

import random
from collections.abc import Sequence

from engines.composer.contour import Slot
from engines.composer.grid import Hit
from engines.composer.scales import nearest_index
from music.time import TICKS_PER_QUARTER

_ENCLOSURE, _APPROACH = 0.35, 0.45  # chances at a target that can be reached so
_WIDEST = 5  # semitones into an enclosure


def improvised(notes: Sequence[int], slots: Sequence[Slot], hits: Sequence[Hit], rng: random.Random) -> list[int]:
    """Return the line with its targets enclosed and approached; all that is fixed stays."""
    line = list(notes)
    for target in range(2, len(line)):
        chance = rng.random()
        if not slots[target].is_strong or not _leads(slots, hits, target - 1):
            continue
        note, ceiling = line[target], min(slots[target - 1].ceiling, slots[target - 1].rungs[-1])
        if chance < _ENCLOSURE and target > 2 and _leads(slots, hits, target - 2):
            rungs = slots[target - 2].rungs
            above = rungs[min(nearest_index(rungs, note) + 1, len(rungs) - 1)]
            below = note - 1
            if note < above <= ceiling and below >= rungs[0] and abs(above - line[target - 3]) <= _WIDEST:
                line[target - 2], line[target - 1] = above, below
        elif chance < _ENCLOSURE + _APPROACH:
            step = 1 if line[target - 2] > note else -1
            if slots[target].rungs[0] <= note + step <= ceiling and abs(note + step - line[target - 2]) <= _WIDEST:
                line[target - 1] = note + step
    return line


def _leads(slots: Sequence[Slot], hits: Sequence[Hit], index: int) -> bool:
    """Tell whether a note is free to lead on: short, off the strong beats, neither climax nor ending."""
    slot = slots[index]
    return not (slot.is_strong or slot.only) and hits[index].length < TICKS_PER_QUARTER
