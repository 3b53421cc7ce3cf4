"""Operations on regions: where they are, how long, how loud, and how they sound.

A region keeps its id through all of them, but where its sound is made anew (reversed, stretched, pitched): there
another region takes its place, which later operations of the same change set may still name by the old id.
"""

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from music.operations.fields import RegionName, RegionRef, RouteName, Told, Within
from music.time import BBT

FadeShape = Literal["linear", "constant_power", "symmetric", "slow", "fast"]
Material = Annotated[Literal["tonal", "percussive"], Told("what the stretcher takes care of: pitch, or attacks")]
FadeLength = Annotated[float, Within(0.0, 600.0, "in the unit; 0 takes the fade away")]


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRegion:
    """Move a region to a place or by a time, or to another track of the same kind, or both."""

    region: RegionName
    at: BBT | None = None
    by_seconds: Annotated[float, Within(-3600.0, 3600.0, "later; below 0 earlier")] | None = None
    track: RouteName | None = None
    verb: Literal["move_region"] = "move_region"

    def __post_init__(self) -> None:
        """Want one way to go."""
        if self.at is not None and self.by_seconds is not None:
            raise ValueError("move_region takes at or by_seconds, got both")
        if self.at is None and self.by_seconds is None and self.track is None:
            raise ValueError("move_region needs at, by_seconds or track")


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRegion:
    """Copy a region to a place, ``n_copies`` one after the other; ``ref`` names the first copy."""

    region: RegionName
    ref: RegionRef
    at: BBT
    track: RouteName | None = None
    n_copies: Annotated[int, Within(1, 64)] = 1
    verb: Literal["copy_region"] = "copy_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitRegion:
    """Split a region at a place inside it; the two parts are new regions."""

    region: RegionName
    at: BBT
    left_ref: RegionRef
    right_ref: RegionRef
    verb: Literal["split_region"] = "split_region"

    def __post_init__(self) -> None:
        """Tell the parts apart."""
        if self.left_ref == self.right_ref:
            raise ValueError(f"left_ref and right_ref must differ, both are {self.left_ref!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrimRegion:
    """Let a region start or end at another place; what it plays stays where it is in time."""

    region: RegionName
    start: BBT | None = None
    end: BBT | None = None
    verb: Literal["trim_region"] = "trim_region"

    def __post_init__(self) -> None:
        """Refuse to do nothing."""
        if self.start is None and self.end is None:
            raise ValueError("trim_region needs start, end or both")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRegion:
    """Delete a region from its track; its file stays in the session."""

    is_destructive: ClassVar[bool] = True
    region: RegionName
    verb: Literal["delete_region"] = "delete_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRegion:
    """Put a region over or under those that it shares time with; the upper one is heard."""

    region: RegionName
    to: Literal["top", "bottom", "up", "down"]
    verb: Literal["layer_region"] = "layer_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameRegion:
    """Rename a region."""

    region: RegionName
    name: str
    verb: Literal["rename_region"] = "rename_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class MuteRegion:
    """Mute or unmute one region."""

    region: RegionName
    is_muted: bool
    verb: Literal["mute_region"] = "mute_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRegion:
    """Lock a region where it is, or unlock it."""

    region: RegionName
    is_locked: bool
    verb: Literal["lock_region"] = "lock_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRegionGain:
    """Set the gain of an audio region, turn its polarity over, or both; what is left out stays as it is."""

    region: RegionName
    gain_db: Annotated[float, Within(-math.inf, 40.0, "dB")] | None = None
    is_inverted: bool | None = None
    verb: Literal["set_region_gain"] = "set_region_gain"

    def __post_init__(self) -> None:
        """Refuse to do nothing, or what Ardour cannot keep."""
        if self.gain_db is None and self.is_inverted is None:
            raise ValueError("set_region_gain needs gain_db, is_inverted or both")
        if self.gain_db == -math.inf and self.is_inverted:
            raise ValueError("a silent region has no polarity; leave is_inverted out, or mute the region")


@dataclass(frozen=True, slots=True, kw_only=True)
class NormaliseRegion:
    """Set an audio region's gain so that its peak, or its RMS (a full-scale sine is 0), has a level."""

    region: RegionName
    level_db: Annotated[float, Within(-60.0, 0.0, "dBFS")] = -1.0
    measure: Literal["peak", "rms"] = "peak"
    verb: Literal["normalise_region"] = "normalise_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class FadeRegion:
    """Fade an audio region in, out or both; what is left out stays as it is."""

    region: RegionName
    fade_in: FadeLength | None = None
    fade_out: FadeLength | None = None
    unit: Literal["seconds", "beats"] = "seconds"
    shape: FadeShape | None = None
    verb: Literal["fade_region"] = "fade_region"

    def __post_init__(self) -> None:
        """Refuse to do nothing."""
        if self.fade_in is None and self.fade_out is None:
            raise ValueError("fade_region needs fade_in, fade_out or both")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseRegion:
    """Play an audio region backwards."""

    region: RegionName
    verb: Literal["reverse_region"] = "reverse_region"


@dataclass(frozen=True, slots=True, kw_only=True)
class StretchRegion:
    """Stretch an audio region, pitch kept: to end at a place, from its tempo to the session's, or by ratio."""

    region: RegionName
    end: BBT | None = None
    from_tempo_bpm: Annotated[float, Within(20.0, 400.0, "quarter notes per minute")] | None = None
    ratio: Annotated[float, Within(0.125, 8.0, "times as long")] | None = None
    material: Material = "tonal"
    verb: Literal["stretch_region"] = "stretch_region"

    def __post_init__(self) -> None:
        """Want one measure."""
        if sum(value is not None for value in (self.end, self.from_tempo_bpm, self.ratio)) != 1:
            raise ValueError("stretch_region needs exactly one of end, from_tempo_bpm and ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class PitchRegion:
    """Shift the pitch of an audio region, its length kept; for MIDI use ``transpose_notes``."""

    region: RegionName
    semitones: Annotated[float, Within(-24.0, 24.0, "semitones")]
    material: Material = "tonal"
    verb: Literal["pitch_region"] = "pitch_region"


RegionsOperation = (
    MoveRegion
    | CopyRegion
    | SplitRegion
    | TrimRegion
    | DeleteRegion
    | LayerRegion
    | RenameRegion
    | MuteRegion
    | LockRegion
    | SetRegionGain
    | NormaliseRegion
    | FadeRegion
    | ReverseRegion
    | StretchRegion
    | PitchRegion
)
