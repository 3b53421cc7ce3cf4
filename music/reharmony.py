"""Substitutions: how a progression that comes again is varied without losing where it goes.

Bars are tuples of chords that share them. A substitution answers what a bar may become, given its neighbours, or None
where it cannot be done there.
"""

import random
from collections.abc import Callable

from music.chord import Chord
from music.pitch import Key, pitch_class, pitch_class_name
from music.style import Reharmonisation

Bar = tuple[Chord, ...]
Substitution = Callable[[list[Bar], int, Key], Bar | None]

_RELATIVES = {
    "maj": ("min", -3), "maj6": ("min7", -3), "maj7": ("min7", -3), "maj9": ("min9", -3), "maj69": ("min7", -3),
    "min": ("maj", 3), "min7": ("maj7", 3), "min9": ("maj9", 3), "min6": ("maj7", 3),
}  # fmt: skip
_DARKENED = {"maj": "min", "maj6": "min6", "maj7": "min6", "maj9": "min6", "maj69": "min6", "7": "min7", "9": "min7"}
_BRIGHTENED = {"min": "maj", "min6": "7", "min7": "7", "min9": "9", "min69": "9"}
_LOWERED_SIXTH = {"min": "maj", "min7": "maj7", "min9": "maj9"}


def varied(
    bars: list[Bar],
    key: Key,
    chances: Reharmonisation,
    rng: random.Random,
    *,
    first: int = 0,
    fixed: frozenset[int] = frozenset(),
    is_certain: bool = False,
) -> list[Bar]:
    """Return bars of a section with some of them substituted: never a fixed one, nor two in a row.

    Bars before ``first`` stay. ``is_certain`` makes one substitution, where any can be made, even if chance made none.
    """
    out = list(bars)
    weights = [(substitute, getattr(chances, name)) for name, substitute in SUBSTITUTIONS.items()]
    if not any(weight for _, weight in weights):
        return out
    open_to: list[tuple[int, Bar, float]] = []
    last_changed = -2
    for place in range(first, len(bars)):
        if place in fixed:
            continue
        found = [(changed, w) for substitute, w in weights if w and (changed := substitute(out, place, key))]
        draw = rng.random()
        for changed, weight in found:
            if draw < weight and place - last_changed > 1:
                out[place], last_changed = changed, place
                break
            draw -= weight
        open_to += [(place, changed, weight) for changed, weight in found]
    if last_changed < 0 and is_certain and open_to:
        place, changed, _ = rng.choices(open_to, weights=[weight for _, _, weight in open_to])[0]
        out[place] = changed
    return out


def dominant_of(target: Chord, quality: str = "7") -> Chord:
    """Return the dominant that leads to a chord."""
    return Chord(_above(target.root, 4, 7), quality)


def _relative(bars: list[Bar], place: int, key: Key) -> Bar | None:
    chord = _single(bars, place)
    if chord is None or chord.quality not in _RELATIVES or chord.added:
        return None
    quality, semitones = _RELATIVES[chord.quality]
    other = Chord(_above(chord.root, 2 if semitones > 0 else -2, semitones), quality)
    if not _belongs(chord, key) or not _belongs(other, key) or other.root_pitch_class in _roots_around(bars, place):
        return None
    is_held = place > 0 and bars[place - 1][-1] == chord
    return (other,) if is_held or place % 2 else (chord, other)


def _secondary(bars: list[Bar], place: int, key: Key) -> Bar | None:
    chord, target = _single(bars, place), _following(bars, place)
    if chord is None or target is None or target.root_pitch_class in (key.pitch_class, chord.root_pitch_class):
        return None
    if not _is_stable(target) or not _belongs(target, key) or target.bass:
        return None
    dominant = dominant_of(target)
    return None if _belongs(dominant, key) or dominant == chord else (chord, dominant)


def _two_five(bars: list[Bar], place: int, _: Key) -> Bar | None:
    dominant, target = _single(bars, place), _following(bars, place)
    if dominant is None or target is None or not _is_dominant(dominant) or not _falls_a_fifth(dominant, target):
        return None
    is_minor = target.intervals[1] == 3
    before = Chord(_above(dominant.root, 4, 7), "hdim7" if is_minor else "min7")
    if place and bars[place - 1][-1].root_pitch_class == before.root_pitch_class:
        return None
    return (before, dominant)


def _tritone(bars: list[Bar], place: int, _: Key) -> Bar | None:
    dominant, target = bars[place][-1], _following(bars, place)
    if target is None or not _is_dominant(dominant) or not _falls_a_fifth(dominant, target):
        return None
    quality = dominant.quality if dominant.quality in ("7", "9", "13") else "7"
    return (*bars[place][:-1], Chord(_above(target.root, 1, 1), quality))


def _borrowed(bars: list[Bar], place: int, key: Key) -> Bar | None:
    chord = _single(bars, place)
    if chord is None or chord.added or not _belongs(chord, key):
        return None
    step = (chord.root_pitch_class - key.pitch_class) % 12
    table = _BRIGHTENED if key.mode.is_minor else _DARKENED
    if step == 5 and chord.quality in table:
        return (chord, Chord(chord.root, table[chord.quality]))
    if step == 9 and not key.mode.is_minor and chord.quality in _LOWERED_SIXTH:
        return (Chord(_above(key.tonic, 5, 8), _LOWERED_SIXTH[chord.quality]),)
    return None


def _diminished(bars: list[Bar], place: int, _: Key) -> Bar | None:
    chord, target = _single(bars, place), _following(bars, place)
    if chord is None or target is None or not _is_stable(chord) or not _is_stable(target):
        return None
    step = (target.root_pitch_class - chord.root_pitch_class) % 12
    if step == 2:
        return (chord, Chord(_above(chord.root, 0, 1), "dim7"))
    if step == 10:
        return (chord, Chord(_above(target.root, 1, 1), "dim7"))
    return None


SUBSTITUTIONS: dict[str, Substitution] = {
    "tritone": _tritone,
    "two_five": _two_five,
    "secondary": _secondary,
    "borrowed": _borrowed,
    "diminished": _diminished,
    "relative": _relative,
}


def _single(bars: list[Bar], place: int) -> Chord | None:
    """Return a bar's only chord, unless it stands over another bass: that is part of a line."""
    only = bars[place][0]
    return only if len(bars[place]) == 1 and only.bass is None else None


def _following(bars: list[Bar], place: int) -> Chord | None:
    return bars[place + 1][0] if place + 1 < len(bars) else None


def _roots_around(bars: list[Bar], place: int) -> set[int]:
    after = _following(bars, place)
    return {c.root_pitch_class for c in ((bars[place - 1][-1] if place else None), after) if c is not None}


def _belongs(chord: Chord, key: Key) -> bool:
    return set(chord.pitch_classes) <= set(key.scale)


def _is_stable(chord: Chord) -> bool:
    return 7 in chord.intervals and (3 in chord.intervals or 4 in chord.intervals)


def _is_dominant(chord: Chord) -> bool:
    return {4, 10} <= {*chord.intervals} and chord.bass is None


def _falls_a_fifth(chord: Chord, target: Chord) -> bool:
    return (target.root_pitch_class - chord.root_pitch_class) % 12 == 5 and _is_stable(target)


def _above(name: str, letters: int, semitones: int) -> str:
    """Name the note some letters and semitones above another, plainly where it would need a double sign."""
    order = "CDEFGAB"
    letter = order[(order.index(name[0]) + letters) % 7]
    wanted = (pitch_class(name) + semitones) % 12
    shift = (wanted - pitch_class(letter) + 6) % 12 - 6
    if abs(shift) <= 1:
        return letter + ("#" if shift > 0 else "b" if shift < 0 else "")
    return pitch_class_name(wanted, prefer_flats=shift < 0)
