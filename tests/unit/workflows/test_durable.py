"""Jobs are recorded step by step, resumed after a kill, adopted by whoever lives, and cancelled between steps."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from music.errors import EngineFailed, NotFound
from music.job import Progress
from workflows.durable import DurableJobs, Job, JobId, JobState, JobStatus, JsonObject, Recipe, Stage

STAGES = (Stage("one", 1.0), Stage("two", 3.0))
_DEADLINE_SECONDS = 30.0


@contextmanager
def running(folder: Path, run: Callable[[Job, JsonObject], JsonObject], **options: object) -> Iterator[DurableJobs]:
    recipe = Recipe(name="test", stages=lambda _: STAGES, run=run)
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
        with pytest.raises(NotFound, match="did you mean 'job-123'"):
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

    def finishing(job: Job, _: JsonObject) -> JsonObject:
        job.step("one", lambda: append(log, "one again"))
        return {"line": job.step("two", lambda: append(log, "two"))}

    with running(tmp_path, finishing) as jobs:
        jobs.adopt_orphans()
        assert settled(jobs, JobId("handed over")).state is JobState.DONE
    assert log.read_text().split("\n") == ["one", "stopped", "two", ""]
