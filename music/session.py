"""An Ardour session as it was read: a snapshot of tempo, markers, routes and regions at one revision."""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

from music.time import BBT, TimeSignature

RouteId = NewType("RouteId", str)  # Ardour's persistent id, never a position


class RouteKind(Enum):
    """What a strip is."""

    AUDIO_TRACK = "audio_track"
    MIDI_TRACK = "midi_track"
    BUS = "bus"
    MASTER = "master"
    MONITOR = "monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A placed span of a source on a track's playlist."""

    id: str
    name: str
    position_samples: int  # on the timeline
    length_samples: int
    start: BBT
    n_notes: int | None = None  # MIDI regions only


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A track or a bus, with its mixer strip."""

    id: RouteId
    name: str
    kind: RouteKind
    colour: str  # "#rrggbb"
    gain_db: float
    pan: float | None  # -1 left to 1 right; None where the strip has no panner
    is_muted: bool
    is_soloed: bool
    is_record_armed: bool
    processors: tuple[str, ...]  # names of plugins and inserts in signal order
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A named place on the timeline."""

    id: str
    name: str
    position_samples: int
    start: BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """A stretch of the timeline, end exclusive."""

    start_samples: int
    end_samples: int
    start: BBT
    end: BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoPoint:
    """Tempo (quarter notes per minute) and metre that hold from a place on."""

    start: BBT
    tempo_bpm: float
    time_signature: TimeSignature


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSnapshot:
    """All that was read of the session in one go. ``revision`` changes whenever anything below ``revision`` does."""

    ardour_version: str
    name: str
    folder: str
    sample_rate_hz: int
    revision: str
    tempo_map: tuple[TempoPoint, ...]
    markers: tuple[Marker, ...]
    routes: tuple[Route, ...]
    playhead_samples: int
    playhead: BBT
    is_rolling: bool
    is_recording: bool
    is_dirty: bool
    selected_routes: tuple[RouteId, ...] = ()
    selected_range: TimeRange | None = None
