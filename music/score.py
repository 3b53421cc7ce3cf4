"""A score: named parts of notes in bars, with the chords and sections they follow.

All positions are ticks from the start of the score, ``TICKS_PER_QUARTER`` to the quarter note.
"""

from dataclasses import dataclass
from typing import NamedTuple

from music.chord import Chord
from music.insert import Insert
from music.instrument import Role
from music.pitch import Key
from music.time import TimeSignature, ticks_to_samples, ticks_to_seconds


class Note(NamedTuple):
    """One played note (a tuple, because a score holds thousands)."""

    start_ticks: int
    duration_ticks: int
    midi_note: int
    velocity: int  # 1-127


class Lyric(NamedTuple):
    """A syllable under the note that begins with it; a hyphen at its end says that its word goes on."""

    start_ticks: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A named stretch of whole bars; ``start_bar`` counts from 1, ``energy`` runs from 0 to 1."""

    name: str
    start_bar: int
    n_bars: int
    energy: float
    key: Key | None = None  # where it is not the key of the piece

    def __post_init__(self) -> None:
        if self.start_bar < 1 or self.n_bars < 1 or not 0 <= self.energy <= 1:
            raise ValueError(
                f"section {self.name!r}: start_bar and n_bars must be >= 1 and energy within 0-1, got {self}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChordSpan:
    """A chord that holds for a while; ``chord`` is None where no chord sounds."""

    start_ticks: int
    duration_ticks: int
    chord: Chord | None

    @property
    def end_ticks(self) -> int:
        """First tick after the span."""
        return self.start_ticks + self.duration_ticks


@dataclass(frozen=True, slots=True, kw_only=True)
class PartMix:
    """What a part goes through, and how loud, where and how wet it stands in the mix."""

    gain_db: float = 0.0
    pan: float = 0.0  # -1 left, 0 centre, 1 right
    reverb_send_db: float | None = None  # None: dry
    inserts: tuple[Insert, ...] = ()  # before gain, pan and send, in this order

    def __post_init__(self) -> None:
        if not -1 <= self.pan <= 1:
            raise ValueError(f"pan must be within -1 (left) and 1 (right), got {self.pan}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One instrument's notes, sorted by start and pitch; ``channel`` counts from 0, and 9 is the drums'."""

    role: Role
    name: str
    instrument: str  # id in the instrument table
    channel: int
    notes: tuple[Note, ...]
    mix: PartMix
    lyrics: tuple[Lyric, ...] = ()  # each at the start of a note; a note without one is sung on the syllable before


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A whole piece; every part, chord and section lies within ``n_bars``."""

    title: str
    tempo_bpm: float
    time_signature: TimeSignature
    key: Key
    n_bars: int
    sections: tuple[Section, ...]
    chords: tuple[ChordSpan, ...]
    parts: tuple[Part, ...]

    @property
    def length_ticks(self) -> int:
        """Length of all bars."""
        return self.n_bars * self.time_signature.ticks_per_bar

    @property
    def length_seconds(self) -> float:
        """Length of all bars at the tempo."""
        return ticks_to_seconds(self.length_ticks, self.tempo_bpm)

    def length_samples(self, sample_rate_hz: int) -> int:
        """Length of all bars, rounded once to a whole sample."""
        return ticks_to_samples(self.length_ticks, self.tempo_bpm, sample_rate_hz)


def keys_by_bar(key: Key, sections: tuple[Section, ...]) -> tuple[tuple[int, Key], ...]:
    """Return the keys of a piece in ``key``, each with the bar (from 1) at which it begins; the first is the first's.

    Sections without a key of their own are in the piece's.
    """
    found: list[tuple[int, Key]] = []
    for section in sections:
        here = section.key or key
        if not found or found[-1][1] != here:
            found.append((section.start_bar, here))
    return tuple(found) or ((1, key),)
