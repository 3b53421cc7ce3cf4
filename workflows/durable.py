"""Durable jobs: recipes whose steps are recorded when done, so that a killed process resumes where it was.

DBOS records the steps in an SQLite file. It has no liveness check of its own, so every process holds a lock on a
numbered slot for as long as it lives; the slot's number is the name under which its jobs run. The kernel frees the lock
of a dead process, however it died, and whoever sees a free slot with unfinished jobs takes them over.
"""

import fcntl
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NewType, TypeVar

from dbos import (
    DBOS,
    DBOSClient,
    DBOSConfig,
    DBOSPortableJSONSerializer,
    PortableWorkflowError,
    SetWorkflowID,
    WorkflowStatus,
)

from music.errors import Cancelled, NotFound, SetupBroken, StudioError
from music.job import Progress
from music.names import nearest_name

JobId = NewType("JobId", str)
JsonObject = dict[str, Any]
R = TypeVar("R")

_FORMAT = "1"  # jobs of another format are not resumed; raise it when a recipe's steps change
_MAX_SLOTS = 256
_CANCEL_POLL_SECONDS = 0.25
_CLOSE_SECONDS = 5.0
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
            raise _to_error(recorded) from recorded
        self.report(Progress(name, 1.0))
        return result

    def _announced(self, work: Callable[[], R]) -> R:
        self.report(Progress(self._stage.name, 0.0))
        with _facts_recorded():
            return work()

    def report(self, progress: Progress) -> None:
        """Tell how far the current step is, 0 to 1 of the step."""
        self._jobs.raise_if_closing()
        self._jobs.announce(self.id, _overall(self._stages, self._stage.name, progress))

    def raise_if_cancelled(self) -> None:
        """Raise ``Cancelled`` when the job was cancelled from any process; looks four times a second at most."""
        self._jobs.raise_if_closing()
        now = time.monotonic()
        if now - self._cancel_checked_seconds >= _CANCEL_POLL_SECONDS:
            self._cancel_checked_seconds = now
            if self._jobs.status(self.id).state is JobState.CANCELLED:
                raise Cancelled(f"job {self.id} was cancelled")

    @property
    def is_handed_over(self) -> bool:
        """Whether this process is closing, so that another one goes on with the job."""
        return self._jobs.is_closing


def _overall(stages: tuple[Stage, ...], current: str, inner: Progress) -> Progress:
    """Return the progress of the whole job from that of its current stage."""
    names = [stage.name for stage in stages]
    before = sum(stage.weight for stage in stages[: names.index(current)])
    share = stages[names.index(current)].weight * inner.fraction
    return Progress(inner.stage, (before + share) / sum(stage.weight for stage in stages))


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """A durable workflow: its name, its recorded stages in order for a request, and the function that runs them.

    ``run`` must do nothing outside ``job.step`` that matters twice: a resumed job runs it again from the top.
    """

    name: str
    stages: Callable[[JsonObject], tuple[Stage, ...]]
    run: Callable[[Job, JsonObject], JsonObject]


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
        self.is_closing = False
        self._permits = threading.BoundedSemaphore(max_concurrent)
        try:
            (folder / "slots").mkdir(parents=True, exist_ok=True, mode=0o700)
            self._slots = _Slots(folder / "slots")
            url = _prepare_database(folder / "jobs.sqlite")
        except (OSError, sqlite3.Error) as error:
            raise SetupBroken(f"cannot keep jobs in {folder}: {error}; choose another folder with data_dir") from error
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
        self.adopt_orphans()

    def close(self) -> None:
        """Stop running jobs at their next check, for another process to go on with, and free the slot.

        A job that does not stop in time keeps the slot until this process ends, so that nobody works beside it.
        """
        self.is_closing = True
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._held and time.monotonic() < deadline:
            time.sleep(0.01)
        self._client.destroy()
        DBOS.destroy(destroy_registry=True)
        if not self._held:
            self._slots.release()

    def raise_if_closing(self) -> None:
        """Raise ``HandedOver`` when this process is closing."""
        if self.is_closing:
            raise HandedOver

    def start(self, job_id: JobId, recipe: str, request: JsonObject) -> JobId:
        """Start a job; starting an id again changes nothing."""
        with SetWorkflowID(job_id):
            DBOS.start_workflow(self._workflow, recipe, request)
        return job_id

    def status(self, job_id: JobId) -> JobStatus:
        """Return where a job stands; NotFound names the nearest id."""
        found = self._client.list_workflows(workflow_ids=[job_id])
        if not found:
            known = [status.id for status in self.list()]
            raise NotFound("job", job_id, nearest=nearest_name(job_id, known))
        return self._to_status(found[0])

    def is_held(self, job_id: JobId) -> bool:
        """Tell whether this process is still at work on a job, be it cancelled or not."""
        return job_id in self._held

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
        """Cancel a job; it stops at its next check, and a finished job stays as it is."""
        if self.status(job_id).state is JobState.RUNNING:
            self._client.cancel_workflow(job_id)
        return self.status(job_id)

    def adopt_orphans(self) -> tuple[JobId, ...]:
        """Take over unfinished jobs of processes that are gone, and return their ids."""
        adopted: list[JobId] = []
        for slot in {workflow.executor_id for workflow in self._pending()} - {self._slots.own, None}:
            with self._slots.held_if_free(str(slot)) as is_free:
                if is_free:  # what was looked up before the lock was held may have been taken over by another process
                    ids = [workflow.workflow_id for workflow in self._pending() if workflow.executor_id == slot]
                    self._client.resume_workflows(ids)
                    adopted += map(JobId, ids)
        return tuple(adopted)

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
            while not self._permits.acquire(timeout=_CANCEL_POLL_SECONDS):
                job.raise_if_cancelled()
            try:
                with _facts_recorded():
                    return chosen.run(job, request)
            finally:
                self._permits.release()
        finally:
            self._latest.pop(job.id, None)  # what is recorded of its steps tells how far it came
            self._held.discard(job.id)

    def _to_status(self, workflow: WorkflowStatus) -> JobStatus:
        job_id = JobId(workflow.workflow_id)
        state = {"SUCCESS": JobState.DONE, "CANCELLED": JobState.CANCELLED}.get(
            workflow.status, JobState.RUNNING if workflow.status in _RUNNING else JobState.FAILED
        )
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
            error=_to_error(workflow.error) if state is JobState.FAILED else None,
        )

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


def _to_error(recorded: Exception | None) -> StudioError:
    """Turn the recorded name, message and facts of an error back into one of ours."""
    name, message = getattr(recorded, "name", type(recorded).__name__), getattr(recorded, "message", str(recorded))
    facts = getattr(recorded, "data", None)
    for known in _descendants(StudioError):
        if known.__name__ == name:
            error = known.__new__(known)
            error.args = (message,)
            vars(error).update(facts if isinstance(facts, dict) else {})
            return error
    return StudioError(f"{name}: {message}")


@contextmanager
def _facts_recorded() -> Iterator[None]:
    """Have the attributes of our errors recorded beside name and message: DBOS looks for them under ``data``."""
    try:
        yield
    except StudioError as error:
        vars(error).setdefault("data", dict(vars(error)))
        raise


def _descendants(root: type[StudioError]) -> Iterator[type[StudioError]]:
    yield root
    for child in root.__subclasses__():
        yield from _descendants(child)


def _prepare_database(file: Path) -> str:
    """Create the job database readable by its owner alone, in write-ahead mode, and return its URL."""
    file.touch(mode=0o600, exist_ok=True)
    with sqlite3.connect(file, timeout=30) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    connection.close()
    return f"sqlite:///{file}"


class _Slots:
    """Numbered lock files; this process holds one, and a free one belongs to nobody alive."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        for number in range(_MAX_SLOTS):
            descriptor = self._try_lock(str(number))
            if descriptor is not None:
                self.own, self._descriptor = str(number), descriptor
                return
        raise SetupBroken(f"more than {_MAX_SLOTS} Sideman processes are running; stop some of them")

    def _try_lock(self, slot: str) -> int | None:
        descriptor = os.open(self._folder / slot, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return descriptor

    @contextmanager
    def held_if_free(self, slot: str) -> Iterator[bool]:
        """Hold another slot's lock, if nobody does, while its jobs are taken over."""
        descriptor = self._try_lock(slot)
        try:
            yield descriptor is not None
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def release(self) -> None:
        os.close(self._descriptor)
