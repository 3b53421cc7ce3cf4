"""Operations on the timeline: tempo, metre, markers."""

from dataclasses import dataclass
from typing import Annotated, Literal

from music.operations.fields import MarkerRef, Within
from music.time import BBT, TEMPO_RANGE_BPM, TimeSignature

Bpm = Annotated[float, Within(*TEMPO_RANGE_BPM, "quarter notes per minute")]


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTempo:
    """Set tempo and metre from a bar on; at bar 1 it replaces what the session starts with."""

    at: BBT
    tempo_bpm: Bpm
    time_signature: TimeSignature
    verb: Literal["set_tempo"] = "set_tempo"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMarker:
    """Put a named marker on the timeline."""

    ref: MarkerRef
    name: str
    at: BBT
    verb: Literal["add_marker"] = "add_marker"


TimelineOperation = SetTempo | AddMarker
