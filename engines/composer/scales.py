"""The notes a melody may use over a chord, as a ladder of MIDI notes to step on."""

from bisect import bisect_left
from functools import lru_cache

from music.chord import Chord
from music.pitch import Key, Mode
from music.style import MelodyScale

_MINOR_PENTATONIC = (0, 3, 5, 7, 10)
_MAJOR_PENTATONIC = (0, 2, 4, 7, 9)
_BLUES = (0, 3, 5, 6, 7, 10)
_RAISED = (4, 8, 11)  # a chromatic third, sharp fifth or major seventh is a raised note; any other a lowered one


def _scale_classes(key: Key, scale: MelodyScale) -> set[int]:
    third, fifth = key.mode.intervals[2], key.mode.intervals[4]
    if scale is MelodyScale.KEY or fifth != 7:
        return set(key.scale)
    steps: tuple[int, ...] = (
        _BLUES if scale is MelodyScale.BLUES else _MINOR_PENTATONIC if third == 3 else _MAJOR_PENTATONIC
    )
    if scale is MelodyScale.BLUES and key.mode is Mode.MAJOR:
        steps = (*_BLUES, 4, 9)
    return {(key.pitch_class + step) % 12 for step in steps}


@lru_cache(maxsize=4096)
def scale_over(key: Key, chord: Chord | None, scale: MelodyScale = MelodyScale.KEY) -> frozenset[int]:
    """Return the pitch classes of a scale as a chord colours it: a note outside the key takes its neighbour's place."""
    classes = _scale_classes(key, scale)
    if chord is not None:
        root = chord.root_pitch_class
        tones = chord.pitch_classes
        for step in chord.intervals:
            tone = (root + step) % 12
            if tone in key.scale:
                classes.add(tone)
            elif tone not in classes:
                replaced = (tone - 1) % 12 if step % 12 in _RAISED else (tone + 1) % 12
                if replaced not in tones:
                    classes.discard(replaced)
                classes.add(tone)
    return frozenset(classes)


@lru_cache(maxsize=4096)
def ladder(key: Key, chord: Chord | None, scale: MelodyScale, low: int, high: int) -> tuple[int, ...]:
    """Return the notes from low to high of the scale as the chord colours it; the range holds an octave or more."""
    classes = scale_over(key, chord, scale)
    return tuple(note for note in range(low, high + 1) if note % 12 in classes)


def nearest_index(notes: tuple[int, ...], note: float) -> int:
    """Return the index of the ladder's note nearest to a note, the lower one on a tie."""
    at = bisect_left(notes, note)
    if at == 0:
        return 0
    if at == len(notes) or note - notes[at - 1] <= notes[at] - note:
        return at - 1
    return at
