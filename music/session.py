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
    layer: int = 0  # from the lowest up; more where regions overlap
    gain_db: float = 0.0  # audio regions only, like the fades and the envelope
    is_inverted: bool = False
    is_muted: bool = False
    is_locked: bool = False
    offset_samples: int = 0  # where an audio region starts inside its source
    offset_beats: float = 0.0  # where a MIDI region starts inside its source
    fade_in_samples: int | None = None  # None where this Ardour does not tell
    fade_out_samples: int | None = None
    envelope: tuple[tuple[int, float], ...] = ()  # samples from its start, and gain; empty where off or flat
    notes: str = ""  # rows "start length pitch velocity channel" in 1/1920 quarter notes from its start, ";" between
    controllers: str = ""  # lines "kind channel number: ticks value;..."
    programs: str = ""  # rows "ticks bank program"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedSpan:
    """Where a region lies."""

    region_id: str
    position_samples: int
    length_samples: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Playlist:
    """One of a track's takes. The regions of the one in use are those of the track."""

    id: str
    name: str
    is_used: bool
    regions: tuple[PlacedSpan, ...] = ()  # where it is not in use


@dataclass(frozen=True, slots=True, kw_only=True)
class Send:
    """A tap of a strip into a bus or a plugin's sidechain."""

    id: str
    name: str
    target: str | None  # id of the bus, or of the plugin whose sidechain it is; None where it goes to neither
    gain_db: float
    is_pre_fader: bool
    is_enabled: bool
    place: int  # among what a person sees in the strip, the fader included; from 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plugin:
    """A plugin on a strip.

    ``parameters`` are rows of number and value, "0 160;1 -3;2 ~", where "~" is a parameter that follows its automation.
    """

    id: str
    name: str
    uri: str  # what kind of plugin it is: an LV2 URI or the like
    is_bypassed: bool
    parameters: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomationLane:
    """The automation of one control of a strip, a plugin or a send.

    ``target`` is ``gain``, ``trim``, ``mute``, ``pan`` or ``width``, or a plugin's id and a parameter's number, or a
    send's id and ``level``. ``points`` are rows of place and value, "0 1;48000 0.5": places in samples, or in ticks of
    1/1920 quarter note where the lane follows the tempo; values as Ardour keeps them (a gain is a factor).
    """

    target: str
    mode: str
    interpolation: str
    is_in_beats: bool
    points: str


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
    processors: tuple[Plugin, ...]  # in signal order
    regions: tuple[Region, ...]
    automation: tuple[AutomationLane, ...] = ()
    playlists: tuple[Playlist, ...] = ()  # tracks only
    n_inputs: int = 0
    n_outputs: int = 0
    inputs: tuple[str, ...] = ()  # per port what it is connected to, joined by " + "
    outputs: tuple[str, ...] = ()
    monitoring: str | None = None  # auto, input, disk or cue; None where it is no track
    trim_db: float = 0.0
    width: float | None = None  # None where the panner has none
    polarity: str = ""  # per channel 1 where it is turned over, else 0
    is_solo_isolated: bool = False
    is_solo_safe: bool = False
    is_active: bool = True
    sends: tuple[Send, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteGroup:
    """Strips that share some of their faders and buttons."""

    id: str
    name: str
    colour: str
    routes: tuple[RouteId, ...]
    shares: tuple[str, ...]
    is_active: bool
    is_relative: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Vca:
    """One fader and its buttons for several strips."""

    id: str
    name: str
    colour: str
    gain_db: float
    is_muted: bool
    is_soloed: bool
    routes: tuple[RouteId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MixerScene:
    """A stored state of the whole mixer."""

    number: int  # from 1
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A named place on the timeline."""

    id: str
    name: str
    position_samples: int
    start: BBT
    kind: str = "marker"  # or section, cd, cue


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRange:
    """A stretch of the timeline, end exclusive."""

    start_samples: int
    end_samples: int
    start: BBT
    end: BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRange:
    """A named stretch of the timeline."""

    id: str
    name: str
    span: TimeRange


@dataclass(frozen=True, slots=True, kw_only=True)
class TempoPoint:
    """Tempo (quarter notes per minute) and metre that hold from a place on."""

    start: BBT
    tempo_bpm: float
    time_signature: TimeSignature
    ramps_to_bpm: float | None = None  # what the tempo has become, in a straight line, where the next point is


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
    selected_routes: tuple[RouteId, ...] = ()
    selected_regions: tuple[str, ...] = ()
    selected_range: TimeRange | None = None
    groups: tuple[RouteGroup, ...] = ()
    vcas: tuple[Vca, ...] = ()
    scenes: tuple[MixerScene, ...] = ()
    ranges: tuple[NamedRange, ...] = ()
    loop: TimeRange | None = None  # what plays when the loop is played
    punch: TimeRange | None = None
    is_punch_in: bool = False  # whether recording starts, and ends, where the punch range does
    is_punch_out: bool = False
