"""Operations on the timeline: tempo, metre, loop, punch, markers, arrangement sections, ranges."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from music.operations.fields import MarkerName, MarkerRef, RangeName, RangeRef, Within
from music.time import BBT, TEMPO_RANGE_BPM, TimeSignature

Bpm = Annotated[float, Within(*TEMPO_RANGE_BPM, "quarter notes per minute")]


def check_stretch(start: BBT, end: BBT) -> None:
    """Raise ValueError for a stretch of time that does not end after it starts."""
    if not start < end:
        raise ValueError(f"end must come after start, got {start} to {end}")


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTempo:
    """Set the tempo, and the metre if named, from a bar on; at bar 1 it replaces what the session starts with."""

    at: BBT
    tempo_bpm: Bpm
    time_signature: TimeSignature | None = None
    verb: Literal["set_tempo"] = "set_tempo"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMeter:
    """Set the metre from a bar on, and leave the tempo as it is."""

    at: BBT
    time_signature: TimeSignature
    verb: Literal["set_meter"] = "set_meter"


@dataclass(frozen=True, slots=True, kw_only=True)
class RampTempo:
    """Let the tempo go in a straight line to ``end_bpm``, which holds from the end on."""

    start: BBT  # on a quarter note
    end: BBT
    start_bpm: Bpm
    end_bpm: Bpm
    verb: Literal["ramp_tempo"] = "ramp_tempo"

    def __post_init__(self) -> None:
        """Refuse a ramp that does not go forwards."""
        check_stretch(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveTempo:
    """Take away the change of tempo or metre at a place; what came before it goes on."""

    is_destructive: ClassVar[bool] = True
    at: BBT
    verb: Literal["remove_tempo"] = "remove_tempo"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetLoop:
    """Set the range that loops when the loop is played."""

    start: BBT
    end: BBT
    verb: Literal["set_loop"] = "set_loop"

    def __post_init__(self) -> None:
        """Refuse a range without a length."""
        check_stretch(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPunch:
    """Set the range in which recording happens, and whether it starts and stops there by itself."""

    start: BBT
    end: BBT
    is_in: bool = True
    is_out: bool = True
    verb: Literal["set_punch"] = "set_punch"

    def __post_init__(self) -> None:
        """Refuse a range without a length."""
        check_stretch(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMarker:
    """Put a named marker on the timeline."""

    ref: MarkerRef
    name: str
    at: BBT
    verb: Literal["add_marker"] = "add_marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddSection:
    """Let an arrangement section start at a place; it goes to the next one, and is moved and renamed as a marker is."""

    ref: MarkerRef
    name: str
    at: BBT
    verb: Literal["add_section"] = "add_section"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMarker:
    """Move a marker to another place."""

    marker: MarkerName
    at: BBT
    verb: Literal["move_marker"] = "move_marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameMarker:
    """Give a marker another name."""

    marker: MarkerName
    name: str
    verb: Literal["rename_marker"] = "rename_marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteMarker:
    """Take a marker off the timeline."""

    is_destructive: ClassVar[bool] = True
    marker: MarkerName
    verb: Literal["delete_marker"] = "delete_marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddRange:
    """Put a named range on the timeline."""

    ref: RangeRef
    name: str
    start: BBT
    end: BBT
    verb: Literal["add_range"] = "add_range"

    def __post_init__(self) -> None:
        """Refuse a range without a length."""
        check_stretch(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class EditRange:
    """Give a range another start, end or name; what is left out stays."""

    range: RangeName
    start: BBT | None = None
    end: BBT | None = None
    name: str | None = None
    verb: Literal["edit_range"] = "edit_range"

    def __post_init__(self) -> None:
        """Refuse an edit of nothing, and a range without a length."""
        if self.start is None and self.end is None and self.name is None:
            raise ValueError("edit_range needs a start, an end or a name")
        if self.start is not None and self.end is not None:
            check_stretch(self.start, self.end)


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRange:
    """Take a range off the timeline; what sounds in it stays."""

    is_destructive: ClassVar[bool] = True
    range: RangeName
    verb: Literal["delete_range"] = "delete_range"


TimelineOperation = (
    SetTempo
    | SetMeter
    | RampTempo
    | RemoveTempo
    | SetLoop
    | SetPunch
    | AddMarker
    | AddSection
    | MoveMarker
    | RenameMarker
    | DeleteMarker
    | AddRange
    | EditRange
    | DeleteRange
)
