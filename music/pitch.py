"""Pitch classes, note names, modes and keys.

``midi_note`` 60 is C4. A pitch class is an int 0-11 with C = 0. Names keep the spelling they were given, so that
"Db" stays D flat wherever it is shown.
"""

from dataclasses import dataclass
from enum import Enum

_NATURALS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
_SHARP_NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_FLAT_NAMES = ("C", "Db", "D", "Eb", "E", "F", "Gb", "G", "Ab", "A", "Bb", "B")
_UNICODE_ACCIDENTALS = str.maketrans({"♯": "#", "♭": "b"})


def pitch_class(name: str) -> int:
    """Return the pitch class 0-11 of a spelled note name such as ``F#``, ``Bb`` or ``E♭``; ValueError if it is none."""
    spelled = name.translate(_UNICODE_ACCIDENTALS)
    letter, accidentals = spelled[:1].upper(), spelled[1:]
    if letter not in _NATURALS or (accidentals.strip("#") and accidentals.strip("b")) or len(accidentals) > 2:
        raise ValueError(f"not a note name: {name!r}; expected a letter A-G with up to two of # or b, such as F# or Bb")
    return (_NATURALS[letter] + accidentals.count("#") - accidentals.count("b")) % 12


def pitch_class_name(number: int, *, prefer_flats: bool = False) -> str:
    """Return the name of a pitch class, with sharps unless flats are preferred."""
    return (_FLAT_NAMES if prefer_flats else _SHARP_NAMES)[number % 12]


class Mode(Enum):
    """A scale type; the value is its name in text, files and databases."""

    MAJOR = "major"
    MINOR = "minor"
    DORIAN = "dorian"
    PHRYGIAN = "phrygian"
    LYDIAN = "lydian"
    MIXOLYDIAN = "mixolydian"
    LOCRIAN = "locrian"
    HARMONIC_MINOR = "harmonic minor"
    MELODIC_MINOR = "melodic minor"

    @property
    def intervals(self) -> tuple[int, ...]:
        """Semitones of the seven degrees above the tonic."""
        return _INTERVALS[self]

    @property
    def is_minor(self) -> bool:
        """Whether the third above the tonic is minor."""
        return self.intervals[2] == 3


_INTERVALS = {
    Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11),
    Mode.MINOR: (0, 2, 3, 5, 7, 8, 10),
    Mode.DORIAN: (0, 2, 3, 5, 7, 9, 10),
    Mode.PHRYGIAN: (0, 1, 3, 5, 7, 8, 10),
    Mode.LYDIAN: (0, 2, 4, 6, 7, 9, 11),
    Mode.MIXOLYDIAN: (0, 2, 4, 5, 7, 9, 10),
    Mode.LOCRIAN: (0, 1, 3, 5, 6, 8, 10),
    Mode.HARMONIC_MINOR: (0, 2, 3, 5, 7, 8, 11),
    Mode.MELODIC_MINOR: (0, 2, 3, 5, 7, 9, 11),
}
# Fifths from the parallel major's key signature to the mode's own.
_SIGNATURE_OFFSET = {
    Mode.MAJOR: 0,
    Mode.MINOR: -3,
    Mode.DORIAN: -2,
    Mode.PHRYGIAN: -4,
    Mode.LYDIAN: 1,
    Mode.MIXOLYDIAN: -1,
    Mode.LOCRIAN: -5,
    Mode.HARMONIC_MINOR: -3,
    Mode.MELODIC_MINOR: -3,
}
_FIFTHS_OF_LETTER = {"F": -1, "C": 0, "G": 1, "D": 2, "A": 3, "E": 4, "B": 5}


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic, spelled as it was asked for, and a mode."""

    tonic: str
    mode: Mode

    def __post_init__(self) -> None:
        pitch_class(self.tonic)

    def __str__(self) -> str:
        return f"{self.tonic} {self.mode.value}"

    @property
    def pitch_class(self) -> int:
        """Pitch class of the tonic."""
        return pitch_class(self.tonic)

    @property
    def scale(self) -> tuple[int, ...]:
        """Pitch classes of the seven degrees, from the tonic up."""
        return tuple((self.pitch_class + step) % 12 for step in self.mode.intervals)

    @property
    def signature_fifths(self) -> int:
        """Sharps (positive) or flats (negative) in the key signature, without folding to seven."""
        sharps = 7 * (self.tonic.count("#") - self.tonic[1:].count("b"))
        return _FIFTHS_OF_LETTER[self.tonic[0]] + sharps + _SIGNATURE_OFFSET[self.mode]

    @property
    def prefers_flats(self) -> bool:
        """Whether notes of this key are better spelled with flats."""
        return self.signature_fifths < 0

    def to_jams(self) -> str:
        """Return the JAMS ``key_mode`` label, ``C#:minor``; both other minors are written as ``minor``."""
        mode = "minor" if self.mode in (Mode.HARMONIC_MINOR, Mode.MELODIC_MINOR) else self.mode.value
        return f"{self.tonic}:{mode}"


def spell_tonic(number: int, mode: Mode) -> str:
    """Return the spelling of a tonic that needs the fewest accidentals in its key signature (flats on a tie)."""
    names = {pitch_class_name(number, prefer_flats=True), pitch_class_name(number)}
    return min(sorted(names, reverse=True), key=lambda name: abs(Key(name, mode).signature_fifths))


def parse_key(text: str) -> Key:
    """Read ``F minor``, ``F# Dorian``, ``Am``, ``C`` (major) or ``C#:minor``; ValueError if it is no key."""
    words = text.translate(_UNICODE_ACCIDENTALS).replace(":", " ").replace("-", " ").replace("_", " ").split()
    if len(words) > 1 and words[1].lower() in ("sharp", "flat"):
        words[:2] = [words[0] + ("#" if words[1].lower() == "sharp" else "b")]
    if not words:
        raise ValueError("an empty text is no key; expected a note and a mode, such as 'F minor'")
    tonic, mode_words = words[0], [word.lower() for word in words[1:]]
    if not mode_words and len(tonic) > 1 and tonic.endswith("m"):
        tonic, mode_words = tonic[:-1], ["minor"]
    names = {mode.value: mode for mode in Mode} | {"maj": Mode.MAJOR, "min": Mode.MINOR, "ionian": Mode.MAJOR}
    names |= {"aeolian": Mode.MINOR, "natural minor": Mode.MINOR, "": Mode.MAJOR}
    mode = names.get(" ".join(mode_words))
    if mode is None:
        raise ValueError(f"unknown mode in key {text!r}; expected one of: {', '.join(m.value for m in Mode)}")
    pitch_class(tonic)
    return Key(tonic[0].upper() + tonic[1:], mode)
