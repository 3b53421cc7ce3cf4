"""Operations on tracks and buses: making, removing, naming, routing."""

from dataclasses import dataclass
from typing import Annotated, Literal

from music.operations.fields import Colour, RouteName, RouteRef, Within


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMidiTrack:
    """Make a MIDI track with an instrument plugin (an LV2 URI or another plugin id; None for none) and its preset."""

    ref: RouteRef
    name: str
    colour: Colour
    instrument_plugin: str | None
    instrument_preset: str | None = None  # by its label; without it the plugin starts as it is
    verb: Literal["add_midi_track"] = "add_midi_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAudioTrack:
    """Make an audio track."""

    ref: RouteRef
    name: str
    colour: Colour
    n_channels: Annotated[int, Within(1, 8)]
    verb: Literal["add_audio_track"] = "add_audio_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRoutes:
    """Select strips in the editor; where there is no editor the outcome is ``unverified``."""

    routes: tuple[RouteName, ...]
    verb: Literal["select_routes"] = "select_routes"


TracksOperation = AddMidiTrack | AddAudioTrack | SelectRoutes
