"""Chords: what was written, what it sounds, and its Harte label.

Reads common spellings (``Am7``, ``F#m7b5``, ``C/E``, ``Bbmaj9#11``, ``N.C.``) and Harte labels (``A:min7/5``). An
accidental right after the letter is the root's: ``Cb5`` is a C flat without a third, ``C(b5)`` has a flat fifth.
Harte labels: C. Harte et al., "Symbolic representation of musical chords", ISMIR 2005.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from music.chord_spelling import degree_semitones, harte_intervals, spelled_intervals
from music.pitch import pitch_class, pitch_class_name

_QUALITIES: dict[str, tuple[int, ...]] = {
    "maj": (0, 4, 7),
    "min": (0, 3, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "5": (0, 7),
    "maj6": (0, 4, 7, 9),
    "min6": (0, 3, 7, 9),
    "maj7": (0, 4, 7, 11),
    "min7": (0, 3, 7, 10),
    "7": (0, 4, 7, 10),
    "minmaj7": (0, 3, 7, 11),
    "dim7": (0, 3, 6, 9),
    "hdim7": (0, 3, 6, 10),
    "aug7": (0, 4, 8, 10),
    "7sus4": (0, 5, 7, 10),
    "maj9": (0, 4, 7, 11, 14),
    "min9": (0, 3, 7, 10, 14),
    "9": (0, 4, 7, 10, 14),
    "maj11": (0, 4, 7, 11, 14, 17),
    "min11": (0, 3, 7, 10, 14, 17),
    "11": (0, 4, 7, 10, 14, 17),
    "maj13": (0, 4, 7, 11, 14, 21),
    "min13": (0, 3, 7, 10, 14, 21),
    "13": (0, 4, 7, 10, 14, 21),
    "maj69": (0, 4, 7, 9, 14),
    "min69": (0, 3, 7, 9, 14),
}
_BY_INTERVALS = {frozenset(intervals): quality for quality, intervals in _QUALITIES.items()}
# Harte's shorthand with the degrees added to it, for the qualities that have none of their own.
_HARTE: dict[str, tuple[str, tuple[str, ...]]] = {
    "maj69": ("maj6", ("9",)), "min69": ("min6", ("9",)), "7sus4": ("sus4", ("b7",)), "aug7": ("aug", ("b7",)),
    "11": ("9", ("11",)), "maj11": ("maj9", ("11",)), "min11": ("min9", ("11",)),
    "13": ("9", ("13",)), "maj13": ("maj9", ("13",)), "min13": ("min9", ("13",)), "5": ("", ()),
}  # fmt: skip
_DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "#5", "6", "b7", "7",
            "1", "b9", "9", "#9", "3", "11", "#11", "5", "b13", "13", "#13", "7")  # fmt: skip
_BASS_DEGREES = ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")
_ROOT = re.compile(r"^([A-G](?:##|bb|#|b)?)(.*)$")
_NO_CHORD = ("N", "N.C.", "N.C", "NC", "NC.")
_SIGNS = str.maketrans({"♯": "#", "♭": "b", "△": "Δ", "∆": "Δ", "\u2212": "-", "\u2013": "-", "\u2011": "-"})


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol. ``quality`` names its kind; ``added`` and ``omitted`` are semitones above the root."""

    root: str
    quality: str
    added: tuple[int, ...] = ()
    bass: str | None = None
    omitted: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        pitch_class(self.root)
        if self.quality not in _QUALITIES:
            raise ValueError(f"unknown chord quality {self.quality!r}; expected one of: {', '.join(_QUALITIES)}")

    @property
    def root_pitch_class(self) -> int:
        """Pitch class of the root."""
        return pitch_class(self.root)

    @property
    def bass_pitch_class(self) -> int:
        """Pitch class of the lowest note: the bass after the slash, else the root."""
        return pitch_class(self.bass or self.root)

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones above the root, rising; an altered fifth replaces the plain one."""
        return _intervals(self.quality, self.added, self.omitted)

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes that sound, root first, a slash bass last."""
        classes = [(self.root_pitch_class + step) % 12 for step in self.intervals]
        return tuple(dict.fromkeys([*classes, self.bass_pitch_class]))

    @property
    def label(self) -> str:
        """Harte's label, such as ``F#:hdim7`` or ``C:maj/3``; an altered fifth is written ``(*5,b5)``."""
        shorthand, degrees = _HARTE.get(self.quality, (self.quality, ()))
        if shorthand:
            base = _QUALITIES[self.quality]
            gone = [_DEGREES[step] for step in base if step not in self.intervals]
            written = [*degrees, *(f"*{degree}" for degree in gone), *(_DEGREES[step] for step in self.added)]
        else:
            written = [_DEGREES[step] for step in self.intervals]
        listed = f"({','.join(written)})" if written else ""
        step = (self.bass_pitch_class - self.root_pitch_class) % 12
        return f"{self.root}:{shorthand}{listed}{f'/{_BASS_DEGREES[step]}' if self.bass else ''}"

    def transposed(self, semitones: int, *, prefer_flats: bool = False) -> "Chord":
        """Return the same chord, moved."""
        root = pitch_class_name(self.root_pitch_class + semitones, prefer_flats=prefer_flats)
        bass = pitch_class_name(self.bass_pitch_class + semitones, prefer_flats=prefer_flats) if self.bass else None
        return Chord(root, self.quality, self.added, bass, self.omitted)


@lru_cache(maxsize=1024)
def _intervals(quality: str, added: tuple[int, ...], omitted: tuple[int, ...]) -> tuple[int, ...]:
    base = set(_QUALITIES[quality])
    if 6 in added or 8 in added:
        base.discard(7)
    return tuple(sorted((base | {*added}) - {*omitted}))


def is_known_quality(name: str) -> bool:
    """Tell whether a name is a quality of Chord."""
    return name in _QUALITIES


def chord_of(root: str, intervals: frozenset[int], bass: str | None = None) -> Chord:
    """Return the chord of these semitones above the root, named by the quality that comes nearest."""
    if 7 in intervals:  # beside a plain fifth these are colours, not the fifth itself
        intervals = frozenset({6: 18, 8: 20}.get(step, step) for step in intervals)
    exact = _BY_INTERVALS.get(intervals)
    if exact:
        return Chord(root, exact, (), bass)

    def distance(quality: str) -> tuple[float, int]:
        base = frozenset(_QUALITIES[quality])
        gone = base - intervals - ({7} if intervals & {6, 8} else set())
        return len(intervals - base) + 1.5 * len(gone), -len(base)

    quality = min(_QUALITIES, key=distance)
    base = frozenset(_QUALITIES[quality])
    added = tuple(sorted(intervals - base))
    omitted = tuple(sorted(base - intervals - ({7} if {6, 8} & {*added} else set())))
    return Chord(root, quality, added, bass, omitted)


@lru_cache(maxsize=2048)
def parse_chord(text: str) -> Chord | None:
    """Read one chord in a common spelling or as a Harte label; None for no chord (``N.C.``, ``N``).

    Raises ValueError when the text is no chord.
    """
    symbol = re.sub(r"\s+(?![#bA-G])", "", text.strip().translate(_SIGNS))
    if symbol.upper() in _NO_CHORD:
        return None
    match = _ROOT.match(symbol)
    if not match:
        raise ValueError(f"not a chord: {text!r}; expected something like Am7, F#m7b5, C/E or N.C.")
    root, rest = match.groups()
    try:
        return _parse_harte(root, rest[1:]) if rest.startswith(":") else _parse_common(root, rest)
    except ValueError:
        raise ValueError(
            f"not a chord: {text!r}; the part after the root, {rest!r}, has no meaning known here"
        ) from None


def _parse_common(root: str, rest: str) -> Chord:
    body, slash, bass = rest.rpartition("/")
    if slash and re.fullmatch(r"[A-G](?:##|bb|#|b)?", bass):
        return chord_of(root, spelled_intervals(body), bass)
    if slash and re.fullmatch(r"[#b]?[2-7]", bass):  # C/3, as in Harte's labels
        return chord_of(root, spelled_intervals(body), _bass(root, bass))
    return chord_of(root, spelled_intervals(rest))


def _parse_harte(root: str, rest: str) -> Chord:
    body, _, degree = rest.partition("/")
    shorthand, bracket, listed = body.partition("(")
    degrees = [item.strip() for item in listed.rstrip(")").split(",") if item.strip()]
    named = {"": None, "sus2": "sus2", "1": "1"} | {quality: quality for quality in _QUALITIES}
    if shorthand not in named:
        raise ValueError(shorthand)
    if not shorthand and not bracket:
        raise ValueError(rest)
    base = frozenset({0}) if shorthand == "1" else frozenset(_QUALITIES[shorthand]) if shorthand else None
    return chord_of(root, harte_intervals(base, degrees), _bass(root, degree) if degree else None)


def _bass(root: str, degree: str) -> str:
    """Name a bass note by its degree above the root: its letter where that needs no more than one sign."""
    step = degree_semitones(degree)
    letters = "CDEFGAB"
    letter = letters[(letters.index(root[0]) + int(degree.lstrip("#b")) - 1) % 7]
    wanted = (pitch_class(root) + step) % 12
    shift = (wanted - pitch_class(letter) + 6) % 12 - 6
    if abs(shift) <= 1:
        return letter + ("#" if shift > 0 else "b" if shift < 0 else "")
    return pitch_class_name(wanted, prefer_flats="b" in root or "b" in degree)
