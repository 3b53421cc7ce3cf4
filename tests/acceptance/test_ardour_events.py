"""What the person does in the editor reaches whoever listens, within a fraction of a second and at little cost."""

import asyncio
import statistics
from collections.abc import AsyncGenerator, Callable, Iterator

import pytest

from daw_bridge.daw import TransportAction
from daw_bridge.events import Passing, follow, read_passing
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState
from music.operations.material import ImportAudio
from music.operations.tracks import AddAudioTrack, SelectRoutes
from music.time import BBT
from tests.acceptance import inside_ardour
from tests.acceptance.bridge_studio import Studio, failures, running_studio
from tests.acceptance.timing import seconds_of_calls
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")
_SECONDS = 20.0


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("events")) as found:
        yield found


async def next_where(heard: AsyncGenerator[Passing | None, None], is_so: Callable[[Passing], bool]) -> Passing:
    """Wait for what is so; other changes may come before it."""

    async def wait() -> Passing:
        async for passing in heard:
            if passing and is_so(passing):
                return passing
        raise AssertionError("nothing more is heard")

    return await asyncio.wait_for(wait(), _SECONDS)


async def test_selection_playhead_and_range_are_heard_as_they_change(studio: Studio) -> None:
    heard = follow(studio.client)
    async with studio.daw() as daw:
        done = await daw.apply(
            ChangeSet(
                id=ChangeSetId("material"),
                label="",
                operations=(
                    AddAudioTrack(ref="one", name="One", colour="#112233", n_channels=2),
                    AddAudioTrack(ref="two", name="Two", colour="#112233", n_channels=2),
                    ImportAudio(ref="r", track="one", path=str(studio.audio), name="tone", at=BBT(2)),
                ),
            )
        )
        assert done.state is ChangeSetState.APPLIED, failures(done)
        one, two = (route for route in (await daw.snapshot()).routes if route.name in ("One", "Two"))
        first = await anext(heard)
        assert first
        assert first.session_folder == studio.editor.session_folder
        await daw.transport(TransportAction.LOCATE, BBT(3))
        assert (await next_where(heard, lambda now: now.transport.playhead == BBT(3))).transport.is_rolling is False
        wanted = one.id if (await daw.snapshot()).selected_routes == (two.id,) else two.id
        select = SelectRoutes(routes=(wanted,))
        await daw.apply(ChangeSet(id=ChangeSetId("select"), label="", operations=(select,)))
        await next_where(heard, lambda now: now.selected_routes == (wanted,))
        studio.editor.send_osc("/access_action", "Editor/select-all-objects")
        selected = await next_where(heard, lambda now: bool(now.selected_regions))
        assert selected.selected_regions == (one.regions[0].id,)
        assert (await daw.snapshot()).selected_regions == selected.selected_regions
        await inside_ardour.select_range(studio, 96_000, 192_000)
        in_range = await next_where(heard, lambda now: now.selected_range is not None)
        assert in_range.selected_range
        assert in_range.selected_range.start == BBT(2)
        await daw.transport(TransportAction.PLAY)
        await next_where(heard, lambda now: now.transport.is_rolling)
        await daw.transport(TransportAction.STOP)
        await next_where(heard, lambda now: not now.transport.is_rolling)
    await heard.aclose()


async def test_looking_costs_little_more_than_asking_for_nothing(studio: Studio) -> None:
    async with studio.client() as client:
        bare = await seconds_of_calls(lambda _: client.call("transport", {"action": "state"}))
        looks = await seconds_of_calls(lambda _: read_passing(client))
    bare_seconds, look_seconds = statistics.median(bare), statistics.median(looks)
    print(f"a look {look_seconds * 1e3:.2f} ms, the transport alone {bare_seconds * 1e3:.2f} ms (medians)")
    assert look_seconds < 2 * bare_seconds + 0.001, "a millisecond, where the machine does nothing else"


async def test_an_editor_that_goes_and_comes_back_is_heard_of(studio: Studio) -> None:
    heard = follow(studio.client)
    assert await anext(heard)
    studio.editor.kill()
    assert await asyncio.wait_for(anext(heard), _SECONDS) is None
    studio.editor.restart()
    back = await next_where(heard, lambda now: now.session_folder == studio.editor.session_folder)
    assert back.selected_regions == ()
    await heard.aclose()
