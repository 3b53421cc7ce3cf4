"""Inserts: what a part's sound goes through on its way into the mix, in the order written.

What works by level (compressor, saturation) counts levels from the loudest sample that reaches it, as if an engineer
had trimmed the channel to full scale there and back behind it: the same settings serve soft instruments and loud ones.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Literal


def _require(name: str, value: float, lowest: float, highest: float) -> None:
    if not lowest <= value <= highest:
        raise ValueError(f"{name} must be within {lowest:g} and {highest:g}, got {value:g}")


class BandShape(Enum):
    """What one band of an equaliser does."""

    LOW_CUT = "low_cut"  # 12 dB per octave below the frequency, where it is 3 dB down for a q of 0.707
    HIGH_CUT = "high_cut"  # the same above
    LOW_SHELF = "low_shelf"
    HIGH_SHELF = "high_shelf"
    BELL = "bell"


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One band; the gain means nothing to cuts."""

    shape: BandShape
    frequency_hz: float
    gain_db: float = 0.0
    q: float = 0.707

    def __post_init__(self) -> None:
        _require("frequency_hz", self.frequency_hz, 20.0, 20_000.0)
        _require("gain_db", self.gain_db, -24.0, 24.0)
        _require("q", self.q, 0.1, 20.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Equaliser:
    """Bands one after the other."""

    bands: tuple[Band, ...]
    effect: Literal["equaliser"] = "equaliser"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compressor:
    """Turns down what is above a threshold; what this takes from the part's RMS is made up."""

    threshold_db: float = -18.0  # below the part's loudest sample
    ratio: float = 3.0
    attack_seconds: float = 0.01  # until 63 % of a sudden need is met
    release_seconds: float = 0.12  # in which 10 dB are given back
    knee_db: float = 6.0
    effect: Literal["compressor"] = "compressor"

    def __post_init__(self) -> None:
        _require("threshold_db", self.threshold_db, -60.0, 0.0)
        _require("ratio", self.ratio, 1.0, 100.0)
        _require("attack_seconds", self.attack_seconds, 0.001, 0.5)
        _require("release_seconds", self.release_seconds, 0.005, 5.0)
        _require("knee_db", self.knee_db, 0.0, 24.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saturation:
    """Soft overdrive as of tape or a valve: odd harmonics, and even ones for warmth; the RMS stays."""

    amount: float = 0.4  # 0 nothing, 1 the loudest sample lies where the curve is flat
    warmth: float = 0.2  # 0 symmetric; 1 as much second harmonic as third
    highest_hz: float = 7_500.0  # what lies above makes no harmonics

    effect: Literal["saturation"] = "saturation"

    def __post_init__(self) -> None:
        _require("amount", self.amount, 0.0, 1.0)
        _require("warmth", self.warmth, 0.0, 1.0)
        _require("highest_hz", self.highest_hz, 200.0, 7_500.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chorus:
    """A second voice whose delay swings, left and right in opposite directions; alone (``mix`` 1) it is a vibrato."""

    rate_hz: float = 0.6
    depth_seconds: float = 0.003  # to either side of the delay
    delay_seconds: float = 0.012
    mix: float = 0.4  # share of the second voice, by power
    is_stereo: bool = True  # False: both sides swing together, as the wow of a tape does

    effect: Literal["chorus"] = "chorus"

    def __post_init__(self) -> None:
        _require("rate_hz", self.rate_hz, 0.02, 10.0)
        _require("delay_seconds", self.delay_seconds, 0.0005, 0.05)
        _require("depth_seconds", self.depth_seconds, 0.0, self.delay_seconds)
        _require("mix", self.mix, 0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delay:
    """Echoes in time with the music, from side to side, between a low and a high cut."""

    beats: float = 0.75  # quarter notes between echoes
    level_db: float = -12.0  # of the first echo
    feedback: float = 0.4  # of each echo's amplitude in the next
    low_cut_hz: float = 250.0
    high_cut_hz: float = 4_500.0
    effect: Literal["delay"] = "delay"

    def __post_init__(self) -> None:
        _require("beats", self.beats, 0.0625, 8.0)
        _require("level_db", self.level_db, -60.0, 0.0)
        _require("feedback", self.feedback, 0.0, 0.9)
        _require("low_cut_hz", self.low_cut_hz, 20.0, 20_000.0)
        _require("high_cut_hz", self.high_cut_hz, self.low_cut_hz, 20_000.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ducking:
    """Makes way for every kick of the drum part: down as it strikes, back within a part of a beat."""

    depth_db: float = 8.0  # for a kick of the highest velocity
    hold_beats: float = 0.08  # quarter notes for which it stays down
    release_beats: float = 0.5  # until it is back
    effect: Literal["ducking"] = "ducking"

    def __post_init__(self) -> None:
        _require("depth_db", self.depth_db, 0.0, 40.0)
        _require("hold_beats", self.hold_beats, 0.0, 2.0)
        _require("release_beats", self.release_beats, 0.02, 4.0)


Insert = Equaliser | Compressor | Saturation | Chorus | Delay | Ducking
