"""Operations on what else a MIDI region holds: controllers, pitch bend, channel pressure, programs."""

from dataclasses import dataclass
from typing import Annotated, Literal

from music.note_text import check_points, lines_of
from music.operations.fields import RegionName, Told, Within
from music.time import BBT

_LIMITS = {"cc": (0, 127), "pitch_bend": (-8192, 8191), "channel_pressure": (0, 127)}
_BANK_NUMBERS = (0, 32)


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteController:
    """Write a controller, pitch bend or channel pressure into a MIDI region, replacing a span of it."""

    region: RegionName
    controller: Literal["cc", "pitch_bend", "channel_pressure"]
    points: Annotated[
        str,
        Told(
            "lines 'place value', place in quarter notes from the region's start or bar|beat|tick; none clears (asks)"
        ),
    ]
    number: Annotated[int, Within(0, 127)] | None = None  # of a cc, such as 1 for the modulation wheel
    channel: Annotated[int, Within(1, 16)] = 1
    start: BBT | None = None  # of the span that is replaced; else that of the points, or all where there are none
    end: BBT | None = None
    verb: Literal["write_controller"] = "write_controller"

    def __post_init__(self) -> None:
        if (self.controller == "cc") != (self.number is not None):
            raise ValueError("a number is for cc, which needs it")
        if self.number in _BANK_NUMBERS:
            raise ValueError(f"controller {self.number} chooses the bank of a program; use set_program")
        if self.start is not None and self.end is not None and self.end <= self.start:
            raise ValueError(f"the end of the span must come after its start, got {self.start} to {self.end}")
        check_points(self.points, *_LIMITS[self.controller])

    @property
    def is_destructive(self) -> bool:
        """Whether it only takes away what was there."""
        return not any(lines_of(self.points))


@dataclass(frozen=True, slots=True, kw_only=True)
class SetProgram:
    """Set bank and program at a place in a MIDI region, by default its start."""

    region: RegionName
    program: Annotated[int, Within(0, 127, "0 is the first")]
    bank: Annotated[int, Within(0, 16383)] = 0
    at: BBT | None = None
    channel: Annotated[int, Within(1, 16)] = 1
    verb: Literal["set_program"] = "set_program"


ControllersOperation = WriteController | SetProgram
