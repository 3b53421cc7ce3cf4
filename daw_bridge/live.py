"""The open editor as a ``Daw``: what the bridge inside Ardour does, verb by verb, as change sets."""

import asyncio
import contextlib
import dataclasses
import shutil
import time
import uuid
from pathlib import Path

from daw_bridge.bridge_client import AnswerLost, BridgeClient, VerbFailed
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import (
    CLOSED_STATES,
    check_id,
    find_record,
    journal_folder,
    read_record,
    read_records,
)
from daw_bridge.confirm_dialog import EditorScreen
from daw_bridge.daw import Capabilities, DawKind, TransportAction, TransportState
from daw_bridge.validation import check_revision, preview
from daw_bridge.wire import to_json, to_result, to_snapshot, to_transport_state
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.errors import Cancelled, RequestInvalid, StorageFailed, TimedOut, TryLater
from music.job import JobContext, Progress
from music.operations import Operation
from music.operations.material import ImportAudio, ImportMidi
from music.session import SessionSnapshot
from music.time import BBT

STEP_SECONDS = 60.0  # importing an hour of audio is the slowest step
TRANSPORT_SECONDS = 3.0
QUESTION_SECONDS = 60.0  # for the person, where Ardour itself asks before tracks go
_AUTOMATIC_ANSWER_SECONDS = 3.0
_MOST_QUESTIONS = 5
_WRITE_LOCK_SECONDS = 120.0
_POLL_SECONDS = 0.02
_LARGEST_TAKE_BACK = 10_000
_IMPORT_PREFIX = "import-"


class LiveDaw:
    """The session that is open in Ardour's editor."""

    def __init__(self, client: BridgeClient) -> None:
        self._client = client

    async def capabilities(self) -> Capabilities:
        """Probe the bridge."""
        hello = await self._client.call("hello")
        return Capabilities(
            kind=DawKind.LIVE,
            ardour_version=hello["ardour_version"],
            bridge_version=hello["bridge_version"],
            verbs=(*hello["operations"], "revert", "save", "snapshot", "transport"),
        )

    async def snapshot(self) -> SessionSnapshot:
        """Read the whole session. Ardour does not tell Lua whether it is saved, so it counts as unsaved."""
        return to_snapshot(await self._client.call("snapshot", timeout_seconds=STEP_SECONDS), is_dirty=True)

    async def save(self) -> SessionSnapshot:
        """Save the session."""
        await self._client.call("save", timeout_seconds=STEP_SECONDS)
        return dataclasses.replace(await self.snapshot(), is_dirty=False)

    async def transport(self, action: TransportAction, at: BBT | None = None) -> TransportState:
        """Move the transport and wait until Ardour says that it did; TimedOut when it does not."""
        if (action is TransportAction.LOCATE) != (at is not None):
            raise RequestInvalid(f"a place is needed for 'locate' and for nothing else, got {action.value!r} and {at}")
        place = {"bar": at.bar, "beat": at.beat, "tick": at.tick} if at else None
        asked = await self._client.call("transport", {"action": action.value, "at": place})
        target = asked.get("target_samples")
        deadline = time.monotonic() + TRANSPORT_SECONDS
        while True:
            state = to_transport_state(await self._client.call("transport", {"action": "state"}))
            if _has_arrived(action, state, target):
                return state
            if time.monotonic() > deadline:
                raise TimedOut(f"Ardour's transport ({action.value})", TRANSPORT_SECONDS)
            await asyncio.sleep(_POLL_SECONDS)

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
            snapshot = await self.snapshot()
            folder = Path(snapshot.folder)
            if not dry_run:
                recorded = await self._earlier_result(folder, change_set.id)
                if recorded is not None:
                    return recorded
                snapshot = await self.snapshot()
            check_revision(change_set, snapshot)
            outcomes = tuple(preview(change_set, snapshot))
            is_valid = all(outcome.status is OutcomeStatus.PREVIEWED for outcome in outcomes)
            if dry_run or not is_valid:
                return _not_applied(change_set, snapshot.revision, dry_run=dry_run, outcomes=outcomes)
            return await self._apply(folder, change_set, job)

    async def revert(self, change_set_id: ChangeSetId) -> ChangeSetResult:
        """Take a change set back; each outcome says whether it is gone or why it was left."""
        async with self._client.folder.lock("write", timeout_seconds=_WRITE_LOCK_SECONDS):
            folder = await self._session_folder()
            state = find_record(folder, change_set_id)["state"]
            if state in ("reverted", "failed"):
                remains = await self._client.call("remains", {"id": change_set_id})
                if remains["present"]:  # it was taken back, but the session was loaded from an older file
                    await self._client.call("reopen", {"id": change_set_id})
                    state = "reverting"
            if state not in ("reverted", "failed"):
                await self._take_back(change_set_id, "reverted")
            return to_result(find_record(folder, change_set_id))

    async def _session_folder(self) -> Path:
        return Path((await self._client.call("hello"))["session"])

    async def _revision(self) -> str:
        return (await self.snapshot()).revision

    async def _earlier_result(self, folder: Path, change_set_id: ChangeSetId) -> ChangeSetResult | None:
        """Return what became of this id if that is final; take back what was left half done."""
        record = read_record(folder, change_set_id)
        if record is None:
            return None
        if record["state"] not in CLOSED_STATES:
            await self._take_back(change_set_id, "failed")
            return None
        remains = await self._client.call("remains", {"id": change_set_id})
        # applied, but lost with a session that was closed without saving: to be done again
        is_lost = record["state"] == "applied" and remains["made"] and not remains["standing"]
        if is_lost or (record["state"] == "failed" and remains["present"]):
            await self._client.call("reopen", {"id": change_set_id})
            await self._take_back(change_set_id, "failed")
        return to_result(record) if record["state"] != "failed" and not is_lost else None

    async def _apply(self, folder: Path, change_set: ChangeSet, job: JobContext | None) -> ChangeSetResult:
        journal_folder(folder)
        for left_behind in self._client.folder.path.glob(f"{_IMPORT_PREFIX}*"):  # we hold the lock: its client is dead
            _FreshFiles(left_behind).remove()
        fresh_files = _FreshFiles(self._client.folder.path / f"{_IMPORT_PREFIX}{uuid.uuid4().hex}")
        try:
            operations = [to_json(fresh_files.renew(index, op)) for index, op in enumerate(change_set.operations)]
            begin: JsonObject = {"id": change_set.id, "label": change_set.label, "operations": operations}
            await self._client.call("begin", begin)
            return await self._do_steps(folder, change_set, job)
        finally:
            fresh_files.remove()

    async def _do_steps(self, folder: Path, change_set: ChangeSet, job: JobContext | None) -> ChangeSetResult:
        for index in range(len(change_set.operations)):
            try:
                if job:
                    job.report(Progress("placing", index / len(change_set.operations)))
                    job.raise_if_cancelled()
                outcome = await self._client.call(
                    "step", {"id": change_set.id, "index": index}, timeout_seconds=STEP_SECONDS
                )
            except AnswerLost:
                return to_result(find_record(folder, change_set.id))  # it is open, and so uncertain
            except (Cancelled, TryLater):
                await self._take_back(change_set.id, "failed")
                raise
            if outcome["status"] == "failed":
                await self._take_back(change_set.id, "failed")
                return to_result(find_record(folder, change_set.id))
        await self._finish(change_set.id, "applied")
        return to_result(find_record(folder, change_set.id))

    async def _finish(self, change_set_id: ChangeSetId, state: str) -> None:
        revision = await self._revision()
        await self._client.call("finish", {"id": change_set_id, "state": state, "revision": revision})

    async def _take_back(self, change_set_id: ChangeSetId, state: str) -> None:
        """Take back everything that stands, then close the journal."""
        hello = await self._client.call("hello")
        screen = EditorScreen.from_answer(hello["process"])
        windows = frozenset() if hello["removes_tracks_itself"] else await screen.windows()
        questions = 0
        for _ in range(_LARGEST_TAKE_BACK):
            answer = await self._client.call("take_back", {"id": change_set_id}, timeout_seconds=STEP_SECONDS)
            if not answer["remaining"]:
                break
            if answer["is_asking"]:
                questions += 1
                await self._see_through(screen, windows, answer["routes"], attempt=questions)
        await self._finish(change_set_id, state)

    async def _see_through(
        self, screen: EditorScreen, windows: frozenset[str], routes: list[str], *, attempt: int
    ) -> None:
        """See Ardour's question through, here where that is possible, else by the person.

        While it is open Ardour takes no request. Where it was answered with "No", or never came because the selection
        had not reached the editor yet, the tracks are still there, and the caller asks again.
        """
        deadline = time.monotonic() + QUESTION_SECONDS
        while time.monotonic() < deadline:
            if screen.can_answer:
                await screen.press_yes(windows, with_mouse=attempt > 1, timeout_seconds=_AUTOMATIC_ANSWER_SECONDS)
            with contextlib.suppress(TryLater):
                remaining = (await self._client.call("existing", {"ids": routes}))["ids"]
                if not remaining or (screen.can_answer and attempt < _MOST_QUESTIONS):
                    return
            await asyncio.sleep(_POLL_SECONDS)
        raise VerbFailed(
            f"Ardour asks before it removes {len(routes)} track(s), and nobody said yes within "
            f"{QUESTION_SECONDS:g} s; press 'Yes' in Ardour, then undo again"
        )


def _has_arrived(action: TransportAction, state: TransportState, target_samples: int | None) -> bool:
    match action:
        case TransportAction.PLAY:
            return state.is_rolling
        case TransportAction.STOP:
            return not state.is_rolling
        case TransportAction.LOCATE:
            assert target_samples is not None
            near = state.playhead_samples == target_samples
            return near or (state.is_rolling and state.playhead_samples > target_samples)
        case TransportAction.STATE:
            return True


def _not_applied(
    change_set: ChangeSet, revision: str, *, dry_run: bool, outcomes: tuple[Outcome, ...]
) -> ChangeSetResult:
    """Report a preview, or a change set with something wrong in it, of which nothing was done."""
    if not dry_run:
        outcomes = tuple(
            dataclasses.replace(outcome, status=OutcomeStatus.NOT_APPLIED, reason="another operation is not valid")
            if outcome.status is OutcomeStatus.PREVIEWED
            else outcome
            for outcome in outcomes
        )
    return ChangeSetResult(
        id=change_set.id,
        label=change_set.label,
        state=ChangeSetState.PREVIEWED if dry_run else ChangeSetState.FAILED,
        outcomes=outcomes,
        revision=revision,
    )


class _FreshFiles:
    """Names for files that Ardour has never seen: it opens a question about a path that it imported before."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def renew(self, index: int, operation: Operation) -> Operation:
        """Return the operation with its file at a new path, if it has one."""
        if not isinstance(operation, ImportMidi | ImportAudio):
            return operation
        source = Path(operation.path)
        fresh = self._folder / str(index) / source.name
        try:
            fresh.parent.mkdir(parents=True)
            fresh.symlink_to(source.resolve())
        except OSError as error:
            raise StorageFailed(f"cannot link {source} to {fresh}: {error.strerror}") from error
        return dataclasses.replace(operation, path=str(fresh))

    def remove(self) -> None:
        """Remove the names; Ardour has copied what was in the files."""
        shutil.rmtree(self._folder, ignore_errors=True)
