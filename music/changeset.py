"""Change sets: what is to be done to a session as one undoable turn, and what became of it.

An operation that makes something gives it a ``ref``; later operations of the same change set may name that ref where
they otherwise name Ardour's persistent id.
"""

from dataclasses import dataclass
from enum import Enum
from typing import NewType

from music.time import BBT, TimeSignature

ChangeSetId = NewType("ChangeSetId", str)


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTempo:
    """Set tempo and metre from a bar on; at bar 1 it replaces what the session starts with."""

    at: BBT
    tempo_bpm: float
    time_signature: TimeSignature
    verb: str = "set_tempo"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMarker:
    """Put a named marker on the timeline."""

    ref: str
    name: str
    at: BBT
    verb: str = "add_marker"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddMidiTrack:
    """Make a MIDI track with an instrument plugin (an LV2 URI or another plugin id; None for none) and its preset."""

    ref: str
    name: str
    colour: str  # "#rrggbb"
    instrument_plugin: str | None
    instrument_preset: str | None = None  # by its label; without it the plugin starts as it is
    verb: str = "add_midi_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddAudioTrack:
    """Make an audio track."""

    ref: str
    name: str
    colour: str
    n_channels: int
    verb: str = "add_audio_track"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportMidi:
    """Put one MIDI file on a MIDI track, its first tick at ``at``. ``n_notes`` is what must be read back."""

    ref: str
    track: str  # route id or ref
    path: str
    name: str
    at: BBT
    n_notes: int
    verb: str = "import_midi"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportAudio:
    """Put one audio file on an audio track, its first sample at ``at``."""

    ref: str
    track: str
    path: str
    name: str
    at: BBT
    length_samples: int  # what must be read back, at the session's rate
    verb: str = "import_audio"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetFader:
    """Set a strip's gain."""

    route: str
    gain_db: float
    verb: str = "set_fader"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPan:
    """Set a strip's pan, -1 left to 1 right."""

    route: str
    pan: float
    verb: str = "set_pan"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMute:
    """Mute or unmute a strip."""

    route: str
    is_muted: bool
    verb: str = "set_mute"


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectRoutes:
    """Select strips in the editor; where there is no editor the outcome is ``unverified``."""

    routes: tuple[str, ...]
    verb: str = "select_routes"


Operation = (
    SetTempo
    | AddMarker
    | AddMidiTrack
    | AddAudioTrack
    | ImportMidi
    | ImportAudio
    | SetFader
    | SetPan
    | SetMute
    | SelectRoutes
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """Operations applied as one turn. The same id is never applied twice."""

    id: ChangeSetId
    label: str
    operations: tuple[Operation, ...]
    expected_revision: str | None = None  # refuse when the session is at another one


class OutcomeStatus(Enum):
    """What is known about one operation after the attempt."""

    VERIFIED = "verified"  # read back and as asked
    UNVERIFIED = "unverified"  # done, but it could not be read back; the reason says why
    FAILED = "failed"
    NOT_APPLIED = "not_applied"  # an earlier operation failed
    UNCERTAIN = "uncertain"  # no answer in time: it may or may not have happened
    PREVIEWED = "previewed"  # dry run: valid, not done


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one operation."""

    index: int
    verb: str
    status: OutcomeStatus
    reason: str = ""
    route_id: str | None = None  # what the operation made or changed
    asked: str = ""
    read_back: str = ""


class ChangeSetState(Enum):
    """Where a whole change set stands."""

    APPLIED = "applied"
    FAILED = "failed"  # some operations failed; what had been done was taken back unless an outcome says otherwise
    REVERTED = "reverted"
    UNCERTAIN = "uncertain"
    PREVIEWED = "previewed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSetResult:
    """The account of an applied, previewed or reverted change set."""

    id: ChangeSetId
    label: str
    state: ChangeSetState
    outcomes: tuple[Outcome, ...]
    revision: str | None  # the session's revision afterwards, when it could be read
