"""Tracks, buses, their order, routing, groups and VCAs in the real editor: done, read back, undone without a trace."""

import asyncio
import re
from collections.abc import Iterator

import pytest

from music.changeset import ChangeSetState, OutcomeStatus
from music.operations import Operation
from music.operations.groups import (
    AddGroup,
    AddVca,
    AssignVca,
    EditGroup,
    RemoveGroup,
    RemoveVca,
    SetVca,
    UnassignVca,
)
from music.operations.material import ImportAudio, ImportMidi
from music.operations.mixer import SetFader, SetPolarity
from music.operations.plugins import RemovePlugin
from music.operations.sends import AddSend
from music.operations.tracks import (
    AddAudioTrack,
    AddBus,
    AddMidiTrack,
    ArmTrack,
    DeleteTrack,
    DuplicateTrack,
    MoveTrack,
    RenameTrack,
    SetChannels,
    SetColour,
    SetInput,
    SetMonitor,
    SetOutput,
)
from music.session import RouteKind
from music.time import BBT
from tests.acceptance.bridge_studio import N_NOTES, N_SAMPLES, Studio, failures, running_studio
from tests.acceptance.turns import keep, keep_in, refusal, route, there_and_back, turn
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("tracks")) as found:
        yield found


def band(studio: Studio) -> tuple[Operation, ...]:
    """Return four strips with material, sends, a group and a VCA."""
    return (
        AddAudioTrack(ref="kick", name="Kick", colour="#112233", n_channels=1),
        AddAudioTrack(ref="bass", name="Bass", colour="#223344", n_channels=2),
        AddMidiTrack(ref="keys", name="Keys", colour="#334455", instrument_plugin="urn:ardour:a-fluidsynth"),
        AddBus(ref="verb", name="Reverb", colour="#445566"),
        ImportAudio(ref="tone", track="bass", path=str(studio.audio), name="tone", at=BBT(2), length_samples=N_SAMPLES),
        ImportMidi(ref="part", track="keys", path=str(studio.midi), name="part", at=BBT(1), n_notes=N_NOTES),
        AddSend(ref="bass send", route="bass", target="verb", gain_db=-7),
        AddSend(ref="keys send", route="keys", target="verb", gain_db=-9, is_pre_fader=True),
        SetOutput(route="kick", targets=("verb",)),
        SetPolarity(route="bass", is_inverted=True, channel=2),
        SetFader(route="bass", gain_db=-8),
        AddGroup(ref="low", name="Low", routes=("kick", "bass")),
        AddVca(ref="all", name="All", routes=("bass", "keys")),
    )


@pytest.fixture(scope="module")
def playing(studio: Studio) -> Studio:
    asyncio.run(keep_in(studio, *band(studio)))
    return studio


async def test_buses_for_audio_and_midi_are_made_and_taken_back(playing: Studio) -> None:
    seen = await there_and_back(
        playing, AddBus(ref="fx", name="FX", n_channels=1), AddBus(ref="split", name="Split", kind="midi")
    )
    assert (route(seen, "FX").kind, route(seen, "FX").n_inputs) == (RouteKind.BUS, 1)
    assert route(seen, "Split").kind is RouteKind.BUS


@pytest.mark.parametrize("name", ["Kick", "Bass", "Keys", "Reverb"])
async def test_a_deleted_strip_comes_back_with_all_that_was_on_it(playing: Studio, name: str) -> None:
    """Regions, sends to and from it, connections, group, VCA, mix, place and even the ids are compared."""
    async with playing.daw() as daw:
        before = await daw.snapshot()
        done = await daw.apply(turn(DeleteTrack(route=name)))
        assert done.state is ChangeSetState.APPLIED, failures(done)
        assert name not in [found.name for found in (await daw.snapshot()).routes]
        undone = await daw.revert(done.id)
        after = await daw.snapshot()
        assert after.routes == before.routes
        assert (after.groups, after.vcas) == (before.groups, before.vcas)
        assert after.revision == before.revision
    (outcome,) = undone.outcomes
    if name == "Keys":  # an instrument without a preset: what it had loaded cannot be known
        assert outcome.status is OutcomeStatus.UNVERIFIED
        assert "ACE Fluid Synth" in outcome.reason
    else:
        assert outcome.status is OutcomeStatus.VERIFIED, outcome.reason


async def test_a_group_that_lost_all_its_strips_comes_back_with_them(playing: Studio) -> None:
    seen = await there_and_back(playing, DeleteTrack(route="Kick"), DeleteTrack(route="Bass"))
    assert [found.name for found in seen.routes] == ["Master", "Keys", "Reverb"]


async def test_a_deletion_takes_no_other_member_of_a_group_along(playing: Studio) -> None:
    """The members share their selection, and Ardour removes what is selected."""
    seen = await there_and_back(playing, DeleteTrack(route="Bass"))
    assert "Kick" in [found.name for found in seen.routes]


async def test_an_older_change_is_undone_on_a_strip_that_was_brought_back(playing: Studio) -> None:
    async with playing.daw() as daw:
        before = await daw.snapshot()
        fader = await keep_in(playing, SetFader(route="Kick", gain_db=-11))
        deletion = await keep_in(playing, DeleteTrack(route="Kick"))
        await daw.revert(deletion.id)
        assert failures(await daw.revert(fader.id)) == []
        assert (await daw.snapshot()).revision == before.revision


async def test_a_deletion_is_done_again(playing: Studio) -> None:
    async with playing.daw() as daw:
        before = await daw.snapshot()
        deletion = await keep_in(playing, DeleteTrack(route="Kick"))
        await daw.revert(deletion.id)
        again = await daw.redo(deletion.id)
        assert again.state is ChangeSetState.APPLIED, failures(again)
        assert "Kick" not in [found.name for found in (await daw.snapshot()).routes]
        await daw.revert(deletion.id)
        assert (await daw.snapshot()).revision == before.revision


async def test_copies_sound_like_the_original_and_go_without_it(playing: Studio) -> None:
    seen = await there_and_back(
        playing,
        DuplicateTrack(ref="b", route="Bass", name="Bass 2"),
        DuplicateTrack(ref="v", route="Reverb", name="Reverb 2"),
    )
    bass, copy = route(seen, "Bass"), route(seen, "Bass 2")
    assert (copy.gain_db, copy.polarity, copy.colour, copy.outputs) == (
        bass.gain_db,
        bass.polarity,
        bass.colour,
        bass.outputs,
    )
    assert [(found.position_samples, found.length_samples) for found in copy.regions] == [
        (found.position_samples, found.length_samples) for found in bass.regions
    ]
    assert [(send.target, send.gain_db) for send in copy.sends] == [(send.target, send.gain_db) for send in bass.sends]
    assert seen.routes.index(copy) == seen.routes.index(bass) + 1


async def test_a_copied_midi_track_has_notes_of_its_own(playing: Studio) -> None:
    async with playing.daw() as daw:
        before = await daw.snapshot()
        done = await daw.apply(turn(DuplicateTrack(ref="k", route="Keys", name="Keys 2")))
        copy = route(await daw.snapshot(), "Keys 2")
        assert [region.n_notes for region in copy.regions] == [N_NOTES]
        assert "ACE Fluid Synth" in done.outcomes[0].reason  # told: its SoundFont cannot be copied without a preset
        await daw.revert(done.id)
        assert (await daw.snapshot()).revision == before.revision


async def test_names_and_colours_change(playing: Studio) -> None:
    seen = await there_and_back(
        playing, RenameTrack(route="Bass", name="Bäss, tief"), SetColour(route="Kick", colour="#ff8800")
    )
    assert route(seen, "Bäss, tief").regions
    assert route(seen, "Kick").colour == "#ff8800"


async def test_an_empty_track_is_renamed_with_its_playlist_whatever_the_name_becomes(playing: Studio) -> None:
    """From 8 on Ardour puts a line for some characters."""
    async with playing.daw() as daw:
        made = await daw.apply(turn(AddAudioTrack(ref="e", name="Empty")))
        seen = await there_and_back(playing, RenameTrack(route="Empty", name='In "quotes"'))
        name = next(found.name for found in seen.routes if found.name.startswith("In "))
        assert name in ('In "quotes"', "In _quotes_")
        assert [playlist.name for playlist in route(seen, name).playlists] == [name]
        await daw.revert(made.id)


async def test_strips_change_their_order(playing: Studio) -> None:
    seen = await there_and_back(playing, MoveTrack(route="Keys", before="Kick"), MoveTrack(route="Kick"))
    assert [found.name for found in seen.routes] == ["Master", "Keys", "Bass", "Reverb", "Kick"]


async def test_a_moved_strip_stays_where_it_is_once_what_it_stood_before_is_gone(playing: Studio) -> None:
    async with playing.daw() as daw:
        added = await keep(daw, *(AddBus(ref=name, name=name) for name in ("One", "Two")))
        before = [found.name for found in (await daw.snapshot()).routes]
        moved = await keep(daw, MoveTrack(route="One"))
        assert (moved.outcomes[0].asked, moved.outcomes[0].read_back) == ("last", "last")
        deleted = await keep(daw, DeleteTrack(route="Two"))
        undone = await daw.revert(moved.id)
        assert undone.outcomes[0].reason == "what it stood before is gone; left where it is"
        assert [found.name for found in (await daw.snapshot()).routes] == before[:-1]
        for later in (deleted, added):
            await daw.revert(later.id)


async def test_channel_counts_change(playing: Studio) -> None:
    seen = await there_and_back(
        playing,
        SetChannels(route="Kick", n_channels=2),
        SetChannels(route="Bass", n_channels=1),
        SetChannels(route="Reverb", n_channels=4),
    )
    assert [route(seen, name).n_inputs for name in ("Kick", "Bass", "Reverb")] == [2, 1, 4]


async def test_tracks_are_armed_and_monitored(playing: Studio) -> None:
    seen = await there_and_back(
        playing,
        ArmTrack(route="Kick", is_armed=True),
        SetMonitor(route="Kick", mode="input"),
        SetMonitor(route="Bass", mode="cue"),
        SetMonitor(route="Keys", mode="disk"),
    )
    assert route(seen, "Kick").is_record_armed
    assert [route(seen, name).monitoring for name in ("Kick", "Bass", "Keys")] == ["input", "cue", "disk"]


async def test_inputs_and_outputs_are_connected_by_strip_and_by_port(playing: Studio) -> None:
    seen = await there_and_back(
        playing,
        SetOutput(route="Bass", targets=("Reverb",)),
        SetInput(route="Bass", sources=("system:capture_4", "system:capture_3")),
        SetOutput(route="Kick", targets=("system:playback_3",)),
        SetOutput(route="Keys", targets=()),
    )
    assert route(seen, "Bass").outputs == ("Reverb/audio_in 1", "Reverb/audio_in 2")
    assert route(seen, "Bass").inputs == ("system:capture_4", "system:capture_3")
    assert set(route(seen, "Kick").outputs) == {"system:playback_3"}
    assert set(route(seen, "Keys").outputs) == {""}


async def test_groups_are_made_changed_and_removed(playing: Studio) -> None:
    seen = await there_and_back(
        playing,
        AddGroup(ref="g", name="Band", routes=("Bass", "Keys"), shares=("gain", "mute"), colour="#00ff00"),
        EditGroup(group="g", routes=("Keys", "Reverb"), is_active=False),
        EditGroup(group="Low", shares=("solo",)),
    )
    low, found = seen.groups
    assert (found.name, found.shares, found.is_active, found.colour) == ("Band", ("gain", "mute"), False, "#00ff00")
    assert set(found.routes) == {route(seen, "Keys").id, route(seen, "Reverb").id}
    assert (low.shares, low.routes) == (("solo",), (route(seen, "Kick").id,))
    assert (await there_and_back(playing, RemoveGroup(group="Low"))).groups == ()


async def test_vcas_move_what_follows_them(playing: Studio) -> None:
    seen = await there_and_back(
        playing,
        AddVca(ref="v", name="Drums", routes=("Kick",)),
        SetVca(vca="v", gain_db=-6, is_muted=True),
        AssignVca(vca="v", routes=("Reverb",)),
        UnassignVca(vca="All", routes=("Keys",)),
    )
    everything, drums = seen.vcas
    assert (drums.name, round(drums.gain_db, 3), drums.is_muted) == ("Drums", -6.0, True)
    assert set(drums.routes) == {route(seen, "Kick").id, route(seen, "Reverb").id}
    assert everything.routes == (route(seen, "Bass").id,)
    assert route(seen, "Kick").gain_db == pytest.approx(-6.0, abs=0.01)


async def test_a_group_changes_right_after_a_vca_went(playing: Studio) -> None:
    """Ardour 7.3 ended in most of such turns."""
    for colour in ("#112233", "#223344", "#334455", "#445566"):
        await there_and_back(
            playing,
            EditGroup(group="Low", colour=colour, shares=("mute",)),
            AddVca(ref="v", name="Drums", routes=("Kick",)),
        )


async def test_an_instrument_comes_back_with_the_outputs_it_gave_its_track(playing: Studio) -> None:
    async with playing.daw() as daw:
        instrument = route(await daw.snapshot(), "Keys").processors[0]
    for targets in (("Master",), ("Reverb",), ()):
        done = await keep_in(playing, SetOutput(route="Keys", targets=targets))
        for _ in range(2):
            await there_and_back(playing, RemovePlugin(plugin=instrument.id))
        async with playing.daw() as daw:
            assert failures(await daw.revert(done.id)) == []


async def test_a_vca_is_removed_and_comes_back(playing: Studio) -> None:
    seen = await there_and_back(
        playing, SetVca(vca="All", gain_db=-3, is_soloed=True, is_muted=True), RemoveVca(vca="All")
    )
    assert seen.vcas == ()


@pytest.mark.parametrize(
    ("operation", "reason"),
    [
        (DeleteTrack(route="Master"), "cannot be deleted"),
        (DuplicateTrack(ref="m", route="Master", name="M"), "cannot be duplicated"),
        (RenameTrack(route="Bass", name="Kick"), "another strip is called Kick"),
        (MoveTrack(route="Bass", before="Bass"), "cannot stand before itself"),
        (SetChannels(route="Keys", n_channels=2), "is a midi_track"),
        (ArmTrack(route="Reverb", is_armed=True), "only tracks record"),
        (SetMonitor(route="Reverb", mode="input"), "is no track"),
        (SetOutput(route="Reverb", targets=("Reverb",)), "cannot be connected to itself"),
        (SetOutput(route="Master", targets=("Reverb",)), "the sound would go round in a circle"),
        (SetInput(route="Reverb", sources=("Master",)), "the sound would go round in a circle"),
        (SetOutput(route="Reverb", targets=("system:playback_99",)), "no port system:playback_99"),
        (AddVca(ref="v", name="All"), "a VCA is called All already"),
        (AddGroup(ref="g", name="Low", routes=("Keys",)), "a group is called Low already"),
        (RemoveGroup(group="Lo"), "did you mean .*Low"),
        (RemoveVca(vca="Al"), "did you mean .*All"),
    ],
    ids=lambda value: getattr(value, "verb", None),
)
async def test_what_cannot_be_is_refused_with_the_reason(playing: Studio, operation: Operation, reason: str) -> None:
    async with playing.daw() as daw:
        found = await refusal(daw, operation)
    assert re.search(reason, found), found
