"""The open editor as a ``Daw``: what the bridge inside Ardour does, verb by verb, as change sets."""

import asyncio
import functools
import time
from collections.abc import Mapping
from pathlib import Path

from daw_bridge import session_control
from daw_bridge.applying import STEP_SECONDS, Application
from daw_bridge.bridge_client import BridgeClient
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import CLOSED_STATES, built_upon, check_id, find_record, later_touches, read_records
from daw_bridge.daw import Capabilities, TransportAction, TransportState, UnavailableVerb
from daw_bridge.derive import DERIVATIONS
from daw_bridge.editor_start import EditorProgram
from daw_bridge.events import Passing, read_passing
from daw_bridge.kept_revisions import read_kept, tidy
from daw_bridge.recording import RecordingReport, RecordRequest, end_recording, record, stop_recording
from daw_bridge.session_control import SessionState, Unsaved
from daw_bridge.taking_back import take_back
from daw_bridge.wire import (
    from_json,
    operation_types,
    to_kept_snapshot,
    to_result,
    to_snapshot,
    to_transport_state,
)
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult
from music.errors import RequestInvalid, TimedOut
from music.job import JobContext
from music.operations import Operation
from music.session import SessionSnapshot
from music.time import BBT

TRANSPORT_SECONDS = 3.0
_WRITE_LOCK_SECONDS = 120.0
_POLL_SECONDS = 0.02
_OWN_VERBS = ("redo", "revert", "save", "snapshot", "transport")


class TransportStuck(TimedOut):
    """Ardour's transport did not do what it was asked for in time."""

    def __init__(self, action: TransportAction, state: TransportState, *, follows_clock: bool) -> None:
        super().__init__(f"Ardour's transport ({action.value})", TRANSPORT_SECONDS)
        now = "rolls, but stays" if state.is_rolling else "stands"
        next_step = (
            "Ardour follows an external clock, which does not run; start that, or switch it off in Ardour (the button "
            "beside the transport's)"
            if follows_clock
            else "ask for stop, then again; where that does not help, the user clicks stop or into the ruler in "
            "Ardour's window, and looks whether its audio engine runs"
        )
        self.args = (f"{self.args[0]}: it {now} at {state.playhead}; {next_step}",)


class LiveDaw:
    """The session that is open in Ardour's editor."""

    def __init__(self, client: BridgeClient) -> None:
        self._client = client

    async def capabilities(self) -> Capabilities:
        """Probe the bridge."""
        hello = await self._client.call("hello")
        lacking = {found["verb"]: found for found in hello["unavailable"]}
        derived = {verb for verb, found in operation_types().items() if found in DERIVATIONS and verb not in lacking}
        known = derived | set(hello["operations"])
        offered = [verb for verb, found in operation_types().items() if getattr(found, "is_offered", True)]
        return Capabilities(
            ardour_version=hello["ardour_version"],
            bridge_version=hello["bridge_version"],
            verbs=(*sorted(known.intersection(offered)), *_OWN_VERBS),
            unavailable=tuple(
                UnavailableVerb(verb=verb, reason=found["reason"], since=found.get("since", ""))
                for verb, found in lacking.items()
            ),
        )

    async def snapshot(self) -> SessionSnapshot:
        """Read the whole session."""
        return to_snapshot(await self._client.call("snapshot", timeout_seconds=STEP_SECONDS))

    async def snapshot_at(self, revision: str) -> SessionSnapshot:
        """Return the session as it was at a kept revision; the newest of them are kept."""
        folder = await self._session_folder()
        return to_kept_snapshot(read_kept(folder, revision), folder=folder, revision=revision)

    async def passing(self) -> Passing:
        """Tell what passes now, which costs little: where the playhead is, what is selected."""
        return await read_passing(self._client)

    async def read(self, name: str, arguments: Mapping[str, object]) -> JsonObject:
        """Take one of the bridge's readings."""
        wanted: JsonObject = {"name": name, "arguments": dict(arguments)}
        return await self._client.call("reading", wanted, timeout_seconds=STEP_SECONDS)

    async def save(self) -> SessionSnapshot:
        """Save the session."""
        await self._client.call("save", timeout_seconds=STEP_SECONDS)
        return await self.snapshot()

    async def transport(
        self,
        action: TransportAction,
        at: BBT | None = None,
        *,
        marker: str | None = None,
        until: BBT | None = None,
    ) -> TransportState:
        """Move the transport and wait until Ardour says that it did; TimedOut when it does not."""
        check_transport(action, at, marker=marker, until=until)
        asked = await self._client.call(
            "transport", {"action": action.value, "at": to_place(at), "until": to_place(until), "marker": marker}
        )
        target = asked.get("target_samples")
        deadline = time.monotonic() + TRANSPORT_SECONDS
        while True:
            state = to_transport_state(await self._client.call("transport", {"action": "state"}))
            if _has_arrived(action, state, target, before=to_transport_state(asked)):
                return state
            if time.monotonic() > deadline:
                raise TransportStuck(action, state, follows_clock=asked["follows_clock"])
            await asyncio.sleep(_POLL_SECONDS)

    async def session_state(self) -> SessionState:
        """Tell which session is open and whether it is saved."""
        return await session_control.session_state(self._client)

    async def save_snapshot(self, name: str, *, may_replace: bool = False) -> Path:
        """Save what is now as a snapshot of the session and go on with the session itself."""
        return await session_control.save_snapshot(self._client, name, may_replace=may_replace)

    async def rename_session(self, name: str) -> SessionState:
        """Save, then rename the session with its folder and files."""
        return await session_control.rename_session(self._client, name)

    async def save_copy(self, folder: Path) -> Path:
        """Save, then copy the session with all its sources to a new folder; return the new session file."""
        return await session_control.save_copy(self._client, folder)

    async def open_session(self, path: Path, *, unsaved: Unsaved = Unsaved.REFUSE) -> SessionState:
        """Open another session in the place of this one; the editor is closed and started again for it."""
        return await session_control.open_session(self._client, path, unsaved=unsaved)

    async def new_session(
        self, folder: Path, *, unsaved: Unsaved = Unsaved.REFUSE, metadata: Mapping[str, str] | None = None
    ) -> SessionState:
        """Make an empty session in a new folder, at the rate of this one, and open it in the place of this one."""
        return await session_control.new_session(self._client, folder, unsaved=unsaved, metadata=metadata)

    async def start_new_session(
        self, folder: Path, *, editor: EditorProgram | None, metadata: Mapping[str, str] | None = None
    ) -> SessionState:
        """Make an empty session where no editor runs, at the rate of the one that was open last, and start it there."""
        return await session_control.start_new_session(
            self._client, folder, like=self.last_folder(), editor=editor, metadata=metadata
        )

    async def set_metadata(self, changes: Mapping[str, str]) -> SessionState:
        """Change what the session says of itself; it is saved, closed and opened again for that."""
        return await session_control.set_metadata(self._client, changes)

    def last_folder(self) -> Path | None:
        """Return the folder of the session that was open last, whether an editor runs or not."""
        return self._client.session_folder()

    async def start_session(self, path: Path, *, editor: EditorProgram | None) -> SessionState:
        """Start the editor on a session where none runs, as the one that was closed last."""
        return await session_control.start_session(self._client, path, editor=editor)

    async def close_session(self, *, unsaved: Unsaved = Unsaved.REFUSE) -> EditorProgram:
        """Close the session, and the editor with it, which is returned to be started again."""
        return await session_control.close_session(self._client, unsaved=unsaved)

    async def record(self, request: RecordRequest, *, name: str = "", job: JobContext | None = None) -> RecordingReport:
        """Record takes and report what came of them; writes are refused meanwhile."""
        return await record(self._client, request, name=name, job=job)

    async def end_recording(self, name: str) -> bool:
        """End the recording of this name if a process that died has left it; return whether there was one."""
        return await end_recording(self._client, name)

    async def stop_recording(self) -> None:
        """Stop the transport, and with it a recording; whoever waits for that one reports what was kept."""
        await stop_recording(self._client)

    async def change_sets(self) -> tuple[ChangeSetResult, ...]:
        """List the change sets of the open session, oldest first; one that was never finished is uncertain."""
        return tuple(to_result(record) for record in read_records(await self._session_folder()))

    async def apply(
        self, change_set: ChangeSet, *, dry_run: bool = False, job: JobContext | None = None
    ) -> ChangeSetResult:
        """Apply operations as one turn.

        The first that fails ends it, and so does a cancelled job: what had been done is taken back. An id that is
        applied already is not applied again; one that was left half done is first taken back, then applied anew.
        """
        check_id(change_set.id)
        async with self._client.folder.lock("write", timeout_seconds=_WRITE_LOCK_SECONDS):
            application = self._application(change_set, job)
            return await (application.preview() if dry_run else application.run())

    async def revert(self, change_set_id: ChangeSetId) -> ChangeSetResult:
        """Take a change set back; each outcome says whether it is gone or why it was left, and who changed it since.

        RequestInvalid, and nothing is done, where later change sets work on strips that this one made.
        """
        async with self._client.folder.lock("write", timeout_seconds=_WRITE_LOCK_SECONDS):
            folder = await self._session_folder()
            record = find_record(folder, change_set_id)
            if record["state"] == "applied" and (later := built_upon(folder, record)):
                raise RequestInvalid(
                    f"change set {change_set_id} cannot be taken back: {', '.join(later)} works on what it made and "
                    "would go with it; take that back first; nothing was done"
                )
            if record["state"] not in ("reverted", "failed") or await self._is_back(change_set_id):
                await take_back(self._client, change_set_id, "reverted", later=later_touches(folder, record))
                tidy(folder)
            return to_result(find_record(folder, change_set_id))

    async def redo(self, change_set_id: ChangeSetId, *, job: JobContext | None = None) -> ChangeSetResult:
        """Apply a reverted change set anew; RequestInvalid for one that is in another state."""
        async with self._client.folder.lock("write", timeout_seconds=_WRITE_LOCK_SECONDS):
            record = find_record(await self._session_folder(), change_set_id)
            if record["state"] != "reverted":
                raise RequestInvalid(
                    f"change set {change_set_id} is {record['state']}, and only a reverted one can be done again"
                )
            if await self._is_back(change_set_id):
                await take_back(self._client, change_set_id, "reverted")
            change_set = ChangeSet(id=change_set_id, label=record["label"], operations=_operations(record))
            return await self._application(change_set, job).run(is_anew=True)

    async def operations_of(self, change_set_id: ChangeSetId) -> tuple[Operation, ...]:
        """Return what a change set asked for; NotFound for an unknown id."""
        return _operations(find_record(await self._session_folder(), change_set_id))

    async def _session_folder(self) -> Path:
        return Path((await self._client.call("hello"))["session"])

    def _application(self, change_set: ChangeSet, job: JobContext | None) -> Application:
        return Application(
            self._client,
            change_set,
            settle_earlier=functools.partial(self._settle_earlier, change_set.id),
            take_back=functools.partial(take_back, self._client, change_set.id),
            job=job,
        )

    async def _is_back(self, change_set_id: ChangeSetId) -> bool:
        """Open a closed change set again if the session was loaded from an older file, in which its work stands."""
        remains = await self._client.call("remains", {"id": change_set_id})
        if remains["present"]:
            await self._client.call("reopen", {"id": change_set_id})
        return bool(remains["present"])

    async def _settle_earlier(
        self, change_set_id: ChangeSetId, folder: Path, remains: JsonObject
    ) -> ChangeSetResult | None:
        """Return what became of this id if that is final; take back what was left half done."""
        state = remains["state"]
        # applied, but lost with a session that was closed without saving: to be done again
        is_lost = state == "applied" and remains["made"] and not remains["standing"]
        if state in CLOSED_STATES and state != "failed" and not is_lost:
            return to_result(find_record(folder, change_set_id))
        if state in CLOSED_STATES:
            await self._client.call("reopen", {"id": change_set_id})
        await take_back(self._client, change_set_id, "failed")
        return None


def _operations(record: JsonObject) -> tuple[Operation, ...]:
    return tuple(from_json(operation) for operation in record["operations"])


def check_transport(action: TransportAction, at: BBT | None, *, marker: str | None, until: BBT | None) -> None:
    """Refuse what is missing or too much for an action."""
    needs_place = action in (TransportAction.LOCATE, TransportAction.PLAY_RANGE)
    if needs_place and (at is None) == (marker is None):
        raise RequestInvalid(f"{action.value!r} needs either a place or a marker, got {at} and {marker}")
    if not needs_place and (at is not None or marker is not None):
        raise RequestInvalid(f"{action.value!r} takes no place and no marker; go there with 'locate' before it")
    if action is TransportAction.PLAY_RANGE and until is None:
        raise RequestInvalid("'play_range' needs an end")
    if action is not TransportAction.PLAY_RANGE and until is not None:
        raise RequestInvalid(f"{action.value!r} takes no end; 'play_range' plays from a place to an end")


def to_place(at: BBT | None) -> dict[str, int] | None:
    """Return a place as the bridge reads it."""
    return None if at is None else {"bar": at.bar, "beat": at.beat, "tick": at.tick}


def _has_arrived(
    action: TransportAction, state: TransportState, target_samples: int | None, *, before: TransportState
) -> bool:
    moves = state.is_rolling and state.playhead_samples != before.playhead_samples  # about to locate counts as rolling
    match action:
        case TransportAction.PLAY | TransportAction.PLAY_RANGE:
            return moves
        case TransportAction.PLAY_LOOP:
            return moves and state.is_looping
        case TransportAction.STOP:
            return not state.is_rolling
        case TransportAction.LOCATE:
            assert target_samples is not None
            near = state.playhead_samples == target_samples
            if not before.is_rolling:  # from 8 on what is about to locate counts as rolling for a moment
                return near and not state.is_rolling
            return near or (state.is_rolling and state.playhead_samples > target_samples)
        case TransportAction.STATE | TransportAction.METRONOME_ON | TransportAction.METRONOME_OFF:
            return True
