"""What is made anew goes on under the id by which everybody knows it, also after Ardour was restarted."""

import json
from collections.abc import Iterator

import pytest

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSetResult, ChangeSetState
from music.operations.groups import AddGroup, AddVca, RemoveGroup
from music.operations.material import ImportMidi
from music.operations.mixer import SetFader
from music.operations.plugins import AddPlugin, SetParameter
from music.operations.sends import AddSend
from music.operations.tracks import AddAudioTrack, AddBus, AddMidiTrack, DeleteTrack, RenameTrack
from music.session import SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import N_NOTES, Studio, failures, running_studio
from tests.acceptance.turns import keep
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("ids")) as found:
        yield found


async def _again(daw: LiveDaw, turn: ChangeSetResult) -> None:
    result = await daw.redo(turn.id)
    assert result.state is ChangeSetState.APPLIED, failures(result)
    assert [outcome.target_id for outcome in result.outcomes] == [outcome.target_id for outcome in turn.outcomes]


def _all(snapshot: SessionSnapshot) -> tuple[object, ...]:
    """Return what has ids; a VCA's colour is chosen by Ardour anew each time."""
    return snapshot.routes, snapshot.groups, [(vca.id, vca.name, vca.routes) for vca in snapshot.vcas]


async def test_all_that_is_done_again_has_its_old_ids_and_keeps_them_over_a_restart(studio: Studio) -> None:
    async with studio.daw() as daw:
        empty = await daw.snapshot()
        made = await keep(
            daw,
            AddMidiTrack(ref="keys", name="Keys", colour="#123456", instrument_plugin=None),
            ImportMidi(ref="part", track="keys", path=str(studio.midi), name="Part", at=BBT(2), n_notes=N_NOTES),
            AddBus(ref="bus", name="Echo", colour="#654321"),
            AddSend(ref="send", route="keys", target="bus", gain_db=-6.0),
            AddPlugin(ref="comp", route="bus", plugin="ACE Compressor"),
            AddGroup(ref="group", name="Both", routes=("keys", "bus"), shares=("mute",), colour="#336699"),
            AddVca(ref="vca", name="Lead"),
        )
        comp = made.outcomes[4].target_id
        assert comp
        louder = await keep(daw, SetParameter(plugin=comp, parameter="Threshold", value="-20 dB"))
        full = await daw.snapshot()
        for turn in (louder, made):
            await daw.revert(turn.id)
        assert (await daw.snapshot()).revision == empty.revision
        await _again(daw, made)
        await _again(daw, louder)
        assert _all(await daw.snapshot()) == _all(full)
        await daw.revert(louder.id)
        await daw.revert(made.id)  # what takes it back names the new objects
        assert (await daw.snapshot()).revision == empty.revision
        await _again(daw, made)
        await _again(daw, louder)
        await daw.save()
    studio.editor.kill()
    studio.editor.restart()
    async with studio.daw() as daw:
        assert _all(await daw.snapshot()) == _all(full)
        for turn in (louder, made):
            await daw.revert(turn.id)
        assert (await daw.snapshot()).routes == empty.routes


async def test_a_deleted_track_comes_back_under_its_id_again_and_again_over_a_restart(studio: Studio) -> None:
    async with studio.daw() as daw:
        made = await keep(daw, AddAudioTrack(ref="v", name="Vocals", colour="#993311", n_channels=1))
        track = made.outcomes[0].route_id
        assert track
        quiet = await keep(daw, SetFader(route=track, gain_db=-9.0))
        deleted = await keep(daw, DeleteTrack(route=track))
        await daw.revert(deleted.id)
        await daw.redo(deleted.id)
        await daw.save()
    studio.editor.kill()
    studio.editor.restart()
    async with studio.daw() as daw:
        await daw.revert(deleted.id)
        found = next(route for route in (await daw.snapshot()).routes if route.id == track)
        assert (found.name, round(found.gain_db, 2)) == ("Vocals", -9.0)
        await daw.save()
    studio.editor.kill()
    studio.editor.restart()
    async with studio.daw() as daw:
        renamed = await keep(daw, RenameTrack(route=track, name="Voice"))
        await daw.revert(quiet.id)
        found = next(route for route in (await daw.snapshot()).routes if route.id == track)
        assert (found.name, found.gain_db) == ("Voice", 0.0)
        for turn in (renamed, made):
            await daw.revert(turn.id)
        assert track not in [route.id for route in (await daw.snapshot()).routes]


async def test_ids_that_went_with_an_editor_that_ended_are_forgotten(studio: Studio) -> None:
    """Ardour gives them anew, to other things."""
    async with studio.daw() as daw:
        await keep(daw, AddAudioTrack(ref="one", name="One", colour="#993311", n_channels=1))
        await keep(daw, AddAudioTrack(ref="two", name="Two", colour="#993311", n_channels=1))
        low = (await keep(daw, AddGroup(ref="low", name="Low", routes=("One",)))).outcomes[0].target_id
        assert low
        await daw.save()
    studio.editor.kill()
    path = studio.editor.session_folder / "sideman" / "ids.json"
    lost = [str(int(low) + later) for later in range(100, 6000)]
    path.write_text(json.dumps({low: lost}))
    studio.editor.restart()
    async with studio.daw() as daw:
        for name in ("High", "Higher"):
            await keep(daw, AddGroup(ref=name, name=name, routes=("Two",)))
            await daw.revert((await keep(daw, RemoveGroup(group=low))).id)
        groups = (await daw.snapshot()).groups
    assert [group.name for group in groups if group.id == low] == ["Low"]
    assert {group.name for group in groups} == {"Higher", "Low"}
