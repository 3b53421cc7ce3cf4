"""The key of a clip, from how long each pitch class sounds, what the bass stands on, and how it begins and ends.

Profiles: J. Albrecht and D. Shanahan, "The Use of Large Corpora to Train a New Type of Key-Finding Algorithm", Music
Perception 31(1), 2013.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from music.clip.clip import Clip, all_notes
from music.pitch import Key, Mode, spell_tonic
from music.score import Note

_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_MAJOR_BASS = (1.0, 0, 0.1, 0, 0, 0.35, 0, 0.45, 0, 0.15, 0, 0)
_MINOR_BASS = (1.0, 0, 0, 0.1, 0, 0.35, 0, 0.45, 0.2, 0, 0.2, 0)


def _swapped(profile: tuple[float, ...], a: int, b: int) -> tuple[float, ...]:
    """Return a profile with two steps changed over: a mode has one of them where the plain scale has the other."""
    swapped = list(profile)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return tuple(swapped)


_PROFILES = {
    Mode.MAJOR: _MAJOR,
    Mode.MINOR: _MINOR,
    Mode.DORIAN: _swapped(_MINOR, 8, 9),
    Mode.PHRYGIAN: _swapped(_MINOR, 1, 2),
    Mode.MIXOLYDIAN: _swapped(_MAJOR, 10, 11),
    Mode.LYDIAN: _swapped(_MAJOR, 5, 6),
}
_MODES = (Mode.DORIAN, Mode.PHRYGIAN, Mode.MIXOLYDIAN, Mode.LYDIAN)
_MODAL = 0.06  # how much rarer a mode is held to be than plain major and minor
_BASS_WEIGHT, _END_WEIGHT, _SIGNATURE_WEIGHT = 0.25, 0.3, 0.08  # beside the profile's 1
_CERTAIN_MARGIN = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundKey:
    """The likeliest key, and its lead over the next: 0 none, 1 beyond doubt."""

    key: Key
    confidence: float


def pitch_class_weights(notes: Sequence[Note], *, longest_ticks: int) -> tuple[float, ...]:
    """Return how long each pitch class sounds, C first; a single note counts for ``longest_ticks`` at most."""
    weights = [0.0] * 12
    for note in notes:
        weights[note.midi_note % 12] += min(note.duration_ticks, longest_ticks)
    return tuple(weights)


def find_key(clip: Clip) -> FoundKey | None:
    """Return the key of a clip's pitched notes, modes included; None where only drums play."""
    notes = all_notes(clip.pitched)
    if not notes:
        return None
    bar = clip.time_signature.ticks_per_bar
    weights = pitch_class_weights(notes, longest_ticks=bar)
    bass = pitch_class_weights(lowest_notes(notes), longest_ticks=bar)
    scores: list[tuple[float, int, Mode]] = []
    for tonic in range(12):
        ends = _END_WEIGHT * _ends_on(notes, tonic)
        for mode, profile in _PROFILES.items():
            score = ends + _likeness(weights, profile, tonic) - (_MODAL if mode in _MODES else 0.0)
            score += _BASS_WEIGHT * _likeness(bass, _MINOR_BASS if mode.is_minor else _MAJOR_BASS, tonic)
            fifths = Key(spell_tonic(tonic, mode), mode).signature_fifths
            if clip.signature_fifths and (fifths - clip.signature_fifths) % 12 == 0:
                score += _SIGNATURE_WEIGHT
            scores.append((score, -tonic, mode))
    scores.sort(key=lambda item: (-item[0], item[1]))
    best, tonic, mode = scores[0]
    second = next(score for score, other, kind in scores if (other, kind.is_minor) != (tonic, mode.is_minor))
    confidence = min(1.0, (best - second) / _CERTAIN_MARGIN)
    return FoundKey(key=Key(spell_tonic(-tonic, mode), mode), confidence=round(confidence, 2))


def lowest_notes(notes: Sequence[Note]) -> list[Note]:
    """Return the notes below which nothing sounds when they start."""
    lowest: list[Note] = []
    for index, note in enumerate(notes):
        near = notes[max(0, index - 24) : index + 12]
        under = (
            other
            for other in near
            if other.midi_note < note.midi_note
            and other.start_ticks <= note.start_ticks + 60
            and other.start_ticks + other.duration_ticks > note.start_ticks + 60
        )
        if next(under, None) is None:
            lowest.append(note)
    return lowest


def _likeness(weights: Sequence[float], profile: Sequence[float], tonic: int) -> float:
    """Correlate pitch classes with a profile that starts at a tonic."""
    turned = [weights[(tonic + step) % 12] for step in range(12)]
    mean, expected = sum(turned) / 12, sum(profile) / 12
    a = [value - mean for value in turned]
    b = [value - expected for value in profile]
    length = math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))
    return sum(x * y for x, y in zip(a, b, strict=True)) / length if length else 0.0


def _ends_on(notes: Sequence[Note], tonic: int) -> float:
    """Return what the ends say for a tonic: what the first and the last notes stand on."""
    first = [note for note in notes if note.start_ticks <= notes[0].start_ticks + 60]
    last_start = max(note.start_ticks for note in notes)
    last = [note for note in notes if note.start_ticks >= last_start - 60]
    return 0.6 * (_root(first) == tonic) + 0.4 * (_root(last) == tonic)


def _root(stroke: Sequence[Note]) -> int:
    """Return the pitch class that a stroke stands on: below a fifth or a third, else the lowest."""
    classes = {note.midi_note % 12 for note in stroke}
    lowest = min(note.midi_note for note in stroke) % 12

    def support(number: int) -> float:
        thirds = (number + 3) % 12 in classes or (number + 4) % 12 in classes
        return 2 * ((number + 7) % 12 in classes) + thirds + 1.5 * (number == lowest)

    return max(sorted(classes), key=support)
