"""A person selects a part in Ardour, presses "vary selected part", and that part alone is another one in its place."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from daw_bridge.buttons import VARY
from music.changeset import ChangeSet, ChangeSetId
from music.operations.tracks import SelectRoutes
from music.session import Route, SessionSnapshot
from tests.acceptance import inside_ardour
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.homes import home_environment, running_serve, sideman, sideman_json
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

_SECONDS = 90.0


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run an editor with a take in its session, and `sideman serve` beside it."""
    del ardour_programs
    require_program("xdotool")
    folder = tmp_path_factory.mktemp("vary")
    with running_studio(folder) as found, running_serve(environment(found), log_of(found)):
        words = ("pop with piano, drums, bass at 120 bpm", "--bars", "4", "--seed", "2", "--to", "live", "--at", "3")
        done = sideman(environment(found), "generate", *words)
        assert done.returncode == 0, done.stderr
        yield found


def environment(studio: Studio) -> dict[str, str]:
    own = {"SIDEMAN_BRIDGE_DIR": str(studio.bridge_folder), "SIDEMAN_HTTP_TOKEN": "of-this-test-alone"}
    return home_environment(studio.bridge_folder.parent) | own


def log_of(studio: Studio) -> Path:
    return studio.bridge_folder.parent / "serve.log"


async def applied(studio: Studio) -> list[ChangeSetId]:
    async with studio.daw() as daw:
        return [done.id for done in await daw.change_sets() if done.state.value == "applied"]


def track(session: SessionSnapshot, name: str) -> Route:
    return next(route for route in session.routes if route.name == name)


async def vary(studio: Studio, track_name: str, words: str) -> tuple[ChangeSetId, SessionSnapshot, SessionSnapshot]:
    """Select a track, press the button and say what shall be different; return what was done, before and after."""
    async with studio.daw() as daw:
        wanted = track(await daw.snapshot(), track_name)
        select = SelectRoutes(routes=(wanted.id,))
        await daw.apply(ChangeSet(id=ChangeSetId(f"select-{time.time_ns()}"), label="", operations=(select,)))
        before, known = await daw.snapshot(), await applied(studio)
        await inside_ardour.ask_for(studio, words, button=VARY.name)
        deadline = time.monotonic() + _SECONDS
        while not (new := [done for done in await applied(studio) if done not in known]):
            assert time.monotonic() < deadline, log_of(studio).read_text()
            await asyncio.sleep(0.2)
        return new[0], before, await daw.snapshot()


def check_replaced(before: SessionSnapshot, after: SessionSnapshot, name: str) -> None:
    """See that a part's region and stem are others, where the old ones stood, and that all else stands as before."""
    for was, now in zip(before.routes, after.routes, strict=True):
        if was.name not in (name, f"{name} (stem)"):
            assert now.regions == was.regions
            continue
        (old,), (new,) = was.regions, now.regions
        assert new.id != old.id
        assert new.start == old.start
        kept = [playlist for playlist in now.playlists if " before " in playlist.name]
        assert kept[-1].regions
    assert after.markers == before.markers
    assert after.tempo_map == before.tempo_map


async def test_the_selected_part_alone_becomes_another_and_undo_brings_the_old_one_back(studio: Studio) -> None:
    done, before, after = await vary(studio, "Bass", "an octave higher")
    check_replaced(before, after, "Bass")
    pitches = [
        [int(row.split()[2]) for row in track(session, "Bass").regions[0].notes.split(";") if row]
        for session in (before, after)
    ]
    assert len(pitches[0]) == len(pitches[1])
    assert sum(pitches[1]) > sum(pitches[0])
    take = sideman_json(environment(studio), "take", done)
    assert take["variation"]["words"] == "an octave higher"
    again, between, last = await vary(studio, "Bass", "another one")
    check_replaced(between, last, "Bass")
    assert sideman_json(environment(studio), "take", again)["parent"] == done
    async with studio.daw() as daw:
        await daw.revert(again)
        await daw.revert(done)
        back = await daw.snapshot()
    assert track(back, "Bass").regions[0].notes == track(before, "Bass").regions[0].notes
    assert len(track(back, "Bass").regions) == 1


async def test_words_about_more_than_the_part_are_refused_inside_ardour(studio: Studio) -> None:
    known = await applied(studio)
    await inside_ardour.ask_for(studio, "faster", button=VARY.name)
    await inside_ardour.window_shown(studio, inside_ardour.MESSAGE_TITLE)
    studio.editor.screenshot(studio.bridge_folder.parent / "more-than-the-part.png")
    await inside_ardour.close_message(studio)
    assert "concerns more than the bass" in log_of(studio).read_text()
    assert await applied(studio) == known
