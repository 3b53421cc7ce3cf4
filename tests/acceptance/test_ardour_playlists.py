"""Playlists in the real editor: takes are added, switched, renamed, comped and deleted, and it can all be undone."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSetId, OutcomeStatus
from music.operations import Operation
from music.operations.playlists import (
    AddPlaylist,
    CompPlaylist,
    CompRange,
    DeletePlaylist,
    RenamePlaylist,
    SwitchPlaylist,
)
from music.operations.regions import CopyRegion, SetRegionGain
from music.session import SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import N_NOTES, Studio, running_studio
from tests.acceptance.region_studio import (
    N_SAMPLES,
    apply,
    left_as_it_was,
    only_region,
    open_with_tracks,
    own_playlist,
    playlist,
    refusal,
    track,
    undo,
)

pytestmark = pytest.mark.usefixtures("ardour_programs")
BAR = N_SAMPLES


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("playlists")) as found:
        yield found


@pytest_asyncio.fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    async with open_with_tracks(studio) as found:
        yield found


@pytest_asyncio.fixture
async def before(daw: LiveDaw) -> AsyncIterator[SessionSnapshot]:
    async with left_as_it_was(daw) as found:
        yield found


async def test_a_new_playlist_is_empty_or_a_copy_and_undo_goes_back_to_the_old_one(
    daw: LiveDaw, before: SessionSnapshot
) -> None:
    own, own_notes = own_playlist(before, "Tones"), own_playlist(before, "Notes")
    await apply(
        daw,
        "takes",
        AddPlaylist(track="Tones", ref="two", name="Take two"),
        SwitchPlaylist(playlist=own.name),
        AddPlaylist(track="Tones", ref="copy", name="Spare", is_copy=True, is_used=False),
        AddPlaylist(track="Notes", ref="midi", name="Other notes", is_copy=True),
    )
    taken = await daw.snapshot()
    assert [(found.name, found.is_used, len(found.regions)) for found in track(taken, "Tones").playlists] == [
        (own.name, True, 0),
        ("Take two", False, 0),
        ("Spare", False, 1),
    ]
    copied = only_region(taken, "Notes")
    assert copied.n_notes == N_NOTES
    assert copied.id != only_region(before, "Notes").id
    assert playlist(taken, "Notes", own_notes.name).regions[0].region_id == only_region(before, "Notes").id
    await undo(daw, "takes", before)
    # a playlist that was taken back is used again, so that trying takes out leaves no heap of them
    await apply(daw, "again", AddPlaylist(track="Tones", ref="three", name="Take three"))
    again = playlist(await daw.snapshot(), "Tones", "Take three")
    assert again.id in {playlist(taken, "Tones", name).id for name in ("Take two", "Spare")}
    await undo(daw, "again", before)


async def test_switching_and_renaming_are_taken_back(daw: LiveDaw, before: SessionSnapshot) -> None:
    await apply(daw, "two", AddPlaylist(track="Tones", ref="two", name="Take two"))
    second = await daw.snapshot()
    assert not track(second, "Tones").regions
    old = own_playlist(before, "Tones")
    await apply(daw, "switch", SwitchPlaylist(playlist=old.id), RenamePlaylist(playlist=old.id, name="The one"))
    switched = await daw.snapshot()
    assert playlist(switched, "Tones", "The one").is_used
    assert only_region(switched, "Tones") == only_region(before, "Tones")
    await undo(daw, "switch", second)
    await undo(daw, "two", before)


async def test_a_deleted_playlist_comes_back_with_its_regions(daw: LiveDaw, before: SessionSnapshot) -> None:
    old, region = own_playlist(before, "Tones"), only_region(before, "Tones")
    await apply(
        daw,
        "two-and-more",
        SetRegionGain(region=region.id, gain_db=-7.0),
        CopyRegion(region=region.id, ref="more", at=BBT(2, 3)),
        AddPlaylist(track="Tones", ref="two", name="Take two"),
    )
    second = await daw.snapshot()
    await apply(daw, "delete", DeletePlaylist(playlist=old.id))
    deleted = await daw.snapshot()
    assert [found.name for found in track(deleted, "Tones").playlists] == ["Take two"]
    await undo(daw, "delete", second)
    assert len(playlist(second, "Tones", old.name).regions) == 2
    await undo(daw, "two-and-more", before)


async def test_a_comp_takes_ranges_of_several_takes_over_what_was_there(daw: LiveDaw, before: SessionSnapshot) -> None:
    region = only_region(before, "Tones")
    await apply(
        daw,
        "comp",
        CopyRegion(region=region.id, ref="more", at=BBT(3)),
        AddPlaylist(track="Tones", ref="two", name="Take two", is_copy=True),
        AddPlaylist(track="Tones", ref="comp", name="Comp"),
        CompPlaylist(
            target="comp",
            ranges=(
                CompRange(playlist=own_playlist(before, "Tones").id, start=BBT(2), end=BBT(4)),
                CompRange(playlist="two", start=BBT(2, 3), end=BBT(3, 3)),
            ),
        ),
    )
    comped = await daw.snapshot()
    assert [(r.position_samples, r.length_samples, r.offset_samples) for r in track(comped, "Tones").regions] == [
        (BAR, BAR // 2, 0),
        (BAR * 3 // 2, BAR // 2, BAR // 2),
        (2 * BAR, BAR // 2, 0),
        (BAR * 5 // 2, BAR // 2, BAR // 2),
    ]
    assert [span.position_samples for span in playlist(comped, "Tones", "Take two").regions] == [BAR, 2 * BAR]
    await undo(daw, "comp", before)


async def test_a_midi_comp_keeps_the_takes_as_they_are(daw: LiveDaw, before: SessionSnapshot) -> None:
    notes = own_playlist(before, "Notes")
    await apply(
        daw,
        "midi-comp",
        AddPlaylist(track="Notes", ref="comp", name="Comp"),
        CompPlaylist(target="comp", ranges=(CompRange(playlist=notes.id, start=BBT(3), end=BBT(4, 2)),)),
    )
    comped = await daw.snapshot()
    region = only_region(comped, "Notes")
    assert (region.start, region.length_samples, region.offset_beats) == (BBT(3), BAR * 5 // 4, 4.0)
    assert playlist(comped, "Notes", notes.name).regions[0].length_samples == 4 * BAR
    await undo(daw, "midi-comp", before)


async def test_what_cannot_be_done_to_playlists_is_refused(daw: LiveDaw, before: SessionSnapshot) -> None:
    own, notes = own_playlist(before, "Tones"), own_playlist(before, "Notes")
    span = CompRange(playlist=own.id, start=BBT(2), end=BBT(3))
    refused: dict[str, tuple[tuple[Operation, ...], str]] = {
        "bus": ((AddPlaylist(track="Master", ref="x", name="X"),), "no playlists"),
        "taken": ((AddPlaylist(track="Tones", ref="x", name=notes.name),), "already"),
        "renamed": ((RenamePlaylist(playlist=own.id, name=notes.name),), "already"),
        "in-use": ((DeletePlaylist(playlist=own.id),), "switch to another"),
        "unknown": ((SwitchPlaylist(playlist="No such take"),), "no playlist"),
        "itself": ((CompPlaylist(target=own.id, ranges=(span,)),), "into itself"),
        "kinds": ((CompPlaylist(target=notes.id, ranges=(span,)),), "different kinds"),
        "empty": (
            (
                AddPlaylist(track="Tones", ref="x", name="X"),
                CompPlaylist(target="x", ranges=(CompRange(playlist=own.id, start=BBT(3), end=BBT(3)),)),
            ),
            "the end must come after the start",
        ),
    }
    for name, (operations, reason) in refused.items():
        assert reason in await refusal(daw, f"refused-{name}", *operations), name


async def test_undo_keeps_a_playlist_that_got_regions_since(daw: LiveDaw, before: SessionSnapshot) -> None:
    region = only_region(before, "Tones")
    await apply(daw, "kept", AddPlaylist(track="More tones", ref="two", name="Kept"))
    await apply(daw, "came", CopyRegion(region=region.id, ref="c", at=BBT(5), track="More tones"))
    kept = await daw.revert(ChangeSetId("kept"))
    assert kept.outcomes[0].status is OutcomeStatus.UNVERIFIED
    assert "came since" in kept.outcomes[0].reason
    assert playlist(await daw.snapshot(), "More tones", "Kept").is_used
