"""A client or an editor that dies half way leaves, after the next try, exactly one placement."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daw_bridge.change_journal import log_path
from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.operations.tracks import AddAudioTrack
from music.session import SessionSnapshot
from tests.acceptance import dying_client
from tests.acceptance.bridge_studio import N_NOTES, PARTS, Studio, failures, running_studio
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("recovery")) as found:
        yield found


def _die(studio: Studio, change_set_id: str, n_steps: int, moment: str) -> None:
    """Run a client that ends by SIGKILL at its ``n_steps``-th operation."""
    arguments = [studio.bridge_folder, studio.midi, studio.audio, change_set_id, n_steps, moment]
    root = Path(__file__).parents[2]
    finished = subprocess.run(
        [sys.executable, "-m", dying_client.__name__, *map(str, arguments)],
        cwd=root,
        timeout=60,
        check=False,
        capture_output=True,
        text=True,
    )
    assert finished.returncode == -9, finished.stderr


def _assert_placed_once(snapshot: SessionSnapshot, before: SessionSnapshot) -> None:
    new = [route for route in snapshot.routes if route.id not in {old.id for old in before.routes}]
    assert sorted(route.name for route in new) == sorted([*PARTS, *(f"{name} stem" for name in PARTS)])
    assert [marker.name for marker in snapshot.markers] == ["Intro", "Verse", "Chorus"]
    assert [point.tempo_bpm for point in snapshot.tempo_map] == [140.0]
    for route in new:
        assert len(route.regions) == 1
        assert route.regions[0].n_notes in (None, N_NOTES)


@pytest.mark.parametrize(
    ("n_steps", "moment"),
    [
        (0, "before"),
        (1, "after"),
        (4, "after"),
        (5, "before"),
        (5, "after"),
        (6, "after"),
        (7, "after"),
        (25, "before"),
    ],
)
async def test_a_client_killed_between_operations_leaves_one_placement(
    studio: Studio, n_steps: int, moment: str
) -> None:
    name = f"killed-{n_steps}-{moment}"
    async with studio.daw() as daw:
        before = await daw.snapshot()
        _die(studio, name, n_steps, moment)
        left = next(found for found in await daw.change_sets() if found.id == name)
        assert left.state is ChangeSetState.UNCERTAIN
        result = await daw.apply(studio.take(name))
        assert result.state is ChangeSetState.APPLIED, failures(result)
        _assert_placed_once(await daw.snapshot(), before)
        undone = await daw.revert(ChangeSetId(name))
        assert undone.state is ChangeSetState.REVERTED
        assert await daw.snapshot() == before


async def test_a_half_done_change_set_can_be_taken_back_without_being_finished(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        _die(studio, "abandoned", 6, "before")
        assert (await daw.snapshot()).revision != before.revision
        assert (await daw.revert(ChangeSetId("abandoned"))).state is ChangeSetState.REVERTED
        assert await daw.snapshot() == before


async def test_a_track_that_ardour_made_just_before_it_died_is_found_again(studio: Studio) -> None:
    track = AddAudioTrack(ref="t", name="Orphan", colour="#112233", n_channels=1)
    change_set = ChangeSet(id=ChangeSetId("orphan"), label="", operations=(track,))
    async with studio.client() as client:
        daw = LiveDaw(client)
        before = await daw.snapshot()
        await daw.apply(change_set)
        path = log_path(studio.editor.session_folder, change_set.id)
        begin, start, *_ = path.read_text().splitlines(keepends=True)  # what is written before the step acts
        path.write_text(begin + start + '{"line":"inverse","ind')
        result = await daw.apply(change_set)
        assert result.state is ChangeSetState.APPLIED, failures(result)
        assert [route.name for route in (await daw.snapshot()).routes].count("Orphan") == 1
        await daw.revert(change_set.id)
        assert await daw.snapshot() == before


async def test_two_clients_with_one_change_set_place_it_once(studio: Studio) -> None:
    async with studio.daw() as one, studio.daw() as other:
        before = await one.snapshot()
        change_set = studio.take("twice-at-once")
        first, second = await asyncio.gather(one.apply(change_set), other.apply(change_set))
        assert first == second
        assert first.state is ChangeSetState.APPLIED, failures(first)
        _assert_placed_once(await one.snapshot(), before)
        await one.revert(change_set.id)
        assert await one.snapshot() == before


async def test_what_is_known_of_a_first_change_set_is_told_when_the_editor_ends_in_it(studio: Studio) -> None:
    operations = tuple(AddAudioTrack(ref=f"t{n}", name=f"T{n}", colour="#336699", n_channels=2) for n in range(3))
    turn = ChangeSet(id=ChangeSetId("first-of-all"), label="a turn", operations=operations)
    log = log_path(studio.editor.session_folder, turn.id)
    async with studio.daw() as daw:
        before = await daw.snapshot()
        applying = asyncio.create_task(daw.apply(turn))
        deadline = time.monotonic() + 20
        while not (log.exists() and '"line":"start"' in log.read_text()):
            assert time.monotonic() < deadline, "the change set was not begun"
            await asyncio.sleep(0.001)
        studio.editor.kill()
        result = await asyncio.wait_for(applying, 10)  # that nobody is there any more is noticed
    assert result.state is ChangeSetState.UNCERTAIN
    assert [outcome.status for outcome in result.outcomes][1:] == [OutcomeStatus.NOT_APPLIED] * 2
    studio.editor.restart()
    async with studio.daw() as daw:
        again = await daw.apply(turn)
        assert again.state is ChangeSetState.APPLIED, failures(again)
        await daw.revert(turn.id)
        assert (await daw.snapshot()).revision == before.revision


async def test_an_editor_that_ends_half_way_leaves_one_placement(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        _die(studio, "editor-ended", 7, "before")
        await daw.save()
    studio.editor.quit(save=False)
    studio.editor.restart()
    async with studio.daw() as daw:
        result = await daw.apply(studio.take("editor-ended"))
        assert result.state is ChangeSetState.APPLIED, failures(result)
        _assert_placed_once(await daw.snapshot(), before)
        # and where it was applied but never saved, it is applied again
    studio.editor.quit(save=False)
    studio.editor.restart()
    async with studio.daw() as daw:
        result = await daw.apply(studio.take("editor-ended"))
        assert result.state is ChangeSetState.APPLIED, failures(result)
        _assert_placed_once(await daw.snapshot(), before)
        await daw.revert(ChangeSetId("editor-ended"))
        assert (await daw.snapshot()).revision == before.revision
