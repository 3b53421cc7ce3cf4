"""Chords as the roman numerals that styles are written in: the way back from ``music.harmony.numeral_to_chord``."""

from functools import cache

from music.chord import Chord
from music.numeral import numeral_to_chord
from music.pitch import Key

_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_MAJOR_LIKE = {
    "maj": "", "7": "7", "maj7": "maj7", "9": "9", "maj9": "maj9", "13": "13", "maj13": "maj13", "11": "11",
    "maj6": "6", "maj69": "69", "sus4": "sus", "sus2": "sus2", "7sus4": "7sus", "aug": "+", "aug7": "aug7", "5": "5",
}  # fmt: skip
_MINOR_LIKE = {
    "min": "", "min7": "7", "min9": "9", "min11": "11", "min6": "6", "min69": "69", "minmaj7": "maj7", "dim": "o",
    "dim7": "o7", "hdim7": "ø7",
}  # fmt: skip


@cache
def chord_to_numeral(chord: Chord, key: Key) -> str | None:
    """Return a chord's numeral in a key, its own mode being the reference; added notes and inversions are left out.

    None for a chord that no numeral stands for.
    """
    suffix = _MAJOR_LIKE.get(chord.quality)
    is_upper = suffix is not None
    suffix = _MINOR_LIKE.get(chord.quality) if suffix is None else suffix
    if suffix is None:
        return None
    step = (chord.root_pitch_class - key.pitch_class) % 12
    for sign, shift in (("", 0), ("b", -1), ("#", 1)):
        for roman, interval in zip(_ROMAN, key.mode.intervals, strict=True):
            if (interval + shift) % 12 != step:
                continue
            numeral = f"{sign}{roman if is_upper else roman.lower()}{suffix}"
            found = numeral_to_chord(numeral, key, key.mode)
            if found.root_pitch_class == chord.root_pitch_class and found.quality == chord.quality:
                return numeral
    return None
