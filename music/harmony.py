"""Harmony: from a style's roman numerals to spelled chords over the bars of a piece.

A numeral is written as musicians write it in the style's reference mode: ``ii7 | V7 | Imaj7``, ``i | bII``, ``V/3``
(a bass after the slash is a chord degree). Where a chord belongs to the reference mode, its degree is rebuilt from the
scale of the key that was asked for, so a progression in minor becomes Dorian in Dorian; a chord that does not belong
(a dominant in minor, a borrowed bVII) keeps its distance from the tonic and its quality.
"""

import random
import re
from functools import cache

from music.chord import Chord
from music.form import section_kind
from music.pitch import Key, Mode, pitch_class_name
from music.score import ChordSpan, Section
from music.style import Harmony, Style
from music.time import TimeSignature

_NUMERAL = re.compile(r"^([#b]?)(VII|VI|IV|V|III|II|I|vii|vi|iv|v|iii|ii|i)([^/]*)(?:/([357]))?$")
_DEGREES = {"i": 0, "ii": 1, "iii": 2, "iv": 3, "v": 4, "vi": 5, "vii": 6}
_NATURAL_PITCH_CLASSES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
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


def harmonise(
    style: Style, key: Key, sections: tuple[Section, ...], time_signature: TimeSignature, rng: random.Random
) -> tuple[ChordSpan, ...]:
    """Write the chords of all sections; the same kind of section keeps its progression, the last bar is the tonic's."""
    harmony = _for_mode(style, key.mode)
    chosen: dict[str, tuple[str, ...]] = {}
    bars: list[str] = []
    for index, section in enumerate(sections):
        kind = section_kind(section.name)
        if kind not in chosen:
            chosen[kind] = _choose(harmony, kind, section.n_bars, rng)
        progression = chosen[kind]
        written = [progression[bar % len(progression)] for bar in range(section.n_bars)]
        leads_on = index + 1 < len(sections) and section_kind(sections[index + 1].name) != kind
        if harmony.turnaround and leads_on and section.n_bars >= 4:
            _replace_end(written, _bars(harmony.turnaround))
        bars += _resolved_holds(written)
    cadence = _bars(harmony.cadence)
    _replace_end(bars, cadence if len(bars) >= 2 * len(cadence) else cadence[-1:])
    return _spans(bars, key, harmony.mode, time_signature)


def spans_from_chords(
    chords: tuple[Chord | None, ...], n_bars: int, time_signature: TimeSignature
) -> tuple[ChordSpan, ...]:
    """Give each chord one bar, in order, from the start again when there are more bars; ValueError for no chords."""
    if not chords:
        raise ValueError("spans_from_chords needs at least one chord")
    length = time_signature.ticks_per_bar
    return tuple(
        ChordSpan(start_ticks=bar * length, duration_ticks=length, chord=chords[bar % len(chords)])
        for bar in range(n_bars)
    )


def numeral_to_chord(numeral: str, key: Key, reference: Mode) -> Chord:
    """Return the chord that a numeral, written in the reference mode, stands for in a key; ValueError if it is none."""
    match = _NUMERAL.match(numeral)
    if not match:
        raise ValueError(f"not a roman numeral chord: {numeral!r}; expected something like i, bVII, ii7 or V7/3")
    accidental, roman, suffix, bass_degree = match.groups()
    degree = _DEGREES[roman.lower()]
    step = reference.intervals[degree] + {"#": 1, "b": -1, "": 0}[accidental]
    quality = _quality(suffix, is_upper=roman.isupper())
    chord = Chord("C", quality)
    scale = {interval % 12 for interval in reference.intervals}
    is_diatonic = not accidental and all((step + tone) % 12 in scale for tone in chord.intervals)
    n_thirds = len(chord.intervals)
    if is_diatonic and key.mode is not reference and _STACKED.get(chord.intervals) == quality:
        degree, quality = _rebuilt(degree, n_thirds, key.mode, was_diminished=quality in ("dim", "hdim7"))
        step = key.mode.intervals[degree]
    root = _spelled(key, degree, step)
    bass = None
    if bass_degree:
        tone = Chord("C", quality).intervals[(int(bass_degree) - 1) // 2]
        bass = _spelled(key, degree + int(bass_degree) - 1, step + tone)
    return Chord(root, quality, (), bass)


def _quality(suffix: str, *, is_upper: bool) -> str:
    table = _UPPER if is_upper else _LOWER
    quality = table.get(suffix, suffix)
    Chord("C", quality)
    return quality


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


@cache
def _stacked(degree: int, n_tones: int, mode: Mode) -> tuple[int, ...]:
    scale = mode.intervals
    root = scale[degree]
    return tuple(scale[(degree + 2 * i) % 7] + 12 * ((degree + 2 * i) // 7) - root for i in range(n_tones))


def _spelled(key: Key, degree: int, step: int) -> str:
    """Spell a note by its scale degree's letter, or plainly where that needs more than a double accidental."""
    letters = "CDEFGAB"
    letter = letters[(letters.index(key.tonic[0]) + degree) % 7]
    wanted = (key.pitch_class + step) % 12
    shift = (wanted - _NATURAL_PITCH_CLASSES[letter] + 6) % 12 - 6
    name = letter + ("#" * shift if shift > 0 else "b" * -shift)
    if abs(shift) <= 1 or (abs(shift) == 2 and abs(key.signature_fifths) > 7):
        return name
    return pitch_class_name(wanted, prefer_flats=key.prefers_flats)


def _for_mode(style: Style, mode: Mode) -> Harmony:
    """Return the harmony written for a mode, else for its family (major or minor third), else the first."""
    exact = [harmony for harmony in style.harmony if harmony.mode is mode]
    family = [harmony for harmony in style.harmony if harmony.mode.is_minor == mode.is_minor]
    return (exact or family or list(style.harmony))[0]


def _choose(harmony: Harmony, kind: str, n_bars: int, rng: random.Random) -> tuple[str, ...]:
    """Draw a progression for a section: preferably one whose bars divide it, else one that fits into it."""
    written = harmony.progressions.get(kind) or harmony.progressions["any"]
    candidates = [_bars(text) for text in written]
    dividing = [bars for bars in candidates if n_bars % len(bars) == 0]
    shorter = [bars for bars in candidates if len(bars) <= n_bars]
    return rng.choice(dividing or shorter or candidates)


def _bars(text: str) -> tuple[str, ...]:
    return tuple(bar.strip() for bar in text.split("|"))


def _replace_end(bars: list[str], ending: tuple[str, ...]) -> None:
    bars[-len(ending) :] = ending


def _resolved_holds(bars: list[str]) -> list[str]:
    """Write out ``%``, the sign for the bar before."""
    out: list[str] = []
    for bar in bars:
        out.append(out[-1].split()[-1] if bar == "%" and out else bar)
    return out


def _spans(bars: list[str], key: Key, reference: Mode, time_signature: TimeSignature) -> tuple[ChordSpan, ...]:
    """Set chords on the timeline; several chords in a bar change on its pulses."""
    length = time_signature.ticks_per_bar
    pulses = (*time_signature.pulse_ticks, length)
    spans = []
    for bar, text in enumerate(bars):
        numerals = text.split()[: len(pulses) - 1]
        edges = [pulses[round(i * (len(pulses) - 1) / len(numerals))] for i in range(len(numerals) + 1)]
        for numeral, start, end in zip(numerals, edges, edges[1:], strict=False):
            chord = numeral_to_chord(numeral, key, reference)
            spans.append(ChordSpan(start_ticks=bar * length + start, duration_ticks=end - start, chord=chord))
    return tuple(spans)
