"""Rendering, measuring, meters, pictures and bouncing in the real editor, each read back from what came out of it."""

import asyncio
import io
import time
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from PIL import Image

from analysis.levels import measure_levels
from daw_bridge.daw import TransportAction
from music.changeset import ChangeSet, ChangeSetId, ChangeSetState, OutcomeStatus
from music.errors import NotFound, RequestInvalid, StorageFailed
from music.operations import Operation
from music.operations.bouncing import BounceRegion, BounceTrack
from music.operations.material import ImportAudio
from music.operations.mixer import SetFader, SetMute
from music.operations.playlists import AddPlaylist
from music.operations.plugins import AddPlugin
from music.operations.sends import AddSidechain
from music.operations.tracks import AddAudioTrack
from music.session import Region, Route
from music.time import BBT
from tests.acceptance.bridge_studio import N_SAMPLES, PARTS, SAMPLE_RATE_HZ, Studio, failures, running_studio
from tests.programs import mounted_disk, require_program
from workflows.durable import JobState
from workflows.listening import PictureKind, PictureRequest
from workflows.render_requests import AudioFormat, Encoding, RenderKind, RenderReport, RenderRequest
from workflows.settings import Settings
from workflows.studio import Studio as Workflows
from workflows.studio import build_studio

pytestmark = pytest.mark.usefixtures("ardour_programs")

TEMPO_BPM = 140.0
FOUR_BARS = int(16 * 60 / TEMPO_BPM * SAMPLE_RATE_HZ)  # Ardour rounds places down
AUDIBLE = 10 ** (-50 / 20)
JOB_SECONDS = 60.0


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run one editor with a take placed in it, unsaved: instruments that sound, and muted stems beside them."""
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("render")) as found:
        asyncio.run(_place(found, found.take("the take").operations))
        yield found


async def _place(studio: Studio, operations: tuple[Operation, ...]) -> ChangeSetId:
    async with studio.daw() as daw:
        result = await daw.apply(
            ChangeSet(id=ChangeSetId(uuid.uuid4().hex), label="a turn", operations=tuple(operations))
        )
    assert result.state is ChangeSetState.APPLIED, failures(result)
    return result.id


async def _take_back(studio: Studio, change_set_id: ChangeSetId) -> None:
    async with studio.daw() as daw:
        assert (await daw.revert(change_set_id)).state is ChangeSetState.REVERTED


@pytest.fixture
def workflows(studio: Studio, tmp_path: Path) -> Iterator[Workflows]:
    settings = Settings(data_dir=tmp_path / "data", takes_dir=tmp_path / "takes", bridge_dir=studio.bridge_folder)
    built = build_studio(settings)
    try:
        yield built
    finally:
        built.close()


async def rendered(workflows: Workflows, **wish: object) -> RenderReport:
    """Render and return the report of what was made."""
    job_id = await workflows.listening.render(RenderRequest(**wish))  # type: ignore[arg-type]  # checked by the request
    status = await workflows.settled(job_id, timeout_seconds=JOB_SECONDS)
    if status.error:
        raise status.error
    report = workflows.listening.rendered(status)
    assert report is not None
    return report


def read(path: str) -> np.ndarray:
    frames, rate = soundfile.read(path, dtype="float64", always_2d=True)
    assert rate == SAMPLE_RATE_HZ
    return np.asarray(frames)


async def route_named(studio: Studio, name: str) -> Route:
    async with studio.daw() as daw:
        return next(route for route in (await daw.snapshot()).routes if route.name == name)


async def region_of(studio: Studio, name: str) -> Region:
    (region,) = (await route_named(studio, name)).regions
    return region


async def test_a_mix_is_as_long_as_its_bars_and_its_stems_add_up_to_it(studio: Studio, workflows: Workflows) -> None:
    """The chorus in the synthesiser is at another point in each pass: its sum is right to -25 dB of the peak.

    Plain audio adds up exactly: the next test.
    """
    report = await rendered(workflows, kind=RenderKind.STEMS, with_mix=True, from_bar=1, to_bar=4, encoding=FLOAT)
    mix, *stems = report.files
    assert [file.name for file in report.files] == ["mix", *PARTS]
    assert {file.n_frames for file in report.files} == {FOUR_BARS}
    audio = [read(file.path) for file in report.files]
    assert all(np.abs(stem).max() > AUDIBLE for stem in audio[1:])
    assert np.abs(audio[0] - sum(audio[1:])).max() < np.abs(audio[0]).max() * 10 ** (-25 / 20)
    assert mix.loudness_lufs is not None
    assert all(stem.loudness_lufs is not None and stem.loudness_lufs < mix.loudness_lufs for stem in stems)
    assert any("muted, so no stem was made" in notice and "Bass stem" in notice for notice in report.notices)
    assert Path(mix.path).is_relative_to(studio.editor.session_folder / "export")


FLOAT = Encoding(bits=32)


async def test_audio_comes_out_sample_by_sample_where_it_was_placed(studio: Studio, workflows: Workflows) -> None:
    """A span that begins inside a region: nothing is shifted, and stems of plain audio add up exactly."""
    turn = await _place(
        studio,
        (
            *(SetMute(route=name, is_muted=True) for name in PARTS),
            *(SetMute(route=f"{name} stem", is_muted=False) for name in PARTS),
        ),
    )
    try:
        report = await rendered(workflows, kind=RenderKind.STEMS, with_mix=True, from_bar=2, to_bar=2, encoding=FLOAT)
    finally:
        await _take_back(studio, turn)
    mix, *stems = [read(file.path) for file in report.files]
    assert len(stems) == len(PARTS)
    assert np.array_equal(np.float32(sum(stems)), np.float32(mix)) or np.abs(mix - sum(stems)).max() < 1e-6
    source = read(str(studio.audio))[FOUR_BARS // 4 :]  # two seconds of tone; bar 2 begins at 1.714 s
    gain = np.abs(stems[0][: len(source) // 2]).max() / np.abs(source[: len(source) // 2]).max()
    assert np.allclose(stems[0][: len(source) - 200], gain * source[:-200], atol=2e-5)  # but for the fade at its end
    assert np.abs(mix[len(source) + 200 :]).max() < 1e-6


async def test_what_is_unsaved_is_in_it_and_the_session_is_left_alone(studio: Studio, workflows: Workflows) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
    loud = await rendered(workflows, from_bar=1, to_bar=2)
    turn = await _place(studio, tuple(SetFader(route=name, gain_db=-30.0) for name in PARTS))
    try:
        files = set(studio.editor.session_folder.glob("*"))
        quiet = await rendered(workflows, from_bar=1, to_bar=2)
        assert set(studio.editor.session_folder.glob("*")) == files
    finally:
        await _take_back(studio, turn)
    assert (loud.files[0].loudness_lufs or 0) - (quiet.files[0].loudness_lufs or 0) == pytest.approx(
        26, abs=3
    )  # for the chorus
    async with studio.daw() as daw:
        assert await daw.snapshot() == before
    assert studio.editor.window_titles() == ["*session - Ardour"], "it counts as unsaved still"


async def test_one_region_sounds_alone_although_another_lies_over_it(studio: Studio, workflows: Workflows) -> None:
    turn = await _place(
        studio,
        (
            AddAudioTrack(ref="t", name="Two", colour="#808080", n_channels=2),
            ImportAudio(ref="one", track="t", path=str(studio.audio), name="one", at=BBT(1)),
            ImportAudio(ref="two", track="t", path=str(studio.audio), name="two", at=BBT(1, 3)),
        ),
    )
    try:
        async with studio.daw() as daw:
            two = next(route for route in (await daw.snapshot()).routes if route.name == "Two")
        report = await rendered(workflows, kind=RenderKind.REGION, region=two.regions[0].id, encoding=FLOAT)
    finally:
        await _take_back(studio, turn)
    (file,) = report.files
    assert file.n_frames == N_SAMPLES
    level = np.abs(read(file.path)[1000:-1000])
    first, last = level[: N_SAMPLES // 4].max(), level[-N_SAMPLES // 4 :].max()
    assert first == pytest.approx(last, rel=0.01), "where the other one lies over it, it is no louder"


async def test_a_silent_range_is_told_to_be_silent(workflows: Workflows) -> None:
    report = await rendered(workflows, from_bar=90, to_bar=90)
    assert report.files[0].is_silent
    assert report.files[0].loudness_lufs is None
    assert any("silent" in notice for notice in report.notices)


async def test_stems_are_brought_to_a_loudness_together_and_keep_their_balance(workflows: Workflows) -> None:
    plain = await rendered(workflows, kind=RenderKind.STEMS, from_bar=1, to_bar=2, encoding=FLOAT)
    asked = await rendered(workflows, kind=RenderKind.STEMS, from_bar=1, to_bar=2, encoding=FLOAT, loudness_lufs=-20.0)
    together = np.sum([read(file.path) for file in asked.files], axis=0)
    loudness = measure_levels(np.ascontiguousarray(together.T, np.float32), SAMPLE_RATE_HZ).loudness_lufs
    assert loudness == pytest.approx(-20.0, abs=0.05)
    raised = [
        (now.loudness_lufs or 0) - (was.loudness_lufs or 0) for was, now in zip(plain.files, asked.files, strict=True)
    ]
    assert raised == pytest.approx([raised[0]] * len(raised), abs=0.2)
    assert any("so that together they have -20 LUFS" in notice for notice in asked.notices)


@pytest.mark.parametrize(
    "encoding",
    [
        Encoding(bits=16),
        Encoding(format=AudioFormat.MP3),
    ],
)
async def test_a_loudness_is_met_in_the_encoded_file_with_its_peaks_below_the_ceiling(
    workflows: Workflows, encoding: Encoding
) -> None:
    report = await rendered(workflows, from_bar=1, to_bar=2, loudness_lufs=-14.0, encoding=encoding)
    (file,) = report.files
    assert file.path.endswith(f".{encoding.format.value}")
    assert file.loudness_lufs == pytest.approx(-14.0, abs=0.5)
    assert file.true_peak_dbtp is not None
    assert file.true_peak_dbtp <= -1.0
    assert not file.is_silent


async def test_another_sample_rate_has_the_same_length_in_time(workflows: Workflows) -> None:
    report = await rendered(workflows, from_bar=1, to_bar=4, sample_rate_hz=44100, tail_seconds=1.5)
    (file,) = report.files
    assert file.sample_rate_hz == 44100
    assert file.n_frames == pytest.approx((FOUR_BARS / SAMPLE_RATE_HZ + 1.5) * 44100, abs=1)


async def test_cancelling_ends_ardours_renderer_and_leaves_nothing(
    workflows: Workflows, studio: Studio, tmp_path: Path
) -> None:
    exports = studio.editor.session_folder / "export"
    before = set(exports.rglob("*"))
    job_id = await workflows.listening.render(RenderRequest(from_bar=1, to_bar=9000))
    deadline = time.monotonic() + JOB_SECONDS
    while not list((tmp_path / "data" / "rendering").rglob("out-*/*.wav")):
        assert time.monotonic() < deadline, workflows.job(job_id)
        await asyncio.sleep(0.1)
    assert _renderers(job_id)
    await workflows.cancel(job_id)
    status = await workflows.settled(job_id, timeout_seconds=JOB_SECONDS)
    assert status.state is JobState.CANCELLED
    assert not _renderers(job_id)
    assert not (tmp_path / "data" / "rendering" / job_id).exists()
    assert set(exports.rglob("*")) == before


def _renderers(job_id: str) -> list[int]:
    """Return the processes that work on a job's copy of the session."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            links = [str(link.readlink()) for link in (process / "fd").iterdir()]
        except OSError:
            continue
        if any(job_id in link for link in links):
            found.append(int(process.name))
    return found


async def test_a_full_disk_is_told_as_such_and_nothing_stays_on_it(workflows: Workflows, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "rendering"
    folder.mkdir()
    with mounted_disk(folder, megabytes=8) as disk:
        with pytest.raises(StorageFailed, match="no space is left"):
            await rendered(workflows, from_bar=1, to_bar=40)
        assert list(disk.iterdir()) == []


async def test_a_full_disk_for_the_files_is_told_and_no_half_of_them_stays(
    workflows: Workflows, tmp_path: Path
) -> None:
    folder = tmp_path / "takes" / "small"
    folder.mkdir(parents=True)
    with mounted_disk(folder, megabytes=1) as disk:
        with pytest.raises(StorageFailed, match="no space is left"):
            await rendered(workflows, from_bar=1, to_bar=4, encoding=FLOAT, folder=str(folder))
        assert list(disk.iterdir()) == []


async def test_what_cannot_be_rendered_is_refused_before_anything_is_written(workflows: Workflows) -> None:
    with pytest.raises(NotFound, match="did you mean 'Chords'"):
        await rendered(workflows, kind=RenderKind.STEMS, tracks=("Chord",))
    with pytest.raises(NotFound, match="region"):
        await rendered(workflows, kind=RenderKind.REGION, region="nowhere")
    with pytest.raises(RequestInvalid, match="outside the allowed folders"):
        await rendered(workflows, folder="/etc")
    with pytest.raises(RequestInvalid, match="a region is named to render a region"):
        await rendered(workflows, region="Chords")


async def test_a_session_is_measured_with_who_covers_whom_and_compared_with_itself(workflows: Workflows) -> None:
    wish = RenderRequest(kind=RenderKind.STEMS, with_mix=True, from_bar=1, to_bar=4)
    found = await workflows.listening.measure(wish, wait_seconds=JOB_SECONDS)
    assert found.levels.loudness_lufs is not None
    assert found.balance_db is not None
    assert found.balance_db[2] > found.balance_db[7] + 12, "a bass part has more at 125 Hz than at 4 kHz"
    assert {one.track for one in found.masking} == set(PARTS)
    # all three play the same notes on the same instrument, the melody most quietly
    assert max(found.masking, key=lambda one: one.share).track == "Melody"
    assert any("muted, so no stem was made" in notice for notice in found.notices)
    assert found.picture is not None
    assert Image.open(io.BytesIO(found.picture)).width == 1000
    report = await rendered(workflows, from_bar=1, to_bar=2)
    same = await workflows.listening.compare(report.files[0].path, report.files[0].path)
    assert same.difference.residue_db == float("-inf")


@pytest.fixture
async def rolling(studio: Studio) -> AsyncIterator[None]:
    async with studio.daw() as daw:
        await daw.transport(TransportAction.LOCATE, BBT(1))
        await daw.transport(TransportAction.PLAY)
        yield
        await daw.transport(TransportAction.STOP)


@pytest.mark.usefixtures("rolling")
async def test_meters_show_what_plays(workflows: Workflows) -> None:
    found = await workflows.listening.meters(1.5)
    levels = {strip.name: strip.peak_db for strip in found.strips}
    assert found.is_rolling
    assert found.n_readings > 10
    assert all(levels[name] is not None for name in (*PARTS, "Master"))
    assert levels["Bass"] == pytest.approx(-14, abs=6)
    assert (levels["Bass"] or 0) > (levels["Melody"] or 0), "its fader is 2 dB higher"


@pytest.mark.parametrize("kind", [PictureKind.PIANO_ROLL, PictureKind.MIXER, PictureKind.SCREENSHOT])
async def test_the_session_is_seen(workflows: Workflows, kind: PictureKind) -> None:
    require_program("import")
    check_picture((await workflows.listening.picture(PictureRequest(kind=kind), wait_seconds=0)).png)


async def test_a_piano_roll_shows_just_the_bars_asked_for(workflows: Workflows) -> None:
    async def roll(from_bar: int | None = None, to_bar: int | None = None) -> bytes:
        wish = PictureRequest(kind=PictureKind.PIANO_ROLL, tracks=("Bass",), from_bar=from_bar, to_bar=to_bar)
        return (await workflows.listening.picture(wish, wait_seconds=0)).png

    two, three, whole = await roll(2, 2), await roll(2, 3), await roll()
    assert len({two, three, whole}) == 3
    assert await roll(1, 99_000) == whole, "no more than there is"
    with pytest.raises(RequestInvalid, match="lies in bars 1 to"):
        await roll(99_000)


async def test_what_the_session_sounds_like_is_seen_with_its_bars(workflows: Workflows) -> None:
    wish = PictureRequest(kind=PictureKind.WAVEFORM, tracks=("Chords",), from_bar=2, to_bar=3)
    found = await workflows.listening.picture(wish, wait_seconds=JOB_SECONDS)
    assert "Chords" in found.caption
    check_picture(found.png)


def check_picture(png: bytes) -> None:
    picture = Image.open(io.BytesIO(png))
    picture.load()
    assert picture.width >= 500
    colours = picture.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 20, "something is drawn"


async def test_a_track_is_bounced_to_the_same_sound_and_the_bounce_is_undone(
    studio: Studio, workflows: Workflows
) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
    original = await rendered(workflows, kind=RenderKind.STEMS, tracks=("Bass",), from_bar=1, to_bar=4, encoding=FLOAT)
    turn = await _place(studio, (BounceTrack(route="Bass", ref="b", name="Bass frozen"),))
    try:
        frozen, bass = await route_named(studio, "Bass frozen"), await route_named(studio, "Bass")
        assert bass.is_muted
        (region,) = frozen.regions
        assert (region.position_samples, region.length_samples) == (0, FOUR_BARS)
        assert frozen.pan == pytest.approx(bass.pan)
        again = await rendered(
            workflows, kind=RenderKind.STEMS, tracks=("Bass frozen",), from_bar=1, to_bar=4, encoding=FLOAT
        )
    finally:
        await _take_back(studio, turn)
    old, new = read(original.files[0].path), read(again.files[0].path)
    assert np.abs(old - new).max() < np.abs(old).max() * 10 ** (-30 / 20)
    async with studio.daw() as daw:
        assert await daw.snapshot() == before


async def test_a_region_is_bounced_and_the_bounce_is_undone(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
        region = await region_of(studio, "Melody")
        result = await daw.apply(
            ChangeSet(
                id=ChangeSetId(uuid.uuid4().hex),
                label="bounce",
                operations=(BounceRegion(region=region.id, ref="b", name="Melody bounced"),),
            )
        )
        assert [outcome.status for outcome in result.outcomes] == [OutcomeStatus.VERIFIED], failures(result)
        assert (await region_of(studio, "Melody")).is_muted
        (bounced,) = (await route_named(studio, "Melody bounced")).regions
        assert bounced.length_samples == region.length_samples
        assert not (await route_named(studio, "Melody")).is_muted
        await daw.revert(result.id)
        assert await daw.snapshot() == before


async def test_a_region_of_a_take_that_is_not_played_is_not_bounced(studio: Studio) -> None:
    """Ardour would bounce what the track plays there instead."""
    async with studio.daw() as daw:
        before = await daw.snapshot()
        region = await region_of(studio, "Melody")
    turn = await _place(studio, (AddPlaylist(track="Melody", ref="p", name="Take two"),))
    async with studio.daw() as daw:
        bouncing = BounceRegion(region=region.id, ref="b", name="Melody bounced")
        result = await daw.apply(ChangeSet(id=ChangeSetId(uuid.uuid4().hex), label="bounce", operations=(bouncing,)))
        assert result.state is ChangeSetState.FAILED
        assert "use switch_playlist first" in result.outcomes[0].reason
    await _take_back(studio, turn)
    async with studio.daw() as daw:
        assert await daw.snapshot() == before


async def test_a_track_is_bounced_after_a_sidechain_from_it_was_undone(studio: Studio) -> None:
    async with studio.daw() as daw:
        before = await daw.snapshot()
    turn = await _place(
        studio,
        (
            AddPlugin(ref="duck", route="Melody", plugin="urn:ardour:a-comp"),
            AddSidechain(ref="key", source="Bass", plugin="duck", is_pre_fader=False),
        ),
    )
    await _take_back(studio, turn)
    turn = await _place(studio, (BounceTrack(route="Bass", ref="b", name="Bass frozen"),))
    await _take_back(studio, turn)
    async with studio.daw() as daw:
        assert await daw.snapshot() == before


async def test_an_empty_track_is_not_bounced(studio: Studio) -> None:
    async with studio.daw() as daw:
        result = await daw.apply(
            ChangeSet(
                id=ChangeSetId(uuid.uuid4().hex),
                label="bounce",
                operations=(
                    AddAudioTrack(ref="e", name="Empty", colour="#808080", n_channels=2),
                    BounceTrack(route="e", ref="b", name="nothing"),
                ),
            )
        )
    assert result.state is ChangeSetState.FAILED
    assert "holds nothing to bounce" in failures(result)[0]
