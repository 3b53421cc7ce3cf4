"""Applying one change set through the bridge: in as few requests as the time of each allows, line by line accounted."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

from daw_bridge.bridge_client import AnswerLost, BridgeClient, Busy, EditorClosed, NoJournalFolder, VerbFailed
from daw_bridge.bridge_folder import JsonObject
from daw_bridge.change_journal import make_journal_folders, read_record
from daw_bridge.derivation import resolved, resolved_arguments
from daw_bridge.derive import derive, is_derived
from daw_bridge.input_files import FreshNames, file_fields, keep_files
from daw_bridge.kept_revisions import tidy
from daw_bridge.removal_dialog import RemovalDialog
from daw_bridge.validation import complaints, elsewhere, moved_on, names_to_find, previewed
from daw_bridge.wire import to_json, to_result
from music.changeset import ChangeSet, ChangeSetResult, ChangeSetState, Outcome, OutcomeStatus
from music.errors import Cancelled, RequestInvalid, TryLater
from music.job import JobContext, Progress

STEP_SECONDS = 60.0  # importing an hour of audio is the slowest step
BUDGET_SECONDS = 0.2  # how long one request may keep Ardour from drawing, unless a single operation takes longer
_BUSY_POLL_SECONDS = 0.1

SettleEarlier = Callable[[Path, JsonObject], Awaitable[ChangeSetResult | None]]
TakeBack = Callable[[str], Awaitable[None]]  # closes the change set in the state that it is given


class Application:
    """One attempt to apply one change set; the caller holds the write lock.

    ``settle_earlier`` is asked what to do about an earlier attempt, and ``take_back`` undoes what was done of this one.
    """

    def __init__(
        self,
        client: BridgeClient,
        change_set: ChangeSet,
        *,
        settle_earlier: SettleEarlier,
        take_back: TakeBack,
        job: JobContext | None,
    ) -> None:
        self._client, self._asked, self._job = client, change_set, job
        self._settle_earlier, self._take_back = settle_earlier, take_back
        self._change_set = change_set
        self._complaints = complaints(change_set)
        self._folder: Path | None = None
        self._begun_unix = time.time()
        self._n_reported = 0
        self._busy_until: float | None = None
        self._dialog: RemovalDialog | None = None

    async def preview(self) -> ChangeSetResult:
        """Say of each operation whether it could be done; nothing is done."""
        answer = await self._client.call("preview", self._checks(), operations=self._operations())
        self._refuse_other_session(answer)
        expected = self._asked.expected_revision
        if expected is not None and expected != answer["revision"]:
            raise moved_on(expected, answer["revision"])
        return self._refused(answer, is_dry_run=True)

    async def run(self, *, is_anew: bool = False) -> ChangeSetResult:
        """Apply it, or say why not; ``is_anew`` says that what the id stood for before has been taken back."""
        fresh_names = FreshNames(self._client.folder.path)
        try:
            await self._keep_files()
            fresh: list[JsonObject] = []
            if not self._complaints:
                for index, operation in enumerate(self._change_set.operations):
                    fresh += fresh_names.renew(index, operation)
            return await self._run(fresh, is_anew=is_anew)
        finally:
            fresh_names.remove()

    async def _keep_files(self) -> None:
        """Let the log name files that will still be there when the change set is done again."""
        if self._complaints or not any(file_fields(operation) for operation in self._asked.operations):
            return
        self._folder = Path((await self._client.call("hello"))["session"])
        kept = tuple(keep_files(operation, self._folder) for operation in self._asked.operations)
        self._change_set = ChangeSet(id=self._asked.id, label=self._asked.label, operations=kept)

    def _operations(self) -> list[JsonObject]:
        return [to_json(operation) for operation in self._change_set.operations]

    def _checks(self) -> JsonObject:
        folder = self._asked.session_folder
        return {
            "session_folder": None if folder is None else str(Path(folder)),
            "names": names_to_find(self._asked),
            "complaints": {str(index): text for index, text in self._complaints.items()},
            "derived": [index for index, found in enumerate(self._asked.operations) if is_derived(found)],
        }

    async def _run(self, fresh: list[JsonObject], *, is_anew: bool) -> ChangeSetResult:
        try:
            self._report(0)
            answer = await self._begin(fresh, is_anew=is_anew)
            self._refuse_other_session(answer)
            if "earlier" in answer:
                recorded = await self._settle_earlier(Path(answer["folder"]), answer["earlier"])
                if recorded is not None:
                    return recorded
                answer = await self._begin(fresh, is_anew=True)
        except AnswerLost:
            return self._uncertain()
        if "moved_to" in answer:
            raise moved_on(str(self._asked.expected_revision), answer["moved_to"])
        if "complaints" in answer:
            return self._refused(answer, is_dry_run=False)
        self._folder = Path(answer["folder"])
        try:
            await self._finish(answer, fresh)
        except (AnswerLost, EditorClosed):  # a part of it was done by then
            return self._uncertain()
        tidy(self._folder)
        return self._recorded()

    def _refuse_other_session(self, answer: JsonObject) -> None:
        if "other_session" in answer:
            raise elsewhere(str(self._asked.session_folder), answer["other_session"])

    async def _begin(self, fresh: list[JsonObject], *, is_anew: bool) -> JsonObject:
        arguments: JsonObject = {
            "id": self._asked.id,
            "label": self._asked.label,
            "begun_unix": self._begun_unix,
            "expected_revision": self._asked.expected_revision,
            "budget_seconds": BUDGET_SECONDS,
            "is_anew": is_anew,
            "fresh_files": fresh,
            **self._checks(),
        }
        operations = self._operations()
        for _ in range(2):
            try:
                return await self._client.call("apply", arguments, operations=operations, timeout_seconds=STEP_SECONDS)
            except NoJournalFolder as error:
                make_journal_folders(Path(error.session_folder))
        raise RequestInvalid("the session's folder changes while it is worked in; try again")

    async def _finish(self, answer: JsonObject, fresh: list[JsonObject]) -> None:
        """Go on until the change set is applied, or one operation has failed and the others are taken back."""
        try:
            while answer["state"] == "begun" and answer["last"] != "failed":
                self._report(answer["n_done"])
                parts = await self._parts(answer) if answer["last"] == "derive" else None
                await self._wait_if_busy(answer)
                if answer["last"] == "asking":
                    answer = await self._see_through(answer["routes"])
                    continue
                if answer["last"] == "must_ask":
                    self._dialog = await RemovalDialog.expect(self._client)
                arguments: JsonObject = {
                    "id": self._asked.id,
                    "index": answer["n_done"],
                    "budget_seconds": BUDGET_SECONDS,
                    "fresh_files": fresh,
                    "may_ask": answer["last"] == "must_ask",
                    **({"parts": parts} if parts else {}),
                }
                answer = await self._client.call("go_on", arguments, timeout_seconds=STEP_SECONDS)
        except (AnswerLost, EditorClosed):
            raise
        except (Cancelled, TryLater, VerbFailed):
            await self._take_back_half()
            raise
        if answer["last"] == "failed":
            await self._take_back_half()
        else:
            self._report(answer["n_done"])

    async def _take_back_half(self) -> None:
        """Take back what was done; AnswerLost where Ardour does not let us, since then a part of it stands."""
        try:
            await self._take_back("failed")
        except TryLater as error:
            raise AnswerLost("taking back what had been done", STEP_SECONDS) from error

    async def _parts(self, answer: JsonObject) -> JsonObject:
        """Compute the next operation into plain ones; one that cannot be met fails with its reason."""
        refs: dict[str, str] = answer["refs"]

        async def read(name: str, arguments: JsonObject) -> JsonObject:
            wanted = {"name": name, "arguments": resolved_arguments(arguments, refs)}
            return await self._client.call("reading", wanted, timeout_seconds=STEP_SECONDS)

        index = answer["n_done"]
        operation = resolved(self._change_set.operations[index], refs)
        try:
            primitives = await derive(operation, read)
        except RequestInvalid as error:
            return {"operations": [], "refusal": str(error)}
        return {"operations": [to_json(primitive) for primitive in primitives], "asked": operation.verb}

    async def _see_through(self, routes: list[str]) -> JsonObject:
        """See Ardour's question about an operation through, and let the bridge look what became of it."""
        assert self._dialog is not None
        await self._dialog.see_through(routes)
        return await self._client.call("settle", {"id": self._asked.id}, timeout_seconds=STEP_SECONDS)

    async def _wait_if_busy(self, answer: JsonObject) -> None:
        """Wait before an operation is tried again for which something was not free yet; Busy when that takes long."""
        if answer["last"] != "busy":
            self._busy_until = None
            return
        now = time.monotonic()
        self._busy_until = self._busy_until or now + STEP_SECONDS
        if now > self._busy_until:
            raise Busy(f"Ardour was busy for {STEP_SECONDS:g} s; what had been done was taken back")
        await asyncio.sleep(_BUSY_POLL_SECONDS)

    def _report(self, n_done: int) -> None:
        """Tell for each operation that it is its turn, and stop where the job was cancelled."""
        n_operations = len(self._asked.operations)
        if self._job is None:
            return
        while self._n_reported < min(n_done + 1, n_operations):
            self._job.report(Progress("placing", self._n_reported / n_operations))
            self._n_reported += 1
        if n_done < n_operations:
            self._job.raise_if_cancelled()

    def _refused(self, answer: JsonObject, *, is_dry_run: bool) -> ChangeSetResult:
        found = {int(index): text for index, text in answer["complaints"].items()}
        return ChangeSetResult(
            id=self._asked.id,
            label=self._asked.label,
            state=ChangeSetState.PREVIEWED if is_dry_run else ChangeSetState.FAILED,
            outcomes=previewed(self._asked, found, is_dry_run=is_dry_run),
            revision=answer["revision"],
        )

    def _recorded(self) -> ChangeSetResult:
        assert self._folder is not None
        record = read_record(self._folder, self._asked.id)
        return self._uncertain() if record is None else to_result(record)

    def _uncertain(self) -> ChangeSetResult:
        """Say what is known of a change set on which Ardour stopped answering: what its log tells, if there is one."""
        folder = self._client.session_folder()
        record = None if folder is None else read_record(folder, self._asked.id)
        if record is not None and record["begun_unix"] == self._begun_unix:
            return to_result(record)
        outcomes = tuple(
            Outcome(
                index=index, verb=operation.verb, status=OutcomeStatus.UNCERTAIN, reason="Ardour did not report on it"
            )
            for index, operation in enumerate(self._asked.operations)
        )
        return ChangeSetResult(
            id=self._asked.id,
            label=self._asked.label,
            state=ChangeSetState.UNCERTAIN,
            outcomes=outcomes,
            revision=None,
        )
