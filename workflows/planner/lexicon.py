"""The planner's words as data: what ``configs/lexicon.toml`` holds, and reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter

from music.drum_kit import DRUM_NOTES
from music.instrument import Role
from music.pitch import Mode
from workflows.configuration import read_toml, validated

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """A mood's words, and where it leads choices that nobody made; None leads nowhere."""

    words: Words
    energy: float | None = None  # 0 calm to 1 intense
    tempo: float | None = None  # a place among the style's tempi: 0 its slowest, 0.5 usual, 1 its fastest
    mode: Literal["major", "minor"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EnergyLevel:
    """Words for how intense the music is, and the level that they stand for."""

    words: Words
    level: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoWord:
    """Words for a tempo: exactly one of a place among the style's tempi, a factor on its usual tempo, or a range."""

    words: Words
    place: float | None = None
    factor: float | None = None
    bpm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if sum(value is not None for value in (self.place, self.factor, self.bpm)) != 1:
            raise ValueError("a tempo word needs exactly one of place, factor and bpm")


@dataclass(frozen=True, slots=True, kw_only=True)
class DrumWords:
    """Words for drums of a kit, and the lanes of the styles' patterns that these are."""

    words: Words
    lanes: tuple[str, ...]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.lanes) - set(DRUM_NOTES))
        if unknown or not self.lanes:
            raise ValueError(f"no drum {', '.join(unknown) or 'is named'}; expected some of: {', '.join(DRUM_NOTES)}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """Small words that steer the reading of their neighbours."""

    exclude: Words
    less: Words
    only: Words
    only_after: Words
    correction: Words
    degree: Words
    joining: Words
    key: Words
    tempo: Words
    near: Words
    chords: Words
    form: Words
    note_values: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """Words for units of tempo and length."""

    bpm: Words
    bars: Words
    seconds: Words
    minutes: Words
    hours: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All words of the rule planner that no style or instrument brings along."""

    default_style: str
    usual_styles: Words
    gear_numbers: tuple[int, ...]
    bar_forms: Words
    letter_forms: Words
    fillers: Words
    never_misspelt: Words
    cues: Cues
    units: Units
    numbers: Mapping[str, int]
    modes: Mapping[Mode, Words]
    time_signatures: Mapping[str, Words]
    sections: Mapping[str, Words]
    roles: Mapping[Role, Words]
    unwanted: Mapping[Role, Words]
    drums: Mapping[str, DrumWords]
    without: Mapping[Role, Words]
    moods: Mapping[str, Mood]
    energies: Mapping[str, EnergyLevel]
    tempo_words: Mapping[str, TempoWord]
    nearest_styles: Mapping[str, Words]


_LEXICON = TypeAdapter(Lexicon)


def load_lexicon(file: Path) -> Lexicon:
    """Read the planner's words; ConfigurationInvalid if the file is missing, no TOML, or a field is wrong."""
    return validated(file, _LEXICON, read_toml(file))
