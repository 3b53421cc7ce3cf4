"""The open editor as a ``Daw``: what the bridge inside Ardour does, verb by verb, as change sets."""

import asyncio
import dataclasses
import functools
import time
from collections.abc import Mapping
from pathlib import Path

from daw_bridge.applying import STEP_SECONDS, Application
from daw_bridge.bridge_client import BridgeClient
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import CLOSED_STATES, check_id, find_record, later_touches, read_records
from daw_bridge.daw import Capabilities, DawKind, TransportAction, TransportState, UnavailableVerb
from daw_bridge.derive import DERIVATIONS
from daw_bridge.kept_revisions import read_kept, tidy
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
from music.session import SessionSnapshot
from music.time import BBT

TRANSPORT_SECONDS = 3.0
_WRITE_LOCK_SECONDS = 120.0
_POLL_SECONDS = 0.02
_OWN_VERBS = ("redo", "revert", "save", "snapshot", "transport")


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
            kind=DawKind.LIVE,
            ardour_version=hello["ardour_version"],
            bridge_version=hello["bridge_version"],
            verbs=(*sorted(known.intersection(offered)), *_OWN_VERBS),
            unavailable=tuple(
                UnavailableVerb(verb=verb, reason=found["reason"], since=found.get("since", ""))
                for verb, found in lacking.items()
            ),
        )

    async def snapshot(self) -> SessionSnapshot:
        """Read the whole session. Ardour does not tell Lua whether it is saved, so it counts as unsaved."""
        return to_snapshot(await self._client.call("snapshot", timeout_seconds=STEP_SECONDS), is_dirty=True)

    async def snapshot_at(self, revision: str) -> SessionSnapshot:
        """Return the session as it was at a kept revision; the newest of them are kept."""
        folder = await self._session_folder()
        return to_kept_snapshot(read_kept(folder, revision), folder=folder, revision=revision)

    async def read(self, name: str, arguments: Mapping[str, object]) -> JsonObject:
        """Take one of the bridge's readings."""
        wanted: JsonObject = {"name": name, "arguments": dict(arguments)}
        return await self._client.call("reading", wanted, timeout_seconds=STEP_SECONDS)

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
            application = self._application(change_set, job)
            return await (application.preview() if dry_run else application.run())

    async def revert(self, change_set_id: ChangeSetId) -> ChangeSetResult:
        """Take a change set back; each outcome says whether it is gone or why it was left, and who changed it since."""
        async with self._client.folder.lock("write", timeout_seconds=_WRITE_LOCK_SECONDS):
            folder = await self._session_folder()
            record = find_record(folder, change_set_id)
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
            operations = tuple(from_json(operation) for operation in record["operations"])
            change_set = ChangeSet(id=change_set_id, label=record["label"], operations=operations)
            return await self._application(change_set, job).run(is_anew=True)

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
