"""What can play a part: a SoundFont program or one of our own synth voices."""

from dataclasses import dataclass
from enum import Enum


class Role(Enum):
    """What a part does in the music. A take has at most one part, and so one stem, per role."""

    DRUMS = "drums"
    BASS = "bass"
    CHORDS = "chords"
    MELODY = "melody"
    PAD = "pad"
    ARPEGGIO = "arpeggio"
    COUNTER_MELODY = "counter_melody"


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
    """One of the renderer's own voices, by name, with its parameters; ``fallback`` stands in where only GM exists."""

    synth: str
    fallback: SoundFontVoice
    parameters: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Instrument:
    """A playable sound, the words people use for it, and the range it plays in."""

    id: str
    title: str
    synonyms: tuple[str, ...]
    roles: tuple[Role, ...]  # the first is the one it takes when a request only names the instrument
    voice: SoundFontVoice | SynthVoice
    lowest_midi_note: int
    highest_midi_note: int
    colour: str = "#7f7f7f"

    def __post_init__(self) -> None:
        if not 0 <= self.lowest_midi_note < self.highest_midi_note <= 127:
            raise ValueError(
                f"instrument {self.id!r}: range {self.lowest_midi_note}-{self.highest_midi_note} is not within 0-127"
            )
        if not self.roles:
            raise ValueError(f"instrument {self.id!r} names no role")

    @property
    def general_midi(self) -> SoundFontVoice:
        """The General MIDI sound that stands for this instrument in files and in Ardour."""
        return self.voice.fallback if isinstance(self.voice, SynthVoice) else self.voice
