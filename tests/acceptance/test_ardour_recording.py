"""Recording in the real editor, on its silent engine: where takes begin and end, and what is put back afterwards."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Iterator

import pytest

from daw_bridge.bridge_client import Recording, VerbFailed
from daw_bridge.live import LiveDaw
from daw_bridge.recording import RecordRequest
from music.changeset import ChangeSet, ChangeSetId
from music.errors import Cancelled, NotFound, RequestInvalid
from music.job import Progress
from music.operations.timeline import AddMarker, SetPunch
from music.operations.tracks import AddAudioTrack, AddMidiTrack, ArmTrack, SetInput
from music.time import BBT
from tests.acceptance.bridge_studio import Studio, failures, running_studio

PERIOD_SAMPLES = 1024  # the engine's, see ardour_editor.py
BEAT_SAMPLES = 24000  # 120 BPM, 48 kHz


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run one editor for all tests here."""
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("recording")) as found:
        yield found


@pytest.fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    """Open the session, with an audio and a MIDI track in it."""
    async with studio.daw() as found:
        if not any(route.name == "Voice" for route in (await found.snapshot()).routes):
            tracks = (
                AddAudioTrack(ref="a", name="Voice", colour="#336699", n_channels=1),
                AddMidiTrack(ref="m", name="Keys", colour="#336699", instrument_plugin=None),
            )
            result = await found.apply(ChangeSet(id=ChangeSetId("tracks"), label="tracks", operations=tracks))
            assert failures(result) == []
        yield found


class Job:
    """A job that is cancelled when told so."""

    def __init__(self) -> None:
        self.is_cancelled = False
        self.stages: list[str] = []

    def report(self, progress: Progress) -> None:
        """Remember the stage."""
        self.stages.append(progress.stage)

    def raise_if_cancelled(self) -> None:
        """Raise when cancelled."""
        if self.is_cancelled:
            raise Cancelled("enough")


async def test_takes_begin_and_end_on_the_sample_and_everything_is_put_back(daw: LiveDaw) -> None:
    """Two takes of one beat after a bar of pre-roll, on two tracks; arms, punch and loop are then as before."""
    punch = SetPunch(start=BBT(7), end=BBT(8), is_in=False, is_out=False)
    await daw.apply(ChangeSet(id=ChangeSetId("punch"), label="punch", operations=(punch,)))
    before = await daw.snapshot()
    job = Job()
    report = await daw.record(
        RecordRequest(tracks=("Voice", "Keys"), start=BBT(2), end=BBT(2, 2), pre_roll_bars=1, n_takes=2), job=job
    )
    assert (report.is_complete, report.reason, report.n_takes) == (True, "", 2)
    voice = [found for found in report.regions if found.track_name == "Voice"]
    assert [(found.take, found.position_samples, found.length_samples) for found in voice] == [
        (1, 4 * BEAT_SAMPLES, BEAT_SAMPLES),
        (2, 4 * BEAT_SAMPLES, BEAT_SAMPLES),
    ]
    assert {found.n_notes for found in report.regions if found.track_name == "Keys"} <= {0}
    after = await daw.snapshot()
    assert (after.punch, after.is_punch_in, after.is_punch_out) == (before.punch, False, False)
    assert [route.is_record_armed for route in after.routes] == [route.is_record_armed for route in before.routes]
    assert not after.is_rolling
    assert not after.is_recording
    on_track = next(route for route in after.routes if route.name == "Voice").regions
    assert {found.region_id for found in voice} == {region.id for region in on_track}
    assert set(job.stages) == {"recording"}


async def test_each_take_may_have_a_playlist_of_its_own(daw: LiveDaw) -> None:
    """The second take is on another playlist than the first."""
    report = await daw.record(
        RecordRequest(tracks=("Voice",), start=BBT(4), end=BBT(4, 2), n_takes=2, on_playlists=True)
    )
    assert report.is_complete
    assert len({found.playlist_id for found in report.regions}) == 2


async def test_a_count_in_comes_before_the_take(daw: LiveDaw) -> None:
    """Ardour clicks two bars first; the take is where it was asked for."""
    begun = asyncio.get_running_loop().time()
    report = await daw.record(RecordRequest(tracks=("Voice",), start=BBT(6), end=BBT(6, 2), is_counted_in=True))
    assert report.is_complete
    (found,) = report.regions
    assert found.position_samples == 20 * BEAT_SAMPLES
    assert found.length_samples == pytest.approx(BEAT_SAMPLES, abs=PERIOD_SAMPLES)  # Ardour's end after a count-in
    assert asyncio.get_running_loop().time() - begun > 4.0  # two bars at 120 BPM


async def test_a_cancelled_recording_tells_what_was_kept_and_writes_are_refused_meanwhile(daw: LiveDaw) -> None:
    """Cancelling stops the transport; what was played until then is on the track."""
    job = Job()
    running = asyncio.create_task(
        daw.record(RecordRequest(tracks=("Voice",), start=BBT(10), end=BBT(40), pre_roll_bars=0), job=job)
    )
    for _ in range(400):
        if (await daw.snapshot()).playhead_samples > 36 * BEAT_SAMPLES + 12000:
            break
        await asyncio.sleep(0.02)
    marker = AddMarker(ref="m", name="No", at=BBT(1))
    with pytest.raises(Recording):
        await daw.apply(ChangeSet(id=ChangeSetId("refused"), label="refused", operations=(marker,)))
    with pytest.raises(Recording):
        await daw.record(RecordRequest(tracks=("Keys",), start=BBT(1), end=BBT(2)))
    job.is_cancelled = True
    report = await asyncio.wait_for(running, 20)
    assert (report.is_complete, report.reason) == (False, "it was cancelled in take 1")
    assert [found.position_samples for found in report.regions] == [36 * BEAT_SAMPLES]
    assert report.regions[0].length_samples > 6000
    assert not (await daw.snapshot()).is_recording


async def test_an_open_end_is_stopped_by_whoever_asks(daw: LiveDaw) -> None:
    """Without an end the take goes on until the transport is stopped, and is complete then."""
    running = asyncio.create_task(daw.record(RecordRequest(tracks=("Voice",), start=BBT(20))))
    for _ in range(400):
        if (await daw.snapshot()).playhead_samples > 76 * BEAT_SAMPLES + 6000:
            break
        await asyncio.sleep(0.02)
    await daw.stop_recording()
    report = await asyncio.wait_for(running, 20)
    assert report.is_complete
    assert [found.position_samples for found in report.regions] == [76 * BEAT_SAMPLES]


async def test_what_cannot_record_is_refused_before_anything_is_set(daw: LiveDaw) -> None:
    """A bus, a name that is close, and a stretch that goes backwards."""
    before = dataclasses.replace(await daw.snapshot(), playhead_samples=0)
    with pytest.raises(RequestInvalid, match="cannot record"):
        await daw.record(RecordRequest(tracks=("Master",), start=BBT(1), end=BBT(2)))
    unconnected = SetInput(route="Voice", sources=())
    await daw.apply(ChangeSet(id=ChangeSetId("unconnected"), label="", operations=(unconnected,)))
    with pytest.raises(RequestInvalid, match="Voice cannot record: an input of it is connected to nothing"):
        await daw.record(RecordRequest(tracks=("Voice",), start=BBT(1), end=BBT(2)))
    await daw.revert(ChangeSetId("unconnected"))
    with pytest.raises(NotFound, match="Voice"):
        await daw.record(RecordRequest(tracks=("Voize",), start=BBT(1), end=BBT(2)))
    with pytest.raises(RequestInvalid, match="end must come after start"):
        RecordRequest(tracks=("Voice",), start=BBT(2), end=BBT(1))
    with pytest.raises(RequestInvalid, match=r"1\|9\|0 is 3\|1\|0"):
        await daw.record(RecordRequest(tracks=("Voice",), start=BBT(1, 9), end=BBT(2)))
    assert dataclasses.replace(await daw.snapshot(), playhead_samples=0) == before


async def test_where_one_track_cannot_be_armed_the_others_are_as_they_were(daw: LiveDaw, studio: Studio) -> None:
    """Somebody made a track safe from recording; what was armed before stays so."""
    names = [route.name for route in (await daw.snapshot()).routes]
    await daw.apply(ChangeSet(id=ChangeSetId("arm"), label="arm", operations=(ArmTrack(route="Voice", is_armed=True),)))
    before = dataclasses.replace(await daw.snapshot(), playhead_samples=0)
    studio.editor.send_osc("/strip/record_safe", names.index("Keys"), 1)  # the master bus is none of OSC's strips
    await asyncio.sleep(0.3)
    with pytest.raises(VerbFailed, match="Keys could not be armed"):
        await daw.record(RecordRequest(tracks=("Keys",), start=BBT(1), end=BBT(2)))
    assert dataclasses.replace(await daw.snapshot(), playhead_samples=0) == before
