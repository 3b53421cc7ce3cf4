"""What can play a part: a SoundFont program, one of our own voices or an LV2 instrument; and what its player can do."""

from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

_SHORTEST_BREATH_SECONDS = 2.0


class Role(Enum):
    """What a part does in the music. A take has at most one part, and so one stem, per role."""

    DRUMS = "drums"
    BASS = "bass"
    CHORDS = "chords"
    MELODY = "melody"
    PAD = "pad"
    ARPEGGIO = "arpeggio"
    COUNTER_MELODY = "counter_melody"
    EFFECTS = "effects"  # risers, impacts, noises: no notes that anybody sings


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundFontVoice:
    """A General MIDI program; programs count from 0. Drum kits play on MIDI channel 10."""

    program: int
    bank: int = 0
    is_drum_kit: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.program <= 127 or not 0 <= self.bank <= 16383:
            raise ValueError(f"program must be 0-127 and bank 0-16383, got {self.program} and {self.bank}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SynthVoice:
    """One of the renderer's own voices, by name, with its parameters; ``fallback`` stands in where only GM exists.

    ``fallback_gain_db`` is what makes the stand-in as loud as the voice itself, beside sampled parts.
    """

    synth: str
    fallback: SoundFontVoice
    fallback_gain_db: float = 0.0
    parameters: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fretboard:
    """The strings of a fretted instrument and how far a hand reaches on them.

    ``strings`` are the open notes as they lie under a down-stroke, so those of a re-entrant tuning do not rise.
    """

    strings: tuple[int, ...]
    n_frets: int
    reach_frets: int = 4  # frets under one hand, both ends counted
    high_reach_frets: int = 5  # the same from ``high_from_fret`` on, where frets lie closer
    high_from_fret: int = 7
    drones: tuple[int, ...] = ()  # strings beside them that are only played open, as the banjo's fifth

    @property
    def rises(self) -> bool:
        """Whether each string is higher than the one before, so that the first to sound has the lowest note."""
        return all(lower < upper for lower, upper in pairwise(self.strings))

    def __post_init__(self) -> None:
        if len(self.strings) < 2 or not 1 <= self.reach_frets <= self.high_reach_frets <= self.n_frets:
            raise ValueError(
                f"a fretboard needs two strings or more and 1 <= reach_frets <= high_reach_frets <= n_frets, got {self}"
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """What each of two hands can hold at once; the default is a pianist's, who spans a tenth."""

    n_notes: int = 5
    span: int = 16  # semitones


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginVoice:
    """An LV2 instrument, and the General MIDI sound whose place it takes and whose level it is given."""

    uri: str
    fallback: SoundFontVoice


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A playable sound, the words people use for it, and the range it plays in."""

    id: str
    title: str
    synonyms: tuple[str, ...]
    roles: tuple[Role, ...]  # the first is the one it takes when a request only names the instrument
    voice: SoundFontVoice | SynthVoice | PluginVoice
    lowest_midi_note: int
    highest_midi_note: int
    colour: str = "#7f7f7f"
    hand: Hand = Hand()  # unless it is fretted or a section
    fretboard: Fretboard | None = None
    desks: tuple[tuple[int, int], ...] = ()  # a section's lowest and highest notes by player, the lowest player first
    breath_seconds: float | None = None  # how long it may sound before it must rest; None: as long as it likes
    is_machine: bool = False  # drum kits: programmed, so no drummer's hands and feet set limits

    def __post_init__(self) -> None:
        if not 0 <= self.lowest_midi_note < self.highest_midi_note <= 127:
            raise ValueError(
                f"instrument {self.id!r}: range {self.lowest_midi_note}-{self.highest_midi_note} is not within 0-127"
            )
        if not self.roles:
            raise ValueError(f"instrument {self.id!r} names no role")
        if self.breath_seconds is not None and self.breath_seconds < _SHORTEST_BREATH_SECONDS:
            raise ValueError(
                f"instrument {self.id!r}: breath_seconds {self.breath_seconds} is under {_SHORTEST_BREATH_SECONDS}"
            )

    @property
    def general_midi(self) -> SoundFontVoice:
        """The General MIDI sound that stands for this instrument in files and in Ardour."""
        return self.voice if isinstance(self.voice, SoundFontVoice) else self.voice.fallback

    @property
    def general_midi_gain_db(self) -> float:
        """By how much the General MIDI sound is turned up to be as loud as this instrument."""
        return self.voice.fallback_gain_db if isinstance(self.voice, SynthVoice) else 0.0
