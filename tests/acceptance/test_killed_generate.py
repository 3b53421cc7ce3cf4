"""Nothing is lost and nothing is doubled when the process is killed: at every stage's beginning and end, and within."""

import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance import killed_job
from tests.acceptance.homes import home_environment, sideman, sideman_json, whole_takes
from workflows.commands import own_command

_SECONDS = 120.0
# Reports of a take of four parts: plan 1-2, compose 3-9, render 10-15, measure 16-17, session 18-19, finish 20-21.
_PLACES = range(1, 22)


def generate(folder: Path, *, kill_at: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", killed_job.__name__, str(kill_at), "generate", "none"],
        env=home_environment(folder),
        timeout=_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    """Return the take that the same wish makes when nobody is killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = generate(folder, kill_at=0)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(_PLACES), "the stages have changed: bring _PLACES up to date"
    (take,) = whole_takes(folder / "takes")
    return take


@pytest.mark.parametrize("place", _PLACES)
def test_a_take_survives_a_kill(place: int, tmp_path: Path, undisturbed: Mapping[str, Any]) -> None:
    """One whole take comes out, with the same music as if nothing had happened."""
    killed = generate(tmp_path, kill_at=place)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (job,) = sideman_json(home_environment(tmp_path), "jobs", "--wait")
    (take,) = whole_takes(tmp_path / "takes")
    hashes = {file["path"]: file["sha256"] for file in take["files"]}
    assert hashes == {file["path"]: file["sha256"] for file in undisturbed["files"]}
    assert [entry.name for entry in (tmp_path / "takes").iterdir()] == [take["id"]], "something half-made is left"
    assert (job["state"], job["id"]) == ("done", take["id"])


def test_an_interrupted_job_waits_for_somebody_to_go_on_with_it_and_is_removed_whole_when_cancelled(
    tmp_path: Path,
) -> None:
    environment, takes = home_environment(tmp_path), tmp_path / "takes"
    killed = generate(tmp_path, kill_at=12)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    (left,) = takes.iterdir()
    sideman(environment, "takes")
    listed = sideman(environment, "jobs", "--json")
    (job,) = json.loads(listed.stdout)
    assert listed.stderr.startswith(f"sideman: interrupted: {job['id']}; '{own_command()} jobs --wait'")
    assert (job["state"], left.name) == ("running", f".{job['id']}.partial")
    (cancelled,) = sideman_json(environment, "jobs", "--cancel", job["id"])
    assert cancelled["state"] == "cancelled"
    assert list(takes.iterdir()) == []
