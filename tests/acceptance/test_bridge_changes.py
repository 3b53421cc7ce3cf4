"""Undo, redo and what later changes mean for them, in the real editor; every claim is read back from Ardour."""

import asyncio
import dataclasses
import uuid
from collections.abc import Iterator

import pytest

from daw_bridge.change_journal import log_path
from daw_bridge.derivation import Read
from daw_bridge.derive import DERIVATIONS
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.errors import Cancelled, NotFound, RequestInvalid
from music.job import Progress
from music.operations import Operation
from music.operations.groups import RemoveGroup, RemoveVca
from music.operations.material import ImportMidi
from music.operations.mixer import SetFader, SetMute
from music.operations.playlists import SwitchPlaylist
from music.operations.plugins import BypassPlugin
from music.operations.regions import MuteRegion
from music.operations.sends import SetSend
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.session import SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import N_NOTES, Studio, failures, running_studio
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("changes")) as found:
        yield found


def _turn(*operations: Operation, label: str = "", revision: str | None = None) -> ChangeSet:
    change_set_id = ChangeSetId(uuid.uuid4().hex)
    return ChangeSet(id=change_set_id, label=label, operations=operations, expected_revision=revision)


def _gain(snapshot: SessionSnapshot, name: str) -> float:
    return next(round(route.gain_db, 2) for route in snapshot.routes if route.name == name)


def _statuses(result: ChangeSetResult) -> set[OutcomeStatus]:
    return {outcome.status for outcome in result.outcomes}


async def test_faders_are_undone_and_done_again_by_name(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        turn = _turn(SetFader(route="Master", gain_db=-4.5), SetMute(route="Master", is_muted=True))
        done = await daw.apply(turn)
        assert done.state is ChangeSetState.APPLIED, failures(done)
        assert (done.revision_before, done.revision) == (before.revision, (await daw.snapshot()).revision)
        with pytest.raises(RequestInvalid, match="only a reverted one"):
            await daw.redo(turn.id)
        undone = await daw.revert(turn.id)
        assert (undone.revision, undone.is_as_before, undone.remark) == (before.revision, True, "")
        assert await daw.snapshot() == before
        again = await daw.redo(turn.id)
        assert (again.state, again.revision) == (ChangeSetState.APPLIED, done.revision)
        assert _gain(await daw.snapshot(), "Master") == -4.5
        await daw.revert(turn.id)
        assert await daw.snapshot() == before


async def test_what_is_made_anew_is_found_by_its_old_id(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        made = await daw.apply(
            _turn(
                AddMidiTrack(ref="t", name="Twice", colour="#123456", instrument_plugin=None),
                ImportMidi(ref="r", track="t", path=str(studio.midi), name="Part", at=BBT(3), n_notes=N_NOTES),
            )
        )
        old_id = made.outcomes[0].route_id
        assert old_id
        louder = _turn(SetFader(route=old_id, gain_db=-6.0))
        assert (await daw.apply(louder)).state is ChangeSetState.APPLIED
        await daw.revert(louder.id)
        await daw.revert(made.id)
        assert await daw.snapshot() == before
        studio.midi.rename(studio.midi.with_suffix(".moved"))  # a file that was imported is kept with the session
        try:
            again = await daw.redo(made.id)
        finally:
            studio.midi.with_suffix(".moved").rename(studio.midi)
        assert again.state is ChangeSetState.APPLIED, failures(again)
        assert [outcome.target_id for outcome in again.outcomes] == [outcome.target_id for outcome in made.outcomes]
        assert again.revision == made.revision  # with all ids: tracks, fader, region
        assert (await daw.redo(louder.id)).state is ChangeSetState.APPLIED
        muted = _turn(SetMute(route=old_id, is_muted=True))
        assert (await daw.apply(muted)).outcomes[0].route_id == old_id
        found = next(route for route in (await daw.snapshot()).routes if route.id == old_id)
        assert (found.name, round(found.gain_db, 2), found.is_muted) == ("Twice", -6.0, True)
        assert [(region.n_notes, region.start) for region in found.regions] == [(N_NOTES, BBT(3))]
        for turn in (muted, louder, made):
            assert (await daw.revert(turn.id)).state is ChangeSetState.REVERTED
        assert (await daw.snapshot()).routes == before.routes


async def test_what_was_changed_meanwhile_leaves_open_whether_all_is_as_it_was(studio: Studio) -> None:
    async with studio.daw() as daw:
        first, second = _turn(SetFader(route="Master", gain_db=-3.0)), _turn(SetMute(route="Master", is_muted=True))
        await daw.apply(first)
        await daw.apply(second)
        assert (await daw.revert(first.id)).is_as_before is None
        assert (await daw.revert(second.id)).is_as_before is None  # its own start had the fader down


async def test_a_name_that_means_nothing_is_told_of_every_kind_before_anything_is_done(studio: Studio) -> None:
    unknown = (
        SetFader(route="Mister", gain_db=-1.0),
        MuteRegion(region="none", is_muted=True),
        BypassPlugin(plugin="none"),
        SetSend(send="none", gain_db=-6.0),
        SwitchPlaylist(playlist="none"),
        RemoveGroup(group="none"),
        RemoveVca(vca="none"),
    )
    async with studio.daw() as daw:
        told = await daw.apply(_turn(*unknown), dry_run=True)
    kinds = ("route", "region", "plugin", "send", "playlist", "group", "vca")
    for kind, outcome in zip(kinds, told.outcomes, strict=True):
        assert outcome.status is OutcomeStatus.FAILED
        assert outcome.reason.startswith(f"no {kind} "), outcome.reason


async def test_a_kept_revision_is_the_session_as_it_was(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        turn = _turn(SetFader(route="Master", gain_db=-7.5))
        done = await daw.apply(turn)
        assert done.revision
        assert (await daw.snapshot_at(before.revision)).routes == before.routes
        assert _gain(await daw.snapshot_at(done.revision), "Master") == -7.5
        with pytest.raises(NotFound, match="kept revision"):
            await daw.snapshot_at("0" * 16)
        await daw.revert(turn.id)


async def test_the_revision_is_looked_at_in_the_request_that_writes(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        first = _turn(SetFader(route="Master", gain_db=-1.0), revision=before.revision)
        assert (await daw.apply(first)).state is ChangeSetState.APPLIED
        late = _turn(SetFader(route="Master", gain_db=-2.0), revision=before.revision)
        for is_dry_run in (True, False):
            with pytest.raises(RequestInvalid, match="moved on"):
                await daw.apply(late, dry_run=is_dry_run)
        elsewhere = dataclasses.replace(_turn(SetFader(route="Master", gain_db=-2.0)), session_folder="/elsewhere")
        for is_dry_run in (True, False):
            with pytest.raises(RequestInvalid, match="/elsewhere, but"):
                await daw.apply(elsewhere, dry_run=is_dry_run)
        assert not log_path(studio.editor.session_folder, late.id).exists()
        assert _gain(await daw.snapshot(), "Master") == -1.0
        await daw.revert(first.id)


async def test_an_operation_that_is_computed_counts_as_one(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hush(operation: SetMute, read: Read) -> tuple[Operation, ...]:
        """Mute by pulling the fader down, where the strip is not muted yet."""
        with pytest.raises(RequestInvalid, match="no reading"):
            await read("no such reading", {"route": operation.route})
        if not operation.is_muted:
            raise RequestInvalid("it makes no sound")
        return (SetFader(route=operation.route, gain_db=-40.0), SetMute(route=operation.route, is_muted=True))

    monkeypatch.setitem(DERIVATIONS, SetMute, hush)
    track = AddAudioTrack(ref="t", name="Hushed", colour="#123456", n_channels=1)
    async with studio.daw() as daw:
        before = await daw.snapshot()
        turn = _turn(track, SetMute(route="t", is_muted=True), SetFader(route="Master", gain_db=-3.0))
        done = await daw.apply(turn)
        assert done.state is ChangeSetState.APPLIED, failures(done)
        assert [outcome.verb for outcome in done.outcomes] == ["add_audio_track", "set_mute", "set_fader"]
        assert (done.outcomes[1].read_back, done.outcomes[1].route_id) == ("-40.00 dB; true", done.outcomes[0].route_id)
        after = await daw.snapshot()
        assert (_gain(after, "Hushed"), _gain(after, "Master")) == (-40.0, -3.0)
        await daw.revert(turn.id)
        assert await daw.snapshot() == before
        again = await daw.redo(turn.id)
        assert again.state is ChangeSetState.APPLIED, failures(again)
        await daw.revert(turn.id)
        refused = await daw.apply(_turn(track, SetMute(route="t", is_muted=False)))
        assert (refused.state, refused.outcomes[1].reason) == (ChangeSetState.FAILED, "it makes no sound")
        assert refused.outcomes[0].status is OutcomeStatus.NOT_APPLIED
        assert await daw.snapshot() == before


class _Job:
    """A job that is cancelled once it was told a number of steps."""

    def __init__(self, n_reports: int) -> None:
        self.told: list[float] = []
        self._n_reports = n_reports

    def report(self, progress: Progress) -> None:
        """Count."""
        self.told.append(progress.fraction)

    def raise_if_cancelled(self) -> None:
        """Cancel, late enough."""
        if len(self.told) >= self._n_reports:
            raise Cancelled("enough")


async def test_long_change_sets_tell_how_far_they_are_and_can_be_cancelled(studio: Studio) -> None:
    tracks = [
        AddMidiTrack(ref=f"t{n}", name=f"Many {n}", colour="#123456") for n in range(6)
    ]  # with an instrument each
    async with studio.daw() as daw:
        before = await daw.snapshot()
        job = _Job(1000)
        done = await daw.apply(turn := _turn(*tracks), job=job)
        assert done.state is ChangeSetState.APPLIED, failures(done)
        assert job.told == [n / 6 for n in range(6)]
        await daw.revert(turn.id)
        assert await daw.snapshot() == before
        cancelled = _turn(*tracks)
        with pytest.raises(Cancelled):
            await daw.apply(cancelled, job=_Job(2))
        assert await daw.snapshot() == before
        left = next(found for found in await daw.change_sets() if found.id == cancelled.id)
        assert (left.state, _statuses(left)) == (ChangeSetState.FAILED, {OutcomeStatus.NOT_APPLIED})


async def test_two_servers_on_one_editor_get_their_own_answers(studio: Studio) -> None:
    async with studio.daw() as one, studio.daw() as other:
        before = await one.snapshot()
        quiet = [_turn(SetFader(route="Master", gain_db=-float(n))) for n in range(1, 21)]
        turns = [(one, other)[n % 2].apply(turn) for n, turn in enumerate(quiet)]
        results = await asyncio.gather(*turns, *(daw.snapshot() for daw in (one, other) * 10))
        for turn, result in zip(quiet, results, strict=False):
            assert isinstance(result, ChangeSetResult)
            operation = turn.operations[0]
            assert isinstance(operation, SetFader)
            assert (result.id, result.outcomes[0].read_back) == (turn.id, f"{operation.gain_db:.2f} dB")
        ours = {turn.id for turn in quiet}
        for done in reversed([found for found in await one.change_sets() if found.id in ours]):
            await one.revert(done.id)
        assert await one.snapshot() == before
