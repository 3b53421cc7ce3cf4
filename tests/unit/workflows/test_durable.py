"""Jobs are recorded step by step, resumed after a kill, adopted by whoever lives, and cancelled between steps."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from music.errors import Cancelled, EngineFailed, NotFound, StorageFailed
from music.job import Progress
from workflows import durable
from workflows.durable import DurableJobs, HandedOver, Job, JobId, JobState, JobStatus, JsonObject, Recipe, Stage

STAGES = (Stage("one", 1.0), Stage("two", 3.0))
_DEADLINE_SECONDS = 30.0


@contextmanager
def running(
    folder: Path,
    run: Callable[[Job, JsonObject], JsonObject],
    *,
    clean_up: Callable[[JobId, JsonObject], None] = lambda _job, _request: None,
    **options: object,
) -> Iterator[DurableJobs]:
    recipe = Recipe(name="test", stages=lambda _: STAGES, run=run, clean_up=clean_up)
    jobs = DurableJobs(folder, {"test": recipe}, **options)  # type: ignore[arg-type]
    try:
        yield jobs
    finally:
        jobs.close()


def settled(jobs: DurableJobs, job_id: JobId) -> JobStatus:
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while (status := jobs.status(job_id)).state is JobState.RUNNING:
        assert time.monotonic() < deadline, f"job still runs: {status}"
        time.sleep(0.02)
    return status


def append(file: Path, line: str) -> str:
    with file.open("a") as stream:
        stream.write(line + "\n")
    return line


def test_a_job_returns_what_its_recipe_returns_and_reports_rising_progress(tmp_path: Path) -> None:
    seen: list[float] = []

    def run(job: Job, request: JsonObject) -> JsonObject:
        return {"sum": job.step("one", lambda: request["a"]) + job.step("two", lambda: 2)}

    with running(tmp_path, run, on_progress=lambda _, progress: seen.append(progress.fraction)) as jobs:
        status = settled(jobs, jobs.start(JobId("j"), "test", {"a": 1}))
    assert (status.state, status.result) == (JobState.DONE, {"sum": 3})
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_starting_the_same_id_again_runs_nothing_twice(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def run(job: Job, _: JsonObject) -> JsonObject:
        return {"line": job.step("one", lambda: append(log, "ran"))}

    with running(tmp_path, run) as jobs:
        for _ in range(3):
            settled(jobs, jobs.start(JobId("same"), "test", {}))
    assert log.read_text() == "ran\n"


def test_an_error_keeps_its_kind_and_its_text(tmp_path: Path) -> None:
    def run(_job: Job, _: JsonObject) -> JsonObject:
        raise NotFound("take", "abc", nearest="abd")

    with running(tmp_path, run) as jobs:
        status = settled(jobs, jobs.start(JobId("j"), "test", {}))
    assert status.state is JobState.FAILED
    assert isinstance(status.error, NotFound)
    assert str(status.error) == "no take 'abc'; did you mean 'abd'?"
    assert (status.error.kind, status.error.name, status.error.nearest) == ("take", "abc", "abd")


def test_an_error_of_a_step_keeps_its_facts(tmp_path: Path) -> None:
    def fail() -> None:
        raise EngineFailed("composer", "no score", retryable=True)

    def run(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", fail)
        return {}

    with running(tmp_path, run) as jobs:
        error = settled(jobs, jobs.start(JobId("j"), "test", {})).error
    assert isinstance(error, EngineFailed)
    assert (error.engine, error.reason, error.retryable) == ("composer", "no score", True)


def test_progress_is_kept_for_running_jobs_alone_and_a_failed_one_still_tells_its_stage(tmp_path: Path) -> None:
    def fail() -> None:
        raise EngineFailed("composer", "no score", retryable=False)

    def run(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", lambda: 1)
        job.step("two", fail)
        return {}

    with running(tmp_path, run) as jobs:
        for number in range(5):
            status = settled(jobs, jobs.start(JobId(f"j{number}"), "test", {}))
            assert (status.state, status.progress) == (JobState.FAILED, Progress("two", 0.25))
        assert jobs._latest == {}


def test_a_cancelled_job_stops_inside_its_step(tmp_path: Path) -> None:
    started = threading.Event()

    def run(job: Job, _: JsonObject) -> JsonObject:
        def forever() -> None:
            started.set()
            while True:
                job.raise_if_cancelled()
                time.sleep(0.01)

        job.step("one", forever)
        return {}

    with running(tmp_path, run) as jobs:
        job_id = jobs.start(JobId("j"), "test", {})
        assert started.wait(_DEADLINE_SECONDS)
        assert jobs.cancel(job_id).state is JobState.CANCELLED
        assert settled(jobs, job_id).state is JobState.CANCELLED


def test_cancelling_a_finished_job_leaves_it_finished(tmp_path: Path) -> None:
    with running(tmp_path, lambda job, _: {"one": job.step("one", lambda: 1)}) as jobs:
        settled(jobs, jobs.start(JobId("j"), "test", {}))
        assert jobs.cancel(JobId("j")).state is JobState.DONE


def test_an_unknown_job_names_the_nearest(tmp_path: Path) -> None:
    with running(tmp_path, lambda _job, _: {}) as jobs:
        settled(jobs, jobs.start(JobId("job-123"), "test", {}))
        with pytest.raises(NotFound, match=r"did you mean 'job-123'.*sideman jobs"):
            jobs.status(JobId("job-124"))


_KILLED = """
import os, pathlib, signal, sys, time
from workflows.durable import DurableJobs, JobId, Recipe, Stage
log = pathlib.Path(sys.argv[1]) / "log"
def note(line):
    with log.open("a") as stream:
        stream.write(line + "\\n")
def run(job, request):
    job.step("one", lambda: note("one"))
    job.step("two", lambda: (note("two"), os.kill(os.getpid(), signal.SIGKILL)))
recipe = Recipe(name="test", stages=lambda _: (Stage("one", 1), Stage("two", 3)), run=run)
jobs = DurableJobs(pathlib.Path(sys.argv[1]), {"test": recipe})
jobs.start(JobId("killed"), "test", {})
time.sleep(30)
"""


def test_a_killed_process_s_job_is_adopted_while_another_lives_and_done_steps_do_not_run_again(tmp_path: Path) -> None:
    log = tmp_path / "log"

    def run(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", lambda: append(log, "one again"))
        return {"line": job.step("two", lambda: append(log, "two again"))}

    with running(tmp_path, run) as jobs:  # holds slot 0, so the killed process had another
        killed = subprocess.run([sys.executable, "-c", _KILLED, tmp_path], timeout=_DEADLINE_SECONDS, check=False)
        assert killed.returncode == -signal.SIGKILL
        assert jobs.status(JobId("killed")).progress == Progress("one", 0.25)
        assert jobs.adopt_orphans() == ("killed",)
        assert settled(jobs, JobId("killed")).state is JobState.DONE
    assert log.read_text().split("\n") == ["one", "two", "two again", ""]


_KILLED_AFTER_A_FAILURE = """
import os, pathlib, signal, sys, time
from music.errors import NotFound
from workflows.durable import DurableJobs, JobId, Recipe, Stage
def fail():
    raise NotFound("take", "abc", nearest="abd")
def run(job, request):
    try:
        job.step("one", fail)
    finally:
        os.kill(os.getpid(), signal.SIGKILL)
recipe = Recipe(name="test", stages=lambda _: (Stage("one", 1), Stage("two", 3)), run=run)
jobs = DurableJobs(pathlib.Path(sys.argv[1]), {"test": recipe})
jobs.start(JobId("killed"), "test", {})
time.sleep(30)
"""


def test_a_step_that_had_failed_before_the_kill_fails_the_resumed_job_with_the_same_error(tmp_path: Path) -> None:
    def run(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", lambda: None)
        return {}

    with running(tmp_path, run) as jobs:
        script = [sys.executable, "-c", _KILLED_AFTER_A_FAILURE, str(tmp_path)]
        assert subprocess.run(script, timeout=_DEADLINE_SECONDS, check=False).returncode == -signal.SIGKILL
        jobs.adopt_orphans()
        error = settled(jobs, JobId("killed")).error
    assert isinstance(error, NotFound)
    assert (str(error), error.nearest) == ("no take 'abc'; did you mean 'abd'?", "abd")


def test_a_living_process_s_job_is_not_adopted(tmp_path: Path) -> None:
    script = _KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "time.sleep(30)")
    with (
        running(tmp_path, lambda _job, _: {}) as jobs,
        subprocess.Popen([sys.executable, "-c", script, tmp_path], env=os.environ) as living,
    ):
        try:
            deadline = time.monotonic() + _DEADLINE_SECONDS
            while not (tmp_path / "log").exists() or "two" not in (tmp_path / "log").read_text():
                assert time.monotonic() < deadline
                time.sleep(0.05)
            assert jobs.adopt_orphans() == ()
        finally:
            living.kill()


def test_a_closing_process_stops_its_job_and_another_goes_on_with_it(tmp_path: Path) -> None:
    """Never both at once: the slot is free only when the job has stopped."""
    log = tmp_path / "log"
    started = threading.Event()

    def endless(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", lambda: append(log, "one"))

        def work() -> None:
            started.set()
            while True:
                job.raise_if_cancelled()
                time.sleep(0.01)

        try:
            job.step("two", work)
        finally:
            append(log, "stopped")
        return {}

    with running(tmp_path, endless) as jobs:
        jobs.start(JobId("handed over"), "test", {})
        assert started.wait(_DEADLINE_SECONDS)
        assert jobs.is_leaving_work()

    def finishing(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", lambda: append(log, "one again"))
        return {"line": job.step("two", lambda: append(log, "two"))}

    with running(tmp_path, finishing) as jobs:
        jobs.adopt_orphans()
        assert settled(jobs, JobId("handed over")).state is JobState.DONE
    assert log.read_text().split("\n") == ["one", "stopped", "two", ""]


def killed(folder: Path) -> None:
    """Leave a job behind whose process is gone."""
    script = [sys.executable, "-c", _KILLED, str(folder)]
    assert subprocess.run(script, timeout=_DEADLINE_SECONDS, check=False).returncode == -signal.SIGKILL


def test_an_orphan_goes_on_only_where_somebody_asks_for_it(tmp_path: Path) -> None:
    """Else every short command would begin with it and stop it again when it ends."""
    killed(tmp_path)
    with running(tmp_path, lambda job, _: {"two": job.step("two", lambda: append(tmp_path / "log", "again"))}) as jobs:
        settled(jobs, jobs.start(JobId("own"), "test", {}))
        assert jobs.orphans() == ("killed",)
        assert not jobs.is_leaving_work()
    assert (tmp_path / "log").read_text().split("\n") == ["one", "two", "again", ""]


def test_cancelling_an_orphan_cleans_up_after_it(tmp_path: Path) -> None:
    killed(tmp_path)
    cleaned: list[tuple[JobId, JsonObject]] = []
    with running(tmp_path, lambda _job, _: {}, clean_up=lambda *left: cleaned.append(left)) as jobs:
        assert jobs.cancel(JobId("killed")).state is JobState.CANCELLED
        assert cleaned == [("killed", {})]
        jobs.cancel(JobId("killed"))
        assert len(cleaned) == 1
        assert jobs.adopt_orphans() == ()


def test_a_job_whose_process_is_killed_right_after_it_was_cancelled_is_cleaned_up_once(tmp_path: Path) -> None:
    script = _KILLED.replace("os.kill(os.getpid(), signal.SIGKILL)", "(jobs.cancel('killed'), os._exit(9))")
    done = subprocess.run([sys.executable, "-c", script, str(tmp_path)], timeout=_DEADLINE_SECONDS, check=False)
    assert done.returncode == 9
    cleaned: list[JobId] = []
    with running(tmp_path, lambda _job, _: {}, clean_up=lambda job_id, _: cleaned.append(job_id)) as jobs:
        assert jobs.status(JobId("killed")).state is JobState.CANCELLED
        for _ in range(2):
            assert jobs.adopt_orphans() == ()
    assert cleaned == ["killed"]
    assert not list((tmp_path / "slots").iterdir())


def test_what_keeps_an_orphan_from_being_cleaned_up_is_told(tmp_path: Path) -> None:
    killed(tmp_path)

    def fail(_job_id: JobId, _request: JsonObject) -> None:
        raise StorageFailed("cannot remove it")

    with running(tmp_path, lambda _job, _: {}, clean_up=fail) as jobs:
        with pytest.raises(StorageFailed, match="cannot remove it"):
            jobs.cancel(JobId("killed"))
        assert jobs.status(JobId("killed")).state is JobState.CANCELLED


def test_a_cancelled_job_cleans_up_even_when_its_process_is_closing(tmp_path: Path) -> None:
    """It goes on nowhere else, so that there is nothing to hand over."""
    started = threading.Event()
    stopped: list[type[BaseException]] = []
    handed_over: list[bool] = []

    def endless(job: Job, _: JsonObject) -> JsonObject:
        def work() -> None:
            started.set()
            while not job._jobs.is_closing:
                time.sleep(0.01)
            try:
                job.report(Progress("one", 0.5))
            except (Cancelled, HandedOver) as reason:
                stopped.append(type(reason))
                raise

        try:
            job.step("one", work)
        finally:
            handed_over.append(job.is_handed_over)
        return {}

    with running(tmp_path, endless) as jobs:
        jobs.start(JobId("cancelled"), "test", {})
        assert started.wait(_DEADLINE_SECONDS)
        jobs.cancel(JobId("cancelled"))
    assert (stopped, handed_over) == ([Cancelled], [False])


def refuse_writing(folder: Path, table: str, event: str) -> None:
    """Have the store refuse to record something, as it does where the disk is full."""
    with sqlite3.connect(folder / "jobs.sqlite", timeout=10) as connection:
        connection.execute(
            f"CREATE TRIGGER full BEFORE {event} ON {table} BEGIN SELECT RAISE(FAIL, 'disk is full'); END"
        )
    connection.close()


def test_a_job_whose_step_cannot_be_recorded_fails_and_says_why(tmp_path: Path) -> None:
    def run(job: Job, _: JsonObject) -> JsonObject:
        refuse_writing(tmp_path, "operation_outputs", "INSERT")
        return {"one": job.step("one", lambda: 1)}

    with running(tmp_path, run) as jobs:
        error = settled(jobs, jobs.start(JobId("j"), "test", {})).error
    assert isinstance(error, StorageFailed)
    assert "disk is full" in str(error)


def test_a_job_whose_end_cannot_be_recorded_is_not_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(durable, "_RECORDING_SECONDS", 0.2)

    def run(job: Job, _: JsonObject) -> JsonObject:
        one = job.step("one", lambda: 1)
        refuse_writing(tmp_path, "workflow_status", "UPDATE")
        return {"one": one}

    with running(tmp_path, run) as jobs:
        error = settled(jobs, jobs.start(JobId("j"), "test", {})).error
        assert isinstance(error, StorageFailed)
        assert str(tmp_path) in str(error)


def test_a_store_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "jobs.sqlite").write_bytes(b"no database at all" * 100)
    with pytest.raises(StorageFailed, match=r"cannot keep jobs in .*; is the disk full"):
        DurableJobs(tmp_path, {})
