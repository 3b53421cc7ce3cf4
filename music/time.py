"""Musical time: bars, beats, ticks, and their place in seconds and samples.

One tempo and one time signature hold for a whole score; ``tempo_bpm`` always counts quarter notes per minute.
"""

from dataclasses import dataclass
from fractions import Fraction

TICKS_PER_QUARTER = 960
TEMPO_RANGE_BPM = (20.0, 300.0)


@dataclass(frozen=True, slots=True)
class TimeSignature:
    """A metre: ``beats`` notes of ``1/unit`` make a bar."""

    beats: int
    unit: int

    def __post_init__(self) -> None:
        if not 1 <= self.beats <= 32 or self.unit not in (1, 2, 4, 8, 16, 32):
            raise ValueError(
                f"time signature {self.beats}/{self.unit} is not supported; use 1-32 beats of 1, 2, 4, 8, 16 or 32"
            )

    def __str__(self) -> str:
        return f"{self.beats}/{self.unit}"

    @property
    def ticks_per_beat(self) -> int:
        """Length of one notated beat."""
        return TICKS_PER_QUARTER * 4 // self.unit

    @property
    def ticks_per_bar(self) -> int:
        """Length of one bar."""
        return self.beats * self.ticks_per_beat

    @property
    def is_compound(self) -> bool:
        """Whether eighths (or shorter) group in threes: 6/8, 9/8, 12/8."""
        return self.unit >= 8 and self.beats > 3 and self.beats % 3 == 0

    @property
    def pulse_ticks(self) -> tuple[int, ...]:
        """Ticks inside the bar where a listener taps: beats, dotted beats (compound metres), 2+2+3 (odd ones)."""
        if self.is_compound:
            return tuple(range(0, self.ticks_per_bar, 3 * self.ticks_per_beat))
        if self.unit >= 8 and self.beats > 3:
            groups = [2] * (self.beats // 2 - self.beats % 2) + [3] * (self.beats % 2)
            return tuple(sum(groups[:i]) * self.ticks_per_beat for i in range(len(groups)))
        return tuple(range(0, self.ticks_per_bar, self.ticks_per_beat))

    @property
    def group_ticks(self) -> tuple[int, ...]:
        """Ticks inside the bar where its groups of pulses begin, the strong places: 5/4 is 3+2, 7/4 4+3, 4/4 2+2."""
        pulses = self.pulse_ticks
        if self.unit >= 8 and not self.is_compound:
            return pulses
        n_pulses = len(pulses)
        group = {4: 2, 5: 3, 6: 3}.get(n_pulses, 4)
        return pulses[::group]


def parse_time_signature(text: str) -> TimeSignature:
    """Read ``3/4``; ValueError if it is no supported time signature."""
    beats, _, unit = text.strip().partition("/")
    if not (beats.isdecimal() and unit.isdecimal()):
        raise ValueError(f"not a time signature: {text!r}; expected something like 4/4, 3/4 or 6/8")
    return TimeSignature(int(beats), int(unit))


@dataclass(frozen=True, slots=True, order=True)
class BBT:
    """A place in musical time; bar and beat count from 1, ticks from 0."""

    bar: int
    beat: int = 1
    tick: int = 0

    def __str__(self) -> str:
        return f"{self.bar}|{self.beat}|{self.tick}"


def to_bbt(position_ticks: int, time_signature: TimeSignature) -> BBT:
    """Convert ticks from the start of the score to bar, beat and tick."""
    bar, in_bar = divmod(position_ticks, time_signature.ticks_per_bar)
    beat, tick = divmod(in_bar, time_signature.ticks_per_beat)
    return BBT(bar + 1, beat + 1, tick)


def from_bbt(position: BBT, time_signature: TimeSignature) -> int:
    """Convert bar, beat and tick to ticks from the start of the score."""
    return (
        (position.bar - 1) * time_signature.ticks_per_bar
        + (position.beat - 1) * time_signature.ticks_per_beat
        + position.tick
    )


def ticks_to_seconds(ticks: int, tempo_bpm: float) -> float:
    """Convert a length in ticks to seconds."""
    return ticks * 60.0 / (tempo_bpm * TICKS_PER_QUARTER)


def ticks_to_samples(ticks: int, tempo_bpm: float, sample_rate_hz: int) -> int:
    """Convert a length in ticks to the nearest sample, without the drift of adding up rounded parts."""
    return round(Fraction(ticks * 60 * sample_rate_hz) / (Fraction(tempo_bpm) * TICKS_PER_QUARTER))


def bars_for_seconds(seconds: float, tempo_bpm: float, time_signature: TimeSignature) -> int:
    """Return the whole number of bars, at least one, whose length comes nearest to ``seconds``."""
    return max(1, round(seconds / ticks_to_seconds(time_signature.ticks_per_bar, tempo_bpm)))
