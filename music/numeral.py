"""Roman numerals: what a chord written in a style's reference mode is in the key that was asked for.

A numeral is written as musicians write it in the style's reference mode: ``ii7``, ``V7``, ``bII``, ``V/3`` (a bass
after the slash is a chord degree). Where a chord belongs to the reference mode, its degree is rebuilt from the scale of
the key, so a progression in minor becomes Dorian in Dorian; a chord that does not belong (a dominant in minor, a
borrowed bVII) keeps its distance from the tonic and its quality.
"""

import re
from functools import lru_cache

from music.chord import Chord, chord_of, is_known_quality
from music.chord_spelling import spelled_intervals
from music.pitch import Key, Mode, pitch_class, pitch_class_name

_NUMERAL = re.compile(r"^([#b]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)([^/]*)(?:/([357]))?$")
_DEGREES = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
# What differs from the spelling of chord symbols, and what can be looked up instead of read.
_UPPER = {"": "maj", "6": "maj6", "6/9": "maj69", "69": "maj69", "+": "aug", "sus": "sus4", "7sus": "7sus4"}
_LOWER = {
    "": "min", "7": "min7", "9": "min9", "11": "min11", "13": "min13", "6": "min6", "69": "min69",
    "maj7": "minmaj7", "o": "dim", "o7": "dim7", "ø": "hdim7", "ø7": "hdim7",
}  # fmt: skip
_STACKED = {
    (0, 4, 7): "maj", (0, 3, 7): "min", (0, 3, 6): "dim", (0, 4, 8): "aug", (0, 4, 7, 11): "maj7",
    (0, 3, 7, 10): "min7", (0, 4, 7, 10): "7", (0, 3, 6, 10): "hdim7", (0, 3, 7, 11): "minmaj7", (0, 3, 6, 9): "dim7",
    (0, 4, 8, 10): "aug7", (0, 4, 7, 11, 14): "maj9", (0, 3, 7, 10, 14): "min9", (0, 4, 7, 10, 14): "9",
}  # fmt: skip


@lru_cache(maxsize=4096)
def numeral_to_chord(numeral: str, key: Key, reference: Mode) -> Chord:
    """Return the chord that a numeral, written in the reference mode, stands for in a key; ValueError if it is none."""
    match = _NUMERAL.match(numeral)
    if not match:
        raise ValueError(f"not a roman numeral chord: {numeral!r}; expected something like i, bVII, ii7 or V7/3")
    accidental, roman, suffix, bass_degree = match.groups()
    degree = _DEGREES[roman.lower()]
    step = reference.intervals[degree] + {"#": 1, "b": -1, "": 0}[accidental]
    chord = _plain_chord(suffix, is_upper=roman.isupper())
    quality = chord.quality
    scale = {interval % 12 for interval in reference.intervals}
    is_diatonic = not accidental and all((step + tone) % 12 in scale for tone in chord.intervals)
    n_thirds = len(chord.intervals)
    if is_diatonic and key.mode is not reference and _STACKED.get(chord.intervals) == quality:
        degree, quality = _rebuilt(degree, n_thirds, key.mode, was_diminished=quality in ("dim", "hdim7"))
        step = key.mode.intervals[degree]
        chord = Chord("C", quality)
    root = spelled(key, degree, step)
    bass = None
    if bass_degree:
        tone = chord.intervals[(int(bass_degree) - 1) // 2]
        bass = spelled(key, degree + int(bass_degree) - 1, step + tone)
    return Chord(root, chord.quality, chord.added, bass, chord.omitted)


def _plain_chord(suffix: str, *, is_upper: bool) -> Chord:
    """Return the chord on C that a numeral's suffix names: one of the usual ones, a quality, or any spelling."""
    quality = (_UPPER if is_upper else _LOWER).get(suffix, suffix)
    if is_known_quality(quality):
        return Chord("C", quality)
    try:
        return chord_of("C", spelled_intervals(suffix if is_upper else f"m{suffix}"))
    except ValueError:
        raise ValueError(f"not a roman numeral chord: the suffix {suffix!r} has no meaning known here") from None


def _rebuilt(degree: int, n_tones: int, mode: Mode, *, was_diminished: bool) -> tuple[int, str]:
    """Stack thirds on a degree of a mode; an unstable triad gives way to a neighbour that shares two of its notes."""
    for candidate in (degree, 3 if degree == 1 else degree + 5, degree + 3, degree + 2):
        intervals = _stacked(candidate % 7, n_tones, mode)
        quality = _STACKED.get(intervals) or _STACKED.get(intervals[:4]) or _STACKED[intervals[:3]]
        quality = "min" if quality == "minmaj7" else quality
        is_stable = intervals[2] == 7
        if is_stable or was_diminished or degree == 0:
            return candidate % 7, quality
    raise ValueError(f"no stable chord near degree {degree + 1} of {mode.value}")


@lru_cache(maxsize=512)
def _stacked(degree: int, n_tones: int, mode: Mode) -> tuple[int, ...]:
    scale = mode.intervals
    root = scale[degree]
    return tuple(scale[(degree + 2 * i) % 7] + 12 * ((degree + 2 * i) // 7) - root for i in range(n_tones))


def spelled(key: Key, degree: int, step: int) -> str:
    """Spell the note ``step`` semitones above the tonic by the letter of its degree (0 the tonic's).

    Plainly where that letter would need more than one accidental, unless the key's own signature is full of them.
    """
    letters = "CDEFGAB"
    letter = letters[(letters.index(key.tonic[0]) + degree) % 7]
    wanted = (key.pitch_class + step) % 12
    shift = (wanted - pitch_class(letter) + 6) % 12 - 6
    name = letter + ("#" * shift if shift > 0 else "b" * -shift)
    if abs(shift) <= 1 or (abs(shift) == 2 and abs(key.signature_fifths) > 7):
        return name
    return pitch_class_name(wanted, prefer_flats=key.prefers_flats)
