"""The bridge in the real editor: what is placed is read back from Ardour, and undo leaves what was there before."""

import asyncio
import dataclasses
import statistics
import time
from collections.abc import Iterator

import pytest

from daw_bridge.bridge_client import Recording, connect
from daw_bridge.bridge_folder import BridgeFolder
from daw_bridge.daw import TransportAction
from daw_bridge.programs import find_ardour
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.errors import NotFound, RequestInvalid, SetupBroken, TimedOut, TryLater
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader
from music.operations.timeline import AddMarker, SetTempo
from music.operations.tracks import AddAudioTrack
from music.session import RouteKind, SessionSnapshot
from music.time import BBT, TimeSignature
from tests.acceptance.bridge_studio import N_NOTES, N_SAMPLES, PARTS, Studio, failures, running_studio
from tests.acceptance.timing import seconds_of_calls
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("bridge")) as found:
        yield found


def _music(snapshot: SessionSnapshot) -> SessionSnapshot:
    """Leave out where the playhead is; all else must be as it was."""
    return dataclasses.replace(snapshot, playhead_samples=0, playhead=BBT(1))


async def test_a_take_is_placed_verified_line_by_line_and_undone_as_one_step(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        result = await daw.apply(studio.take("whole"))
        assert {outcome.status for outcome in result.outcomes} == {OutcomeStatus.VERIFIED}, failures(result)
        assert result.state is ChangeSetState.APPLIED
        placed = await daw.snapshot()
        assert result.revision == placed.revision != before.revision
        studio.editor.screenshot(studio.bridge_folder.parent / "placed.png")
        assert studio.editor.window_titles() == ["*session - Ardour"], "no window opens for an instrument"
        assert [point.tempo_bpm for point in placed.tempo_map] == [140.0]
        assert [(marker.name, marker.start) for marker in placed.markers] == [
            ("Intro", BBT(1)),
            ("Verse", BBT(5)),
            ("Chorus", BBT(9)),
        ]
        for index, name in enumerate(PARTS):
            midi = next(route for route in placed.routes if route.name == name)
            stem = next(route for route in placed.routes if route.name == f"{name} stem")
            assert midi.kind is RouteKind.MIDI_TRACK
            assert [plugin.name for plugin in midi.processors] == ["ACE Fluid Synth"]
            assert [region.n_notes for region in midi.regions] == [N_NOTES]
            assert midi.regions[0].start == BBT(1)
            # sixteen quarter notes at 140 BPM: the file's own 60 BPM must not count; one sample for rounding
            assert midi.regions[0].length_samples == pytest.approx(16 * 60 / 140 * 48000, abs=1)
            assert midi.gain_db == pytest.approx(-3.0 - index, abs=0.01)
            assert midi.pan == pytest.approx(0.5 * (index - 1), abs=0.005)
            assert midi.id in placed.selected_routes
            assert stem.kind is RouteKind.AUDIO_TRACK
            assert stem.is_muted
            assert stem.colour == "#993311"
            assert [region.length_samples for region in stem.regions] == [N_SAMPLES]
        assert len(placed.selected_routes) == len(PARTS)
        undone = await daw.revert(ChangeSetId("whole"))
        assert undone.state is ChangeSetState.REVERTED
        assert {outcome.status for outcome in undone.outcomes} == {OutcomeStatus.VERIFIED}
        assert await daw.snapshot() == before
        assert studio.editor.window_titles() == ["*session - Ardour"]


async def test_an_applied_id_is_not_applied_again_and_is_listed(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        first = await daw.apply(studio.take("once"))
        placed = await daw.snapshot()
        again = await daw.apply(studio.take("once"))
        assert again == first
        assert await daw.snapshot() == placed
        assert first in await daw.change_sets()
        undone = await daw.revert(ChangeSetId("once"))
        assert await daw.apply(studio.take("once")) == undone
        assert await daw.snapshot() == before


async def test_ardours_own_undo_does_not_take_half_of_a_take_away(studio: Studio) -> None:
    async with studio.daw() as daw:
        await daw.apply(studio.take("whole-or-nothing"))
        placed = await daw.snapshot()
        for _ in range(5):
            studio.editor.send_osc("/access_action", "Editor/undo")
            assert (await daw.snapshot()).revision == placed.revision
        await daw.revert(ChangeSetId("whole-or-nothing"))


async def test_a_failing_operation_takes_back_what_was_done_before_it(studio: Studio) -> None:
    take = studio.take("fails")
    wrong = [
        dataclasses.replace(operation, n_notes=17) if isinstance(operation, ImportMidi) else operation
        for operation in take.operations
    ]
    async with studio.daw() as daw:
        before = await daw.snapshot()
        result = await daw.apply(dataclasses.replace(take, operations=tuple(wrong)))
        assert result.state is ChangeSetState.FAILED
        failed = [outcome for outcome in result.outcomes if outcome.status is OutcomeStatus.FAILED]
        assert [outcome.verb for outcome in failed] == ["import_midi"]
        assert "16 notes" in failed[0].reason
        others = {outcome.status for outcome in result.outcomes if outcome not in failed}
        assert others == {OutcomeStatus.NOT_APPLIED}
        assert await daw.snapshot() == before


async def test_a_dry_run_and_an_invalid_change_set_change_nothing(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        preview = await daw.apply(studio.take("never"), dry_run=True)
        assert preview.state is ChangeSetState.PREVIEWED
        assert {outcome.status for outcome in preview.outcomes} == {OutcomeStatus.PREVIEWED}
        nowhere = ChangeSet(id=ChangeSetId("nowhere"), label="", operations=(SetFader(route="Mastr", gain_db=-6.0),))
        refused = await daw.apply(nowhere)
        assert refused.state is ChangeSetState.FAILED
        assert "Master" in refused.outcomes[0].reason
        assert await daw.snapshot() == before
        with pytest.raises(NotFound, match="never"):
            await daw.revert(ChangeSetId("never"))


async def test_a_change_set_made_for_another_revision_is_refused(studio: Studio) -> None:
    async with studio.daw() as daw:
        late = dataclasses.replace(studio.take("late"), expected_revision="0123456789abcdef")
        with pytest.raises(RequestInvalid, match="moved on"):
            await daw.apply(late)
        assert "late" not in [found.id for found in await daw.change_sets()]


async def test_undo_leaves_what_was_changed_since(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        track = AddAudioTrack(ref="track", name="Kept", colour="#112233", n_channels=2)
        made = await daw.apply(
            ChangeSet(
                id=ChangeSetId("made"),
                label="a track",
                operations=(
                    track,
                    SetTempo(at=BBT(9), tempo_bpm=90.0, time_signature=TimeSignature(3, 4)),
                    AddMarker(ref="m", name="Waltz", at=BBT(11, 2, 480)),
                ),
            )
        )
        assert made.state is ChangeSetState.APPLIED, failures(made)
        there = await daw.snapshot()
        assert [(point.start, point.tempo_bpm, str(point.time_signature)) for point in there.tempo_map] == [
            (BBT(1), 120.0, "4/4"),
            (BBT(9), 90.0, "3/4"),
        ]
        assert [marker.start for marker in there.markers] == [BBT(11, 2, 480)]
        route = made.outcomes[0].route_id
        assert route
        added = ImportAudio(
            ref="r", track=route, path=str(studio.audio), name="Later", at=BBT(3), length_samples=N_SAMPLES
        )
        await daw.apply(ChangeSet(id=ChangeSetId("added"), label="", operations=(added,)))
        with pytest.raises(RequestInvalid, match=r"\(added\) works on what it made"):
            await daw.revert(ChangeSetId("made"))
        assert (await daw.snapshot()).tempo_map == there.tempo_map
        log = studio.editor.session_file.parent / "sideman" / "changes" / "added.jsonl"
        log.rename(log.with_suffix(".away"))  # then nobody knows of it: as if it were done by hand
        undone = await daw.revert(ChangeSetId("made"))
        log.with_suffix(".away").rename(log)
        assert undone.outcomes[0].status is OutcomeStatus.UNVERIFIED
        assert "1 region" in undone.outcomes[0].reason
        now = await daw.snapshot()
        assert now.tempo_map == before.tempo_map
        assert now.markers == before.markers
        assert [region.name for found in now.routes if found.id == route for region in found.regions] == ["Later"]
        await daw.revert(ChangeSetId("added"))


async def test_the_transport_does_as_it_is_told(studio: Studio) -> None:
    async with studio.daw() as daw:
        revision = (await daw.snapshot()).revision
        located = await daw.transport(TransportAction.LOCATE, BBT(5))
        assert located.playhead == BBT(5)
        assert (await daw.transport(TransportAction.PLAY)).is_rolling
        assert not (await daw.transport(TransportAction.STOP)).is_rolling
        assert (await daw.snapshot()).revision == revision
        await daw.transport(TransportAction.LOCATE, BBT(1))
        with pytest.raises(RequestInvalid, match="place"):
            await daw.transport(TransportAction.LOCATE)


async def test_a_transport_that_rolls_and_does_not_move_is_told_with_the_reason(studio: Studio) -> None:
    """Ardour says that it rolls while it waits for a clock from outside that never comes."""
    async with studio.daw() as daw:
        await daw.transport(TransportAction.LOCATE, BBT(1))
        studio.editor.send_osc("/access_action", "Transport/ToggleExternalSync")
        with pytest.raises(TimedOut, match=r"stays at 1\|1\|0; Ardour follows an external clock"):
            await daw.transport(TransportAction.PLAY)
        await daw.transport(TransportAction.STOP)
        studio.editor.send_osc("/access_action", "Transport/ToggleExternalSync")
        assert (await daw.transport(TransportAction.PLAY)).playhead_samples > 0
        await daw.transport(TransportAction.STOP)
        await daw.transport(TransportAction.LOCATE, BBT(1))


async def test_saving_writes_the_session_file(studio: Studio) -> None:
    async with studio.daw() as daw:
        await daw.apply(
            ChangeSet(id=ChangeSetId("saved"), label="", operations=(AddMarker(ref="m", name="On disk", at=BBT(2)),))
        )
        await daw.save()
        assert 'name="On disk"' in studio.editor.session_file.read_text(encoding="utf-8")
        await daw.revert(ChangeSetId("saved"))


async def test_capabilities_tell_versions_and_verbs(studio: Studio) -> None:
    async with studio.daw() as daw:
        found = await daw.capabilities()
    assert found.ardour_version.startswith(f"{find_ardour().major_version}.")
    assert found.bridge_version == studio.report.version
    assert {"set_tempo", "import_midi", "revert", "transport"} <= set(found.verbs)


async def test_requests_that_are_late_foreign_or_unknown_are_answered_and_not_done(studio: Studio) -> None:
    async with studio.client() as client:
        with pytest.raises(SetupBroken, match="install"):
            await client.call("save", version="0-elsewhere")
        with pytest.raises(RequestInvalid, match="no verb"):
            await client.call("os.execute")
        with pytest.raises(NotFound, match="unheard-of"):
            await client.call("remains", {"id": "unheard-of"})
        with pytest.raises(RequestInvalid, match="letters"):
            await client.call("reopen", {"id": "../../evil"})
        folder = client.folder
        arguments = {"id": "expired"}
        folder.write(
            "request.json",
            {
                "id": "late",
                "version": studio.report.version,
                "deadline_unix": time.time() - 2,
                "verb": "reopen",
                "arguments": arguments,
            },
        )
        studio.editor.send_osc("/access_action", f"LuaAction/script-{client.slot}")
        deadline = time.monotonic() + 10
        while (answer := folder.read("answer-late.json")) is None:
            assert time.monotonic() < deadline, "no answer to the late request"
            await asyncio.sleep(0.01)
        assert answer["error"]["kind"] == "expired"
        folder.remove("answer-late.json")
        with pytest.raises(NotFound, match="expired"):
            await client.call("remains", {"id": "expired"})


async def test_a_request_that_ardour_never_took_is_withdrawn(studio: Studio) -> None:
    folder = BridgeFolder.open(studio.bridge_folder)
    async with connect(folder, osc_port=9) as client:  # the discard port: nobody is there
        with pytest.raises(TryLater, match="nothing was done"):
            await client.call("save", timeout_seconds=0.3)
    assert not (folder.path / "request.json").exists()


async def test_nothing_is_written_while_the_transport_records(studio: Studio) -> None:
    async with studio.daw() as daw:
        track = AddAudioTrack(ref="t", name="Take", colour="#112233", n_channels=1)
        await daw.apply(ChangeSet(id=ChangeSetId("armed"), label="", operations=(track,)))
        for address, arguments in (
            ("/strip/recenable", (1, 1)),
            ("/rec_enable_toggle", (1,)),
            ("/transport_play", (1,)),
        ):
            studio.editor.send_osc(address, *arguments)
        deadline = time.monotonic() + 10
        while not (await daw.transport(TransportAction.STATE)).is_recording:
            assert time.monotonic() < deadline, "Ardour did not start to record"
        with pytest.raises(Recording, match="stop it first"):
            await daw.apply(studio.take("while-recording"))
        await daw.transport(TransportAction.STOP)
        studio.editor.send_osc("/rec_enable_toggle", 0)
        assert "while-recording" not in [found.id for found in await daw.change_sets()]


async def test_the_bridge_answers_within_a_frame(studio: Studio) -> None:
    async with studio.client() as client:
        seconds = await seconds_of_calls(lambda _: client.call("transport", {"action": "state"}))
    assert len(seconds) == 200
    assert statistics.median(seconds) < 0.02  # a picture on the screen lasts 0.017 s; 0.002 s on an idle machine
