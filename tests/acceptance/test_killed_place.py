"""Placing a take survives a kill at every stage's beginning and end and inside the longest: one placement, not two."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from daw_bridge.change_journal import is_open
from music.changeset import ChangeSetId, ChangeSetState
from music.session import RouteKind, SessionSnapshot
from music.time import BBT
from tests.acceptance import killed_job
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.homes import home_environment, sideman, sideman_json, whole_takes
from tests.programs import require_program
from workflows.commands import own_command

pytestmark = pytest.mark.usefixtures("ardour_programs")

_SECONDS = 60.0
_WISH = ("pop, no melody, no pad", "--bars", "8", "--seed", "5", "--to", "none")
# Reports of placing: arrange 1-2, place from 3 on, one for each operation, and the last at its end.
_MOMENTS = {"arrange begins": 1, "arrange has ended": 2, "place begins": 3, "place has ended": -1}


@dataclass(frozen=True)
class Desk:
    """An editor, and a kept take to place in it."""

    studio: Studio
    home: Path
    take: Mapping[str, Any]

    def environment(self, data: Path) -> dict[str, str]:
        """Return the environment of a program whose jobs are kept in ``data``."""
        folders = {"SIDEMAN_DATA_DIR": str(data), "SIDEMAN_BRIDGE_DIR": str(self.studio.bridge_folder)}
        return home_environment(self.home) | folders

    @contextlib.contextmanager
    def working(self, data: Path, *words: str) -> Iterator[subprocess.Popen[str]]:
        """Run a job in a process of its own."""
        command = [sys.executable, "-m", killed_job.__name__, *words]
        with subprocess.Popen(command, env=self.environment(data), stdout=subprocess.PIPE, text=True) as process:
            try:
                yield process
            finally:
                process.kill()

    def run(self, data: Path, *words: str) -> tuple[int, list[str]]:
        """Run a job to its end; return the exit code and the reports."""
        with self.working(data, *words) as process:
            output, _ = process.communicate(timeout=_SECONDS)
        return process.returncode, output.splitlines()

    def journals(self) -> list[Path]:
        """Return the journals of the session's change sets, oldest first."""
        return sorted((self.studio.editor.session_folder / "sideman" / "changes").glob("*.jsonl"))

    def wait_for_operation(self, number: int, known: list[Path]) -> None:
        """Wait until Ardour has noted that it begins the Nth operation of a new change set."""
        deadline = time.monotonic() + _SECONDS
        while True:
            new = [path for path in self.journals() if path not in known]
            if new and new[0].read_text().count('"line":"start"') >= number:
                return
            assert time.monotonic() < deadline, f"operation {number} was not begun"
            time.sleep(0.001)

    async def snapshot(self) -> SessionSnapshot:
        """Read the session."""
        async with self.studio.daw() as daw:
            return await daw.snapshot()


@pytest.fixture(scope="module")
def desk(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    del ardour_programs
    require_program("xdotool")
    folder = tmp_path_factory.mktemp("placing")
    take = sideman_json(home_environment(folder), "generate", *_WISH)
    with running_studio(folder) as studio:
        yield Desk(studio, folder, take)


@pytest.fixture(scope="module")
def n_reports(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Return how many reports of progress a placement makes when nobody is killed."""
    data = tmp_path_factory.mktemp("undisturbed")
    code, reports = desk.run(data, "0", "place", desk.take["id"])
    assert code == 0
    undone = sideman(desk.environment(data), "undo")
    assert undone.returncode == 0, undone.stderr
    assert [line.split()[1] for line in reports[:4]] == ["arrange", "arrange", "place", "placing"], reports
    return len(reports)


def assert_placed_once(take: Mapping[str, Any], before: SessionSnapshot, after: SessionSnapshot) -> None:
    """Compare what is new in the session with the take, track by track."""
    known = {route.id for route in before.routes}
    new = [route for route in after.routes if route.id not in known]
    parts = {part["role"] for part in take["plan"]["parts"]}
    midi = [route.name for route in new if route.kind is RouteKind.MIDI_TRACK]
    stems = [route.name for route in new if route.kind is RouteKind.AUDIO_TRACK]
    assert len(set(midi)) == len(midi) == len(parts)
    assert sorted(stems) == sorted(f"{name} (stem)" for name in midi)
    for route in new:
        (region,) = route.regions
        assert region.start == BBT(1), route.name
    plan = take["plan"]
    assert [(marker.name, marker.start.bar) for marker in after.markers] == [
        (section["name"], section["start_bar"]) for section in plan["sections"]
    ]
    assert [point.tempo_bpm for point in after.tempo_map] == [plan["tempo_bpm"]]


async def finish_and_check(
    desk: Desk, data: Path, before: SessionSnapshot, take: Mapping[str, Any] | None = None
) -> None:
    """Let a new process finish the job; find one placement of one take, which one undo takes back."""
    (job,) = sideman_json(desk.environment(data), "jobs", "--wait")
    assert (job["state"], job["result"]["placed"]["state"]) == ("done", "applied"), job
    assert_placed_once(take or desk.take, before, await desk.snapshot())
    assert not list(desk.studio.bridge_folder.glob("import-*"))
    assert not list((data / "placing").iterdir())
    async with desk.studio.daw() as daw:
        undone = await daw.revert(ChangeSetId(job["id"]))
        assert undone.state is ChangeSetState.REVERTED
        assert await daw.snapshot() == before


@pytest.mark.parametrize("moment", _MOMENTS)
async def test_placing_survives_a_kill_between_stages(desk: Desk, n_reports: int, moment: str, tmp_path: Path) -> None:
    before = await desk.snapshot()
    report = _MOMENTS[moment] if _MOMENTS[moment] > 0 else n_reports
    code, reports = desk.run(tmp_path, str(report), "place", desk.take["id"])
    assert code == -signal.SIGKILL, reports
    await finish_and_check(desk, tmp_path, before)


@pytest.mark.parametrize("number", [1, 5, 12, 20])
async def test_placing_survives_a_kill_amid_its_operations(desk: Desk, number: int, tmp_path: Path) -> None:
    before, known = await desk.snapshot(), desk.journals()
    with desk.working(tmp_path, "0", "place", desk.take["id"]) as process:
        desk.wait_for_operation(number, known)
        process.kill()
    (new,) = (path for path in desk.journals() if path not in known)
    assert is_open(desk.studio.editor.session_folder, ChangeSetId(new.stem)), "the kill came too late"
    await finish_and_check(desk, tmp_path, before)


async def test_a_take_is_made_and_placed_once_when_its_placing_is_killed(desk: Desk, tmp_path: Path) -> None:
    before, known = await desk.snapshot(), desk.journals()
    earlier = {take["id"] for take in whole_takes(desk.home / "takes")}
    with desk.working(tmp_path, "0", "generate", "live") as process:
        desk.wait_for_operation(8, known)
        process.kill()
    new = [take for take in whole_takes(desk.home / "takes") if take["id"] not in earlier]
    assert len(new) == 1
    await finish_and_check(desk, tmp_path, before, new[0])
    assert [take["id"] for take in whole_takes(desk.home / "takes")] == sorted([*earlier, new[0]["id"]])


async def test_a_cancelled_placement_is_taken_back(desk: Desk, tmp_path: Path) -> None:
    before, known = await desk.snapshot(), desk.journals()
    with desk.working(tmp_path, "0", "place", desk.take["id"]) as process:
        desk.wait_for_operation(5, known)
        process.send_signal(signal.SIGSTOP)  # it would be done before another program could cancel it
        (new,) = (path for path in desk.journals() if path not in known)
        cancelled = sideman(desk.environment(tmp_path), "jobs", "--cancel", new.stem)
        process.send_signal(signal.SIGCONT)
        process.communicate(timeout=_SECONDS)
    assert cancelled.returncode == 0, cancelled.stderr
    (job,) = sideman_json(desk.environment(tmp_path), "jobs")
    assert job["state"] == "cancelled"
    async with desk.studio.daw() as daw:
        assert await daw.snapshot() == before
        (left,) = (found for found in await daw.change_sets() if found.id == job["id"])
    assert left.state is ChangeSetState.FAILED
    assert {outcome.status.value for outcome in left.outcomes} == {"not_applied"}


async def test_a_job_that_finds_no_editor_says_what_is_left_and_how_to_take_it_back(desk: Desk, tmp_path: Path) -> None:
    before, known = await desk.snapshot(), desk.journals()
    with desk.working(tmp_path, "0", "place", desk.take["id"]) as process:
        desk.wait_for_operation(12, known)
        process.kill()
    environment = desk.environment(tmp_path)
    os.kill(desk.studio.editor.pid, signal.SIGSTOP)
    try:
        (job,) = sideman_json(environment, "jobs", "--wait")
    finally:
        os.kill(desk.studio.editor.pid, signal.SIGCONT)
    assert job["state"] == "failed"
    assert "is Ardour open" in job["error"]
    assert f"'sideman undo {job['id']}'" in job["error"]
    assert await desk.snapshot() != before
    undone = sideman_json(environment, "undo")
    assert (undone["id"], undone["state"]) == (job["id"], "reverted")
    assert await desk.snapshot() == before


async def test_cancelling_a_killed_placement_takes_it_back_or_says_how(desk: Desk, tmp_path: Path) -> None:
    environment = desk.environment(tmp_path)
    for is_editor_busy in (False, True):
        before, known = await desk.snapshot(), desk.journals()
        with desk.working(tmp_path, "0", "place", desk.take["id"]) as process:
            desk.wait_for_operation(12, known)
            process.kill()
        (new,) = (path for path in desk.journals() if path not in known)
        if is_editor_busy:
            os.kill(desk.studio.editor.pid, signal.SIGSTOP)
        try:
            cancelled = sideman(environment, "jobs", "--cancel", new.stem)
        finally:
            os.kill(desk.studio.editor.pid, signal.SIGCONT)
        if is_editor_busy:
            assert cancelled.returncode == 4, cancelled.stderr
            assert f"'{own_command()} undo {new.stem}' takes it out" in cancelled.stderr
            assert sideman_json(environment, "undo")["id"] == new.stem
        else:
            assert cancelled.returncode == 0, cancelled.stderr
        assert sideman_json(environment, "jobs")[0]["state"] == "cancelled"
        assert await desk.snapshot() == before
        assert not list((tmp_path / "placing").iterdir())
