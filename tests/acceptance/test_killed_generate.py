"""Nothing is lost and nothing is doubled when the process is killed: at every stage's beginning and end, and within."""

import hashlib
import json
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.acceptance.homes import home_environment

_SECONDS = 120.0
# Reports of a take of four parts: plan 1-2, compose 3-9, render 10-15, measure 16-17, session 18-19, finish 20-21.
_PLACES = range(1, 22)


def generate(folder: Path, *, kill_at: int) -> subprocess.CompletedProcess[str]:
    script = [sys.executable, str(Path(__file__).with_name("killed_generate.py")), str(kill_at), "none"]
    return subprocess.run(
        script, env=home_environment(folder), timeout=_SECONDS, check=False, capture_output=True, text=True
    )


def sideman(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cli.main", *words]
    done = subprocess.run(
        command, env=home_environment(folder), timeout=_SECONDS, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done


def whole_takes(folder: Path) -> list[Mapping[str, object]]:
    """Return the account of every take, after checking each of its files against its hash."""
    takes = []
    for account in sorted((folder / "takes").glob("*/take.json")):
        take = json.loads(account.read_text())
        for file in take["files"]:
            content = (account.parent / file["path"]).read_bytes()
            assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
        takes.append(take)
    return takes


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, object]:
    """Return the take that the same wish makes when nobody is killed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    done = generate(folder, kill_at=0)
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(_PLACES), "the stages have changed: bring _PLACES up to date"
    (take,) = whole_takes(folder)
    return take


@pytest.mark.parametrize("place", _PLACES)
def test_a_take_survives_a_kill(place: int, tmp_path: Path, undisturbed: Mapping[str, object]) -> None:
    """One whole take comes out, with the same music as if nothing had happened."""
    killed = generate(tmp_path, kill_at=place)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    sideman(tmp_path, "jobs", "--wait")
    (take,) = whole_takes(tmp_path)
    hashes = {file["path"]: file["sha256"] for file in take["files"]}  # type: ignore[attr-defined]
    expected = {file["path"]: file["sha256"] for file in undisturbed["files"]}  # type: ignore[attr-defined]
    assert hashes == expected
    assert [entry.name for entry in (tmp_path / "takes").iterdir()] == [take["id"]], "something half-made is left"
    (job,) = json.loads(sideman(tmp_path, "jobs", "--json").stdout)
    assert (job["state"], job["id"]) == ("done", take["id"])
