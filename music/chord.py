"""Chords: what was written, what it sounds, and its Harte label.

Reads common spellings (``Am7``, ``F#m7b5``, ``C/E``, ``Bbmaj9#11``, ``N.C.``) and Harte labels (``A:min7/5``).
Harte labels: C. Harte et al., "Symbolic representation of musical chords", ISMIR 2005.
"""

import re
from dataclasses import dataclass

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
_SPELLINGS: dict[str, str] = {
    "": "maj", "M": "maj", "major": "maj", "m": "min", "-": "min", "mi": "min", "minor": "min",
    "o": "dim", "°": "dim", "+": "aug", "sus": "sus4", "6": "maj6", "M6": "maj6", "m6": "min6",
    "M7": "maj7", "Δ": "maj7", "Δ7": "maj7", "ma7": "maj7", "m7": "min7", "-7": "min7", "mi7": "min7",
    "dom7": "7", "mM7": "minmaj7", "mmaj7": "minmaj7", "m(maj7)": "minmaj7", "o7": "dim7", "°7": "dim7",
    "ø": "hdim7", "ø7": "hdim7", "m7b5": "hdim7", "min7b5": "hdim7", "-7b5": "hdim7", "+7": "aug7", "7#5": "aug7",
    "sus7": "7sus4", "7sus": "7sus4", "M9": "maj9", "ma9": "maj9", "m9": "min9", "-9": "min9", "m11": "min11",
    "M13": "maj13", "m13": "min13", "6/9": "maj69", "69": "maj69", "m6/9": "min69", "m69": "min69",
}  # fmt: skip
# Harte's own shorthand where it differs, and the spelling for qualities it has no shorthand for.
_HARTE = {
    "maj69": "maj6(9)", "min69": "min6(9)", "7sus4": "sus4(b7)", "aug7": "aug(b7)", "5": "(1,5)",
}  # fmt: skip
_FROM_HARTE = {harte: quality for quality, harte in _HARTE.items()}
_ALTERATIONS = {
    "b5": 6,
    "#5": 8,
    "b9": 13,
    "#9": 15,
    "#11": 18,
    "b13": 20,
    "add9": 14,
    "add2": 14,
    "add11": 17,
    "add4": 17,
}
_HARTE_DEGREES = {6: "b5", 8: "#5", 13: "b9", 14: "9", 15: "#9", 17: "11", 18: "#11", 20: "b13"}
_DEGREE_SEMITONES = {"1": 0, "2": 2, "3": 4, "4": 5, "5": 7, "6": 9, "7": 11, "9": 14, "11": 17, "13": 21}
_ROOT = re.compile(r"^([A-G](?:##|bb|#|b)?)(.*)$")
_ALTERATION = re.compile(r"\(?(add11|add9|add4|add2|#11|b13|#9|b9|#5|b5)\)?$")


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol. ``quality`` is a key of Harte's shorthand; ``added`` are semitones above the root."""

    root: str
    quality: str
    added: tuple[int, ...] = ()
    bass: str | None = None

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
        base = _QUALITIES[self.quality]
        if 6 in self.added or 8 in self.added:
            base = tuple(step for step in base if step != 7)
        return tuple(sorted({*base, *self.added}))

    @property
    def pitch_classes(self) -> tuple[int, ...]:
        """Pitch classes that sound, root first, a slash bass last."""
        classes = [(self.root_pitch_class + step) % 12 for step in self.intervals]
        return tuple(dict.fromkeys([*classes, self.bass_pitch_class]))

    @property
    def label(self) -> str:
        """Harte's label, such as ``F#:hdim7`` or ``C:maj/3``."""
        shorthand = _HARTE.get(self.quality, self.quality)
        for step in self.added:
            extra = _HARTE_DEGREES[step]
            shorthand = f"{shorthand[:-1]},{extra})" if shorthand.endswith(")") else f"{shorthand}({extra})"
        bass = f"/{_degree(self.bass_pitch_class - self.root_pitch_class)}" if self.bass else ""
        return f"{self.root}:{shorthand}{bass}"

    def transposed(self, semitones: int, *, prefer_flats: bool = False) -> "Chord":
        """Return the same chord, moved."""
        root = pitch_class_name(self.root_pitch_class + semitones, prefer_flats=prefer_flats)
        bass = pitch_class_name(self.bass_pitch_class + semitones, prefer_flats=prefer_flats) if self.bass else None
        return Chord(root, self.quality, self.added, bass)


def _degree(semitones: int) -> str:
    return ("1", "b2", "2", "b3", "3", "4", "b5", "5", "b6", "6", "b7", "7")[semitones % 12]


def parse_chord(text: str) -> Chord | None:
    """Read one chord in a common spelling or as a Harte label; None for no chord (``N.C.``, ``N``).

    Raises ValueError when the text is no chord.
    """
    symbol = text.strip().replace("♯", "#").replace("♭", "b").replace("△", "Δ").replace("∆", "Δ")
    if symbol.upper() in ("N", "N.C.", "NC"):
        return None
    match = _ROOT.match(symbol)
    if not match:
        raise ValueError(f"not a chord: {text!r}; expected something like Am7, F#m7b5, C/E or N.C.")
    root, rest = match.groups()
    try:
        return _parse_harte(root, rest[1:]) if rest.startswith(":") else _parse_common(root, rest)
    except (KeyError, ValueError):
        raise ValueError(
            f"not a chord: {text!r}; the part after the root, {rest!r}, has no meaning known here"
        ) from None


def _parse_common(root: str, rest: str) -> Chord:
    body, slash, bass = rest.rpartition("/")
    if not slash or not _ROOT.fullmatch(bass) or _ROOT.fullmatch(bass)[2]:  # type: ignore[index]
        body, bass = rest, ""
    added: list[int] = []
    while body not in _SPELLINGS and body not in _QUALITIES:
        match = _ALTERATION.search(body)
        if not match:
            raise ValueError(body)
        added.append(_ALTERATIONS[match[1]])
        body = body[: match.start()]
    return Chord(root, _SPELLINGS.get(body, body), tuple(sorted(added)), bass or None)


def _parse_harte(root: str, rest: str) -> Chord:
    body, _, degree = rest.partition("/")
    quality = _FROM_HARTE.get(body, body)
    added: tuple[int, ...] = ()
    if quality not in _QUALITIES:
        shorthand, _, extras = body.rstrip(")").rpartition("(")
        quality = _FROM_HARTE.get(shorthand, shorthand or "maj")
        added = tuple(sorted(_semitones(extra) for extra in extras.split(",") if extra))
    bass = (
        pitch_class_name(pitch_class(root) + _semitones(degree), prefer_flats="b" in root or "b" in degree)
        if degree
        else None
    )
    return Chord(root, quality, added, bass)


def _semitones(degree: str) -> int:
    return _DEGREE_SEMITONES[degree.lstrip("#b")] + degree.count("#") - degree.count("b")
