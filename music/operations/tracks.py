"""Operations on tracks and buses: making, removing, naming, order, recording, routing, selection."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

from music.operations.fields import Colour, RouteName, RouteRef, Told, Within

Channels = Annotated[int, Within(1, 32, "channels")]
Ports = Annotated[
    tuple[str, ...],
    Told("a track or bus, or a port for each channel, 'system:capture_1'; inspect lists ports"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMidiTrack:
    """Make a MIDI track with an instrument; left out it is General MIDI, with Sideman's SoundFont. Null is none."""

    ref: RouteRef
    name: str
    colour: Colour | None = None
    instrument_plugin: Annotated[str, Told("a plugin's id")] | None = "urn:ardour:a-fluidsynth"
    instrument_preset: str | None = None  # by its label; without it the plugin starts as it is, or with the SoundFont
    verb: Literal["add_midi_track"] = "add_midi_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAudioTrack:
    """Make an audio track."""

    ref: RouteRef
    name: str
    colour: Colour | None = None
    n_channels: Annotated[int, Within(1, 8)] = 2
    verb: Literal["add_audio_track"] = "add_audio_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddBus:
    """Make a bus, for audio or for MIDI."""

    ref: RouteRef
    name: str
    kind: Literal["audio", "midi"] = "audio"
    n_channels: Annotated[int, Within(1, 8)] = 2  # audio only
    colour: Colour | None = None
    verb: Literal["add_bus"] = "add_bus"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteTrack:
    """Delete a track or bus with all that is on it."""

    is_destructive: ClassVar[bool] = True
    route: RouteName
    verb: Literal["delete_track"] = "delete_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class DuplicateTrack:
    """Copy a track or bus: regions, plugins, sends, mix, routing."""

    ref: RouteRef
    route: RouteName
    name: str
    verb: Literal["duplicate_track"] = "duplicate_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameTrack:
    """Rename a track or bus; no two may bear the same name."""

    route: RouteName
    name: str
    verb: Literal["rename_track"] = "rename_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetColour:
    """Set the colour of a track or bus."""

    route: RouteName
    colour: Colour
    verb: Literal["set_colour"] = "set_colour"


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveTrack:
    """Move a track or bus in the order of editor and mixer: before another one, or to the end."""

    route: RouteName
    before: RouteName | None = None
    verb: Literal["move_track"] = "move_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetChannels:
    """Set how many audio channels a track or bus takes in."""

    route: RouteName
    n_channels: Channels
    verb: Literal["set_channels"] = "set_channels"


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTrack:
    """Arm a track for recording, or disarm it."""

    route: RouteName
    is_armed: bool
    verb: Literal["arm_track"] = "arm_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMonitor:
    """Choose what a track lets hear: its input, its disk, both (cue), or as Ardour decides."""

    route: RouteName
    mode: Literal["auto", "input", "disk", "cue"]
    verb: Literal["set_monitor"] = "set_monitor"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetInput:
    """Connect the input of a track or bus to these sources and nothing else; none disconnects it."""

    route: RouteName
    sources: Ports
    verb: Literal["set_input"] = "set_input"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetOutput:
    """Connect the output of a track or bus to these targets and nothing else; none disconnects it."""

    route: RouteName
    targets: Ports
    verb: Literal["set_output"] = "set_output"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRoutes:
    """Select strips in the editor; where there is no editor the outcome is ``unverified``."""

    routes: tuple[RouteName, ...]
    verb: Literal["select_routes"] = "select_routes"


TracksOperation = (
    AddMidiTrack
    | AddAudioTrack
    | AddBus
    | DeleteTrack
    | DuplicateTrack
    | RenameTrack
    | SetColour
    | MoveTrack
    | SetChannels
    | ArmTrack
    | SetMonitor
    | SetInput
    | SetOutput
    | SelectRoutes
)
