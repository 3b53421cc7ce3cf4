"""What will be made: a plan is complete, and running it again gives the same result."""

from dataclasses import dataclass

from music.blend import StyleShare
from music.given import Given
from music.instrument import Role
from music.lyrics import SungLine
from music.pitch import Key
from music.score import ChordSpan, PartMix, Section
from music.time import TimeSignature, ticks_to_seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedPart:
    """A part to be written: what it does, who plays it, and where it stands in the mix."""

    role: Role
    instrument: str  # id in the instrument table
    mix: PartMix
    seed: int | None = None  # of this part alone, where it was written anew; None: the plan's
    rests_in: tuple[str, ...] = ()  # names of sections in which it was asked to rest


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything an engine needs to make the music, decided."""

    engine: str
    engine_reason: str
    planner: str  # "rules", or "llm:<model>"
    style: str  # id in the style table
    title: str
    prompt: str
    tempo_bpm: float
    key: Key
    time_signature: TimeSignature
    n_bars: int
    sections: tuple[Section, ...]
    chords: tuple[ChordSpan, ...]
    parts: tuple[PlannedPart, ...]
    energy: float
    loudness_lufs: float  # the master's target
    seed: int
    excluded_drums: tuple[str, ...] = ()  # drums by name that stay silent
    blend: tuple[StyleShare, ...] = ()  # the styles that this one is made of, where it is a blend
    given: Given | None = None  # music that the take starts from
    has_own_chords: bool = False  # the request's own: some part names each of them in full
    lyrics: tuple[SungLine, ...] = ()  # what the melody sings, in order; empty: it has no words
    swing: float | None = None  # 0 straight to 1 triplets, where it was asked for; None: the style's own

    def __post_init__(self) -> None:
        if sum(section.n_bars for section in self.sections) != self.n_bars:
            raise ValueError(
                f"sections add up to {sum(s.n_bars for s in self.sections)} bars, the plan has {self.n_bars}"
            )
        if not self.parts:
            raise ValueError("a plan needs at least one part")
        if len({part.role for part in self.parts}) != len(self.parts):
            raise ValueError("a plan has at most one part per role")
        for line in self.lyrics:
            if not 0 <= line.section < len(self.sections):
                raise ValueError(f"line {line.text!r} is sung in section {line.section} of {len(self.sections)}")
            if line.first_bar + line.n_bars > self.sections[line.section].n_bars:
                raise ValueError(f"line {line.text!r} does not fit into its section")

    @property
    def style_name(self) -> str:
        """The style, or the blend as it can be asked for: ``lofi:70,jazz:30``."""
        return ",".join(f"{one.style}:{round(100 * one.share)}" for one in self.blend) or self.style

    @property
    def length_seconds(self) -> float:
        """Length of all bars at the tempo."""
        return ticks_to_seconds(self.n_bars * self.time_signature.ticks_per_bar, self.tempo_bpm)
