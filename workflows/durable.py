"""Durable jobs: recipes whose steps are recorded when done, so that a killed process resumes where it was.

DBOS records the steps in an SQLite file. It has no liveness check of its own, so every process holds a lock on a slot
for as long as it lives; the slot's name is the name under which its jobs run. The kernel frees the lock of a dead
process, however it died, and a server, or whoever waits for jobs, takes over the unfinished ones of free slots. No two
processes ever have one name, because DBOS by itself goes on with the jobs of its own.
"""

import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NewType, NoReturn, TypeVar

from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    PortableWorkflowError,
    SetWorkflowID,
    WorkflowStatus,
)

from music.errors import Cancelled, NotFound, StorageFailed, StudioError
from music.job import Progress
from music.names import nearest_name, shorten
from workflows.process_slots import ProcessSlots
from workflows.recorded_errors import facts_recorded, to_error

JobId = NewType("JobId", str)
JsonObject = dict[str, Any]
R = TypeVar("R")

_LOG = logging.getLogger(__name__)
_FORMAT = "1"  # jobs of another format are not resumed; raise it when a recipe's steps change
_CANCEL_POLL_SECONDS = 0.25
_CLOSE_SECONDS = 5.0
_RECORDING_SECONDS = 10.0  # for the store to note how a job ended, which it does at once unless the disk is full
_RUNNING = ("PENDING", "ENQUEUED", "DELAYED")


class JobState(Enum):
    """Where a job stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobStatus:
    """What is known about a job, from whichever process asks."""

    id: JobId
    recipe: str
    state: JobState
    progress: Progress
    created_seconds: float  # Unix time
    result: JsonObject | None = None
    error: StudioError | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """One recorded step of a recipe, and its share of the whole in any unit."""

    name: str
    weight: float


class HandedOver(BaseException):
    """The process is closing: the job stops here, and goes on in the process that takes it over.

    No ``Exception``, so that no recipe takes it for a failure and DBOS records none.
    """


class Job:
    """A running job as its recipe sees it."""

    def __init__(self, job_id: JobId, stages: tuple[Stage, ...], *, jobs: "DurableJobs") -> None:
        self.id = job_id
        self._stages = stages
        self._jobs = jobs
        self._stage = stages[0]
        self._cancel_checked_seconds = 0.0

    def step(self, name: str, work: Callable[[], R]) -> R:
        """Run ``work`` once and record what it returns (JSON); a resumed job gets the record instead."""
        self._stage = next(stage for stage in self._stages if stage.name == name)
        self.raise_if_cancelled()
        try:
            result = DBOS.run_step({"name": name}, self._announced, work)
        except PortableWorkflowError as recorded:  # the step had failed before the job was resumed
            raise to_error(recorded) from recorded
        self.report(Progress(name, 1.0))
        return result

    def _announced(self, work: Callable[[], R]) -> R:
        self.report(Progress(self._stage.name, 0.0))
        with facts_recorded():
            return work()

    def report(self, progress: Progress) -> None:
        """Tell how far the current step is, 0 to 1 of the step."""
        if self._jobs.is_closing:
            self._stop_for_closing()
        self._jobs.announce(self.id, _overall(self._stages, self._stage.name, progress))

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` when the job was cancelled from any process; looks four times a second at most."""
        if self._jobs.is_closing:
            self._stop_for_closing()
        now = time.monotonic()
        if now - self._cancel_checked_seconds >= _CANCEL_POLL_SECONDS:
            self._cancel_checked_seconds = now
            if self._is_cancelled():
                raise Cancelled(f"job {self.id} was cancelled")

    @property
    def is_handed_over(self) -> bool:
        """Whether this process is closing, so that another one goes on with the job, unless it is cancelled."""
        return self._jobs.is_closing and not self._is_cancelled()

    def _stop_for_closing(self) -> NoReturn:
        if self._is_cancelled():
            raise Cancelled(f"job {self.id} was cancelled")
        raise HandedOver

    def _is_cancelled(self) -> bool:
        return self._jobs.status(self.id).state is JobState.CANCELLED


def _overall(stages: tuple[Stage, ...], current: str, inner: Progress) -> Progress:
    """Return the progress of the whole job from that of its current stage."""
    names = [stage.name for stage in stages]
    before = sum(stage.weight for stage in stages[: names.index(current)])
    share = stages[names.index(current)].weight * inner.fraction
    return Progress(inner.stage, (before + share) / sum(stage.weight for stage in stages))


def _leave_nothing(_job_id: JobId, _request: JsonObject) -> None:
    """Clean up after a recipe that leaves nothing half-made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A durable workflow: its name, its recorded stages in order for a request, and the function that runs them.

    ``run`` must do nothing outside ``job.step`` that matters twice: a resumed job runs it again from the top. It cleans
    up after itself when it is cancelled; ``clean_up`` does so for a job whose process is gone when it is cancelled.
    """

    name: str
    stages: Callable[[JsonObject], tuple[Stage, ...]]
    run: Callable[[Job, JsonObject], JsonObject]
    takes_turns: bool = True  # with other work of this process; what only waits for Ardour begins at once
    clean_up: Callable[[JobId, JsonObject], None] = _leave_nothing


class DurableJobs:
    """The process's durable jobs. There is one per process, because DBOS is."""

    def __init__(
        self,
        folder: Path,
        recipes: Mapping[str, Recipe],
        *,
        on_progress: Callable[[JobId, Progress], None] | None = None,
        max_concurrent: int = max(1, (os.cpu_count() or 2) // 2),
    ) -> None:
        self._recipes = recipes
        self._on_progress = on_progress
        self._latest: dict[str, Progress] = {}  # of the jobs at work in this process
        self._held: set[str] = set()
        self._adopted: set[str] = set()
        self._ended_seconds: dict[str, float] = {}  # when this process ended its work on a job, by the monotonic clock
        self.is_closing = False
        self._permits = threading.BoundedSemaphore(max_concurrent)
        self._folder = folder
        with self._store_errors():
            try:
                (folder / "slots").mkdir(parents=True, exist_ok=True, mode=0o700)
                self._slots = ProcessSlots(folder / "slots")
                url = _prepare_database(folder / "jobs.sqlite")
            except OSError as error:
                raise self._storage_failed(error.strerror or error) from error
            self._open_store(url)

    def _open_store(self, url: str) -> None:
        config: DBOSConfig = {
            "name": "sideman",
            "system_database_url": url,
            "serializer": DBOSPortableJSONSerializer(),
            "application_version": _FORMAT,
            "executor_id": self._slots.own,
            "log_level": "CRITICAL",
            "enable_otlp": False,
            "notification_listener_polling_interval_sec": 0.2,
        }
        DBOS(config=config)

        def sideman_job(recipe: str, request: JsonObject) -> JsonObject:
            return self._run(recipe, request)

        self._workflow = DBOS.workflow(name="sideman_job")(sideman_job)
        DBOS.launch()
        self._client = DBOSClient(system_database_url=url, serializer=DBOSPortableJSONSerializer())

    @contextmanager
    def _store_errors(self) -> Iterator[None]:
        """Translate what SQLite says, by itself or through DBOS, into ``StorageFailed``."""
        try:
            yield
        except Exception as error:
            reason = getattr(error, "orig", error)  # as SQLAlchemy, which DBOS uses, wraps it
            if not isinstance(reason, sqlite3.Error):
                raise
            raise self._storage_failed(reason) from error

    def _storage_failed(self, reason: object) -> StorageFailed:
        return StorageFailed(
            f"cannot keep jobs in {self._folder}: {reason}; is the disk full? Free some space, or choose another "
            "folder with data_dir"
        )

    def close(self) -> None:
        """Stop running jobs at their next check, for another process to go on with, and free the slot.

        A job that does not stop in time keeps the slot until this process ends, so that nobody works beside it, and the
        way to ask whether it was cancelled.
        """
        self.is_closing = True
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._held and time.monotonic() < deadline:
            time.sleep(0.01)
        DBOS.destroy(destroy_registry=True)
        if not self._held:
            self._client.destroy()
            self._slots.release()

    def start(self, job_id: JobId, recipe: str, request: JsonObject) -> JobId:
        """Start a job; starting an id again changes nothing. StorageFailed where it cannot be recorded."""
        with self._store_errors(), SetWorkflowID(job_id):
            DBOS.start_workflow(self._workflow, recipe, request)
        return job_id

    def status(self, job_id: JobId) -> JobStatus:
        """Return where a job stands; NotFound names the nearest id."""
        found = self._client.list_workflows(workflow_ids=[job_id])
        if not found:
            known = [status.id for status in self.list()]
            nearest = nearest_name(job_id, known)
            raise NotFound("job", shorten(job_id), nearest=nearest, known="'sideman jobs' lists them")
        return self._to_status(found[0])

    def is_held(self, job_id: JobId) -> bool:
        """Tell whether this process is still at work on a job, be it cancelled or not."""
        return job_id in self._held

    def is_leaving_work(self) -> bool:
        """Tell whether a job is unfinished that this process has started or taken over."""
        unfinished = self._client.list_workflows(status=list(_RUNNING), name="sideman_job", load_output=False)
        return any(job.executor_id == self._slots.own or job.workflow_id in self._adopted for job in unfinished)

    def list(self, *, only_running: bool = False, limit: int = 50) -> tuple[JobStatus, ...]:
        """Return the latest jobs, newest first."""
        found = self._client.list_workflows(
            status=list(_RUNNING) if only_running else None,
            name="sideman_job",
            app_version=_FORMAT,
            limit=limit,
            sort_desc=True,
        )
        return tuple(self._to_status(workflow) for workflow in found)

    def cancel(self, job_id: JobId) -> JobStatus:
        """Cancel a job; it stops at its next check, and a finished job stays as it is.

        What it has left half-made is cleaned up here where its process is gone; raises what keeps that from being done.
        """
        if self.status(job_id).state is JobState.RUNNING:
            with self._store_errors():
                self._client.cancel_workflow(job_id)
            self._clean_up_if_abandoned(job_id)
        return self.status(job_id)

    def _clean_up_if_abandoned(self, job_id: JobId) -> None:
        (workflow,) = self._client.list_workflows(workflow_ids=[job_id])
        if workflow.executor_id == self._slots.own:
            return
        with self._slots.held_if_free(str(workflow.executor_id)) as is_free:
            if is_free:
                self._clean_up(workflow)

    def orphans(self) -> tuple[JobId, ...]:
        """Return the unfinished jobs of processes that are gone, which nobody has taken over."""
        found = []
        pending = self._pending()
        for slot in _slots_of(pending) - {self._slots.own}:
            with self._slots.held_if_free(slot) as is_free:
                found += [JobId(job.workflow_id) for job in pending if is_free and job.executor_id == slot]
        return tuple(found)

    def adopt_orphans(self) -> tuple[JobId, ...]:
        """Take over unfinished jobs of processes that are gone, clean up after cancelled ones, and return their ids."""
        adopted: list[JobId] = []
        for slot in (_slots_of(self._pending()) | self._slots.all()) - {self._slots.own}:
            with self._slots.held_if_free(slot) as is_free:
                if is_free:  # what was looked up before the lock was held may have been taken over by another process
                    ids = [workflow.workflow_id for workflow in self._pending() if workflow.executor_id == slot]
                    with self._store_errors():
                        self._client.resume_workflows(ids)
                    adopted += map(JobId, ids)
                    self._clean_up_cancelled(slot)
                    self._slots.forget(slot)
        self._adopted.update(adopted)
        return tuple(adopted)

    def _clean_up_cancelled(self, slot: str) -> None:
        """Clean up after cancelled jobs of a process that was ended before it could do so itself."""
        for workflow in self._client.list_workflows(status="CANCELLED", name="sideman_job", executor_id=slot):
            try:
                self._clean_up(workflow)
            except StudioError as error:
                _LOG.warning("the cancelled job %s has left something: %s", workflow.workflow_id, error)

    def _clean_up(self, workflow: WorkflowStatus) -> None:
        assert workflow.input is not None  # the client loads inputs
        name, request = workflow.input["args"]
        self._recipes[name].clean_up(JobId(workflow.workflow_id), request)

    def _pending(self) -> Sequence[WorkflowStatus]:
        return self._client.list_workflows(status="PENDING", name="sideman_job", load_output=False)

    def announce(self, job_id: JobId, progress: Progress) -> None:
        """Keep and pass on the progress of a job that runs in this process."""
        self._latest[job_id] = progress
        if self._on_progress:
            self._on_progress(job_id, progress)

    def _run(self, recipe: str, request: JsonObject) -> JsonObject:
        chosen = self._recipes[recipe]
        job = Job(JobId(str(DBOS.workflow_id)), chosen.stages(request), jobs=self)
        self._held.add(job.id)
        try:
            with self._turn(job) if chosen.takes_turns else nullcontext(), facts_recorded(), self._store_errors():
                return chosen.run(job, request)
        finally:
            self._latest.pop(job.id, None)  # what is recorded of its steps tells how far it came
            self._ended_seconds[job.id] = time.monotonic()
            self._held.discard(job.id)

    @contextmanager
    def _turn(self, job: Job) -> Iterator[None]:
        """Hold one of the few places for work that keeps the processor busy."""
        while not self._permits.acquire(timeout=_CANCEL_POLL_SECONDS):
            job.raise_if_cancelled()
        try:
            yield
        finally:
            self._permits.release()

    def _to_status(self, workflow: WorkflowStatus) -> JobStatus:
        job_id = JobId(workflow.workflow_id)
        state = {"SUCCESS": JobState.DONE, "CANCELLED": JobState.CANCELLED}.get(
            workflow.status, JobState.RUNNING if workflow.status in _RUNNING else JobState.FAILED
        )
        error = to_error(workflow.error) if state is JobState.FAILED else None
        if state is JobState.RUNNING and self._is_unrecorded(workflow):
            state = JobState.FAILED
            error = StorageFailed(f"how job {job_id} ended cannot be recorded in {self._folder}; free some space there")
        assert workflow.input is not None  # the client loads inputs
        name, request = workflow.input["args"]
        recipe = self._recipes[name]
        return JobStatus(
            id=job_id,
            recipe=recipe.name,
            state=state,
            progress=self._progress(job_id, recipe.stages(request), state),
            created_seconds=(workflow.created_at or 0) / 1000,
            result=workflow.output if state is JobState.DONE else None,
            error=error,
        )

    def _is_unrecorded(self, workflow: WorkflowStatus) -> bool:
        """Tell whether this process ended its work on a job that still counts as running: the disk is full, perhaps."""
        ended_seconds = self._ended_seconds.get(workflow.workflow_id)
        is_ours = workflow.executor_id == self._slots.own and workflow.workflow_id not in self._held
        return is_ours and ended_seconds is not None and time.monotonic() - ended_seconds > _RECORDING_SECONDS

    def _progress(self, job_id: JobId, stages: tuple[Stage, ...], state: JobState) -> Progress:
        if state is JobState.DONE:
            return Progress("done", 1.0)
        if latest := self._latest.get(job_id):  # once: the job may end meanwhile
            return latest
        recorded = {step["function_name"]: step["error"] for step in self._client.list_workflow_steps(job_id)}
        begun = [stage.name for stage in stages if stage.name in recorded]
        if not begun:
            return Progress("waiting", 0.0)
        return _overall(stages, begun[-1], Progress(begun[-1], 0.0 if recorded[begun[-1]] else 1.0))


def _slots_of(workflows: Sequence[WorkflowStatus]) -> set[str]:
    return {workflow.executor_id for workflow in workflows if workflow.executor_id is not None}


def _prepare_database(file: Path) -> str:
    """Create the job database readable by its owner alone, in write-ahead mode, and return its URL."""
    file.touch(mode=0o600, exist_ok=True)
    with sqlite3.connect(file, timeout=30) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    return f"sqlite:///{file}"
