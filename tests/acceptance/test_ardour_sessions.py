"""The session as a whole in the real editor: saved or not, snapshots, copies, renaming, opening another one."""

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from daw_bridge.editor_start import EditorProcess
from daw_bridge.live import LiveDaw
from daw_bridge.session_control import Unsaved, session_file, snapshots_of
from music.changeset import ChangeSet, ChangeSetId
from music.errors import NotFound, RequestInvalid, SetupBroken
from music.operations import Operation
from music.operations.material import ImportAudio
from music.operations.timeline import AddMarker
from music.operations.tracks import AddAudioTrack
from music.time import BBT
from tests.acceptance.bridge_studio import N_SAMPLES, Studio, end_editors_of, failures, running_studio


@pytest.fixture
def studio(ardour_programs: None, tmp_path: Path) -> Iterator[Studio]:
    """Run one editor; a test here may leave another one in its place, which is ended as well."""
    del ardour_programs
    with running_studio(tmp_path) as found:
        home = str(found.editor.home)
        yield found
        end_editors_of(home)


@pytest.fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    """Open the session, with one sound in it, saved."""
    async with studio.daw() as found:
        await _apply(
            found,
            "material",
            AddAudioTrack(ref="t", name="Tone", colour="#336699", n_channels=2),
            ImportAudio(ref="r", track="t", path=str(studio.audio), name="Tone", at=BBT(1), length_samples=N_SAMPLES),
        )
        await found.save()
        yield found


async def _apply(daw: LiveDaw, label: str, *operations: Operation) -> None:
    result = await daw.apply(ChangeSet(id=ChangeSetId(label), label=label, operations=operations))
    assert failures(result) == []


async def test_whether_it_is_saved_is_told_truly_and_a_snapshot_changes_nothing(daw: LiveDaw) -> None:
    """Saved, changed, kept as a snapshot (still unsaved), saved again, renamed; each as Ardour's files have it."""
    state = await daw.session_state()
    assert not state.is_dirty
    assert state.file.is_file()
    await _apply(daw, "marker", AddMarker(ref="m", name="New", at=BBT(3)))
    assert (await daw.session_state()).is_dirty
    kept = await daw.save_snapshot("Before the chorus")
    assert 'name="New"' in kept.read_text()
    assert 'name="New"' not in state.file.read_text()
    assert snapshots_of(state.folder) == (state.name, "Before the chorus")
    assert (await daw.session_state()).is_dirty, "a snapshot does not save the session itself"
    with pytest.raises(RequestInvalid, match="already"):
        await daw.save_snapshot("Before the chorus")
    with pytest.raises(RequestInvalid, match="must not"):
        await daw.save_snapshot("a/b")
    await daw.save_snapshot("Before the chorus", may_replace=True)
    await daw.save()
    assert not (await daw.session_state()).is_dirty
    renamed = await daw.rename_session("Another name")
    assert (renamed.name, renamed.folder.name) == ("Another name", "Another name")
    assert renamed.file.is_file()
    assert not state.folder.exists()
    assert [marker.name for marker in (await daw.snapshot()).markers] == ["New"]
    assert {result.label for result in await daw.change_sets()} == {"material", "marker"}
    (renamed.folder.parent / "Taken").mkdir()
    with pytest.raises(RequestInvalid, match="there is a folder"):
        await daw.rename_session("Taken")


async def test_another_session_is_opened_and_nothing_unsaved_is_lost(daw: LiveDaw, studio: Studio) -> None:
    """Refused while there is something unsaved; then it is kept as a snapshot, and a copy is opened with its sound."""
    first = await daw.session_state()
    copy = await daw.save_copy(first.folder.with_name("A copy"))
    await _apply(daw, "unsaved", AddMarker(ref="m", name="Unsaved", at=BBT(3)))
    with pytest.raises(RequestInvalid, match="unsaved changes"):
        await daw.open_session(copy)
    with pytest.raises(NotFound):
        await daw.open_session(first.folder.with_name("Nowhere"))
    before = first.file.read_bytes()
    opened = await daw.open_session(copy.parent, unsaved=Unsaved.KEEP_AS_SNAPSHOT)
    assert (opened.name, opened.folder) == ("A copy", copy.parent)
    assert first.file.read_bytes() == before
    (kept,) = [name for name in snapshots_of(first.folder) if "unsaved" in name]
    assert 'name="Unsaved"' in (first.folder / f"{kept}.ardour").read_text()
    snapshot = await daw.snapshot()
    tone = next(route for route in snapshot.routes if route.name == "Tone")
    assert [region.length_samples for region in tone.regions] == [N_SAMPLES]
    shutil.rmtree(first.folder)  # the copy stands on its own
    await _apply(daw, "in-the-copy", AddMarker(ref="m", name="Copied", at=BBT(3)))
    assert not studio.editor.is_running, "the first editor has ended; another one runs"


async def test_a_new_session_is_made_and_opened_and_closed(
    daw: LiveDaw, studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is empty, at the rate of the one before, and usable at once; closed, Ardour is started on it from here."""
    first = await daw.session_state()
    fresh = await daw.new_session(first.folder.with_name("Fresh"))
    assert fresh.name == "Fresh"
    snapshot = await daw.snapshot()
    assert (snapshot.sample_rate_hz, [route.name for route in snapshot.routes]) == (48000, ["Master"])
    await _apply(daw, "first", AddMarker(ref="m", name="First", at=BBT(2)))
    with pytest.raises(RequestInvalid, match="already"):
        await daw.new_session(first.folder)
    process = await _process(daw)
    await daw.close_session(unsaved=Unsaved.SAVE)
    assert not process.is_running()
    assert 'name="First"' in fresh.file.read_text()
    assert session_file(fresh.folder) == fresh.file
    for name, value in studio.editor.environment().items():
        monkeypatch.setenv(name, value)
    assert (await daw.start_session(fresh.folder, editor=None)).file == fresh.file
    with pytest.raises(SetupBroken, match=r"Ardour runs \(process \d+\) but does not listen"):
        await daw.start_session(fresh.folder, editor=None)


async def _process(daw: LiveDaw) -> EditorProcess:
    return EditorProcess.of((await daw._client.call("hello"))["process"])


async def test_metadata_outlives_a_loading_and_a_saving_by_ardour(daw: LiveDaw) -> None:
    """Set in a new session and in the open one; all else there is as it was, and undo of change sets goes on."""
    first = await daw.session_state()
    assert first.metadata == {}
    before = await daw.snapshot()
    wanted = {"title": 'Rock & "Roll" <live>', "artist": "Zoë", "year": "2026"}
    titled = await daw.set_metadata(wanted)
    assert (titled.metadata, titled.is_dirty, titled.file) == (wanted, False, first.file)
    assert (await daw.snapshot()).routes == before.routes
    await _apply(daw, "later", AddMarker(ref="m", name="Later", at=BBT(2)))
    assert (await daw.set_metadata({"year": "", "artist": "Zoe"})).metadata == {
        "title": wanted["title"],
        "artist": "Zoe",
    }
    await daw.revert(ChangeSetId("later"))
    assert (await daw.snapshot()).markers == ()
    with pytest.raises(NotFound, match="artist"):
        await daw.set_metadata({"artst": "x"})
    fresh = await daw.new_session(first.folder.with_name("Titled"), unsaved=Unsaved.SAVE, metadata={"title": "Fresh"})
    assert fresh.metadata == {"title": "Fresh"}
    await daw.save()
    assert "<title>Fresh</title>" in fresh.file.read_text()
