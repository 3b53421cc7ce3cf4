"""What a digital audio workstation can do for us: one interface, met by the open editor and by a folder on disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult
from music.job import JobContext
from music.operations import Operation
from music.session import SessionSnapshot
from music.time import BBT


@dataclass(frozen=True, slots=True, kw_only=True)
class UnavailableVerb:
    """A verb that cannot be used, why, and from which version of Ardour on it can."""

    verb: str
    reason: str
    since: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What this way in can do, as probed."""

    ardour_version: str
    bridge_version: str
    verbs: tuple[str, ...]
    unavailable: tuple[UnavailableVerb, ...] = ()


class TransportAction(Enum):
    """What the transport is asked to do; ``STATE`` only reads it."""

    STATE = "state"
    PLAY = "play"
    STOP = "stop"
    LOCATE = "locate"
    PLAY_LOOP = "play_loop"
    PLAY_RANGE = "play_range"  # and stop at its end
    METRONOME_ON = "metronome_on"
    METRONOME_OFF = "metronome_off"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransportState:
    """Where the transport stands, as read back."""

    playhead_samples: int
    playhead: BBT
    is_rolling: bool
    is_recording: bool
    is_looping: bool = False
    has_metronome: bool = False  # is heard while it rolls


class Daw(Protocol):
    """A session that can be read and changed. Every wait is bounded; what is written is read back."""

    async def capabilities(self) -> Capabilities:
        """Probe what can be done here."""

    async def snapshot(self) -> SessionSnapshot:
        """Read the whole session in one go."""

    async def snapshot_at(self, revision: str) -> SessionSnapshot:
        """Return the session as it was at a revision that a change set began or ended with; NotFound if not kept."""

    async def read(self, name: str, arguments: Mapping[str, object]) -> dict[str, Any]:
        """Take one of the readings that need more than a snapshot, such as the notes of a region."""

    async def apply(
        self, change_set: ChangeSet, *, dry_run: bool = False, job: JobContext | None = None
    ) -> ChangeSetResult:
        """Apply operations as one turn; an id that was applied before is not applied again.

        ``job`` hears how far it is and may cancel it between two operations: what was done is taken back then.
        """

    async def revert(self, change_set_id: ChangeSetId) -> ChangeSetResult:
        """Take a change set back as one step, leaving what others changed since; NotFound for an unknown id.

        RequestInvalid when something that was done later is in the way; nothing is done then.
        """

    async def redo(self, change_set_id: ChangeSetId, *, job: JobContext | None = None) -> ChangeSetResult:
        """Apply a reverted change set anew; what it made before is then found under its new ids by the old ones too."""

    async def operations_of(self, change_set_id: ChangeSetId) -> tuple[Operation, ...]:
        """Return what a change set asked for; NotFound for an unknown id."""

    async def change_sets(self) -> tuple[ChangeSetResult, ...]:
        """List what was applied to this session, oldest first."""

    async def transport(
        self,
        action: TransportAction,
        at: BBT | None = None,
        *,
        marker: str | None = None,
        until: BBT | None = None,
    ) -> TransportState:
        """Move the transport and read it back.

        ``LOCATE`` and ``PLAY_RANGE`` need a place or a marker, the latter also where it ends.
        """

    async def save(self) -> SessionSnapshot:
        """Save the session and return what was saved."""
