"""Regions in the real editor: each verb is read back from Ardour, and undone it leaves what was there before."""

import math
from collections.abc import AsyncIterator, Iterator

import numpy as np
import pytest
import pytest_asyncio
import soundfile

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSetId, ChangeSetState
from music.operations import Operation
from music.operations.material import ImportAudio
from music.operations.regions import (
    CopyRegion,
    DeleteRegion,
    FadeRegion,
    LayerRegion,
    LockRegion,
    MoveRegion,
    MuteRegion,
    NormaliseRegion,
    PitchRegion,
    RenameRegion,
    ReverseRegion,
    SetRegionGain,
    SplitRegion,
    StretchRegion,
    TrimRegion,
)
from music.session import Region, SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import N_NOTES, SAMPLE_RATE_HZ, Studio, failures, running_studio
from tests.acceptance.region_studio import (
    HIGH_HZ,
    LOW_HZ,
    N_SAMPLES,
    PEAK,
    apply,
    left_as_it_was,
    only_region,
    open_with_tracks,
    pitch_hz,
    read_fades,
    read_sound,
    refusal,
    region_of,
    track,
    undo,
)

pytestmark = pytest.mark.usefixtures("ardour_programs")
BAR = N_SAMPLES  # 4/4 at 120 BPM
PEAK_DB = 20 * math.log10(PEAK)


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    with running_studio(tmp_path_factory.mktemp("regions")) as found:
        yield found


@pytest_asyncio.fixture
async def daw(studio: Studio) -> AsyncIterator[LiveDaw]:
    async with open_with_tracks(studio) as found:
        yield found


@pytest_asyncio.fixture
async def before(daw: LiveDaw) -> AsyncIterator[SessionSnapshot]:
    async with left_as_it_was(daw) as found:
        yield found


@pytest.fixture
def tones(before: SessionSnapshot) -> Region:
    return only_region(before, "Tones")


@pytest.fixture
def notes(before: SessionSnapshot) -> Region:
    return only_region(before, "Notes")


async def test_a_region_moves_in_time_and_to_another_track_and_keeps_its_id(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "move",
        MoveRegion(region=tones.id, at=BBT(7, 3)),
        MoveRegion(region=notes.id, at=BBT(9), track="More notes"),
        MoveRegion(region=tones.id, at=BBT(4), track="More tones"),
    )
    moved = await daw.snapshot()
    assert only_region(moved, "More tones").id == tones.id
    assert only_region(moved, "More tones").position_samples == 3 * BAR
    assert only_region(moved, "More notes").start == BBT(9)
    assert only_region(moved, "More notes").n_notes == N_NOTES
    assert not track(moved, "Tones").regions
    await undo(daw, "move", before)


async def test_a_region_is_nudged_by_seconds_and_changes_track_where_it_is(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "nudge",
        MoveRegion(region=tones.id, by_seconds=-0.02),
        MoveRegion(region=tones.id, track="More tones"),
        MoveRegion(region=notes.id, by_seconds=0.25),
    )
    nudged = await daw.snapshot()
    moved = only_region(nudged, "More tones")
    assert (moved.id, moved.position_samples) == (tones.id, tones.position_samples - SAMPLE_RATE_HZ // 50)
    assert only_region(nudged, "Notes").position_samples == notes.position_samples + SAMPLE_RATE_HZ // 4
    assert only_region(nudged, "Notes").notes == notes.notes
    await undo(daw, "nudge", before)
    told = await refusal(daw, "too-far", MoveRegion(region=tones.id, by_seconds=-3600.0))
    assert "cannot be moved by -3600 s" in told


async def test_a_region_is_named_by_its_name_where_only_one_bears_it(
    daw: LiveDaw, before: SessionSnapshot, tones: Region
) -> None:
    await apply(daw, "by-name", MuteRegion(region=tones.name, is_muted=True))
    assert only_region(await daw.snapshot(), "Tones").is_muted
    await undo(daw, "by-name", before)
    await apply(
        daw, "twins", CopyRegion(region=tones.id, ref="twin", at=BBT(6)), RenameRegion(region="twin", name=tones.name)
    )
    assert f"2 regions are called {tones.name}" in await refusal(
        daw, "which", MuteRegion(region=tones.name, is_muted=True)
    )
    await undo(daw, "twins", before)


async def test_the_polarity_of_a_region_is_turned_over_and_its_gain_stays(
    daw: LiveDaw, before: SessionSnapshot, tones: Region
) -> None:
    await apply(daw, "gain", SetRegionGain(region=tones.id, gain_db=-6.0))
    await apply(daw, "over", SetRegionGain(region=tones.id, is_inverted=True))
    turned = only_region(await daw.snapshot(), "Tones")
    assert turned.is_inverted
    assert turned.gain_db == pytest.approx(-6.0, abs=0.01)
    await apply(daw, "louder", SetRegionGain(region=tones.id, gain_db=0.0))
    assert only_region(await daw.snapshot(), "Tones").is_inverted
    await apply(daw, "back", SetRegionGain(region=tones.id, is_inverted=False))
    assert not only_region(await daw.snapshot(), "Tones").is_inverted
    for change in ("back", "louder", "over"):
        await daw.revert(ChangeSetId(change))
    await undo(daw, "gain", before)


async def test_copies_follow_each_other_and_a_midi_copy_has_notes_of_its_own(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "copy",
        CopyRegion(region=tones.id, ref="first", at=BBT(5), n_copies=3),
        MuteRegion(region="first", is_muted=True),
        CopyRegion(region=notes.id, ref="there", at=BBT(2), track="More notes"),
    )
    copied = await daw.snapshot()
    regions = track(copied, "Tones").regions
    assert [region.position_samples for region in regions] == [BAR, 4 * BAR, 5 * BAR, 6 * BAR]
    assert [region.is_muted for region in regions] == [False, True, False, False]
    there = only_region(copied, "More notes")
    assert (there.start, there.n_notes) == (BBT(2), N_NOTES)
    await undo(daw, "copy", before)


async def test_a_split_gives_two_parts_and_undo_brings_the_very_same_region_back(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "split",
        SplitRegion(region=tones.id, at=BBT(2, 2), left_ref="l", right_ref="r"),
        SplitRegion(region="r", at=BBT(2, 4), left_ref="m", right_ref="e"),
        MoveRegion(region="e", at=BBT(6)),
        SplitRegion(region=notes.id, at=BBT(4, 2, 480), left_ref="nl", right_ref="nr"),
    )
    split = await daw.snapshot()
    assert [(r.position_samples, r.length_samples, r.offset_samples) for r in track(split, "Tones").regions] == [
        (BAR, BAR // 4, 0),
        (BAR + BAR // 4, BAR // 2, BAR // 4),
        (5 * BAR, BAR // 4, 3 * BAR // 4),
    ]
    assert [(r.start, r.offset_beats) for r in track(split, "Notes").regions] == [
        (BBT(2), 0.0),
        (BBT(4, 2, 480), 9.5),
    ]
    assert tones.id not in {region.id for region in track(split, "Tones").regions}
    await undo(daw, "split", before)


async def test_trimming_keeps_what_is_played_in_its_place(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(daw, "faded", FadeRegion(region=tones.id, fade_in=0.9, fade_out=0.5, shape="slow"))
    faded = await daw.snapshot()
    await apply(
        daw,
        "trim",
        TrimRegion(region=tones.id, start=BBT(2, 2), end=BBT(2, 3)),
        TrimRegion(region=notes.id, end=BBT(4)),
    )
    trimmed = await daw.snapshot()
    now = region_of(trimmed, tones.id)
    assert (now.position_samples, now.length_samples, now.offset_samples) == (BAR * 5 // 4, BAR // 4, BAR // 4)
    assert region_of(trimmed, notes.id).length_samples == 2 * BAR
    await apply(daw, "front", TrimRegion(region=notes.id, start=BBT(3)))
    assert region_of(await daw.snapshot(), notes.id).offset_beats == 4.0
    await undo(daw, "front", trimmed)
    await undo(daw, "trim", faded)
    fade_in, fade_out = await read_fades(daw, tones.id)
    assert (fade_in["length_samples"], fade_in["shape"]) == (0.9 * SAMPLE_RATE_HZ, "slow"), (
        "a fade longer than the trim"
    )
    assert (fade_out["length_samples"], fade_out["shape"]) == (0.5 * SAMPLE_RATE_HZ, "slow")
    await undo(daw, "faded", before)


async def test_a_deleted_region_comes_back_with_id_gain_and_layer(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "stacked",
        SetRegionGain(region=tones.id, gain_db=-4.5),
        CopyRegion(region=tones.id, ref="over", at=BBT(2, 3)),
        CopyRegion(region=tones.id, ref="above", at=BBT(2, 2)),
    )
    stacked = await daw.snapshot()
    assert [region.layer for region in track(stacked, "Tones").regions] == [0, 2, 1]
    await apply(daw, "delete", DeleteRegion(region=tones.id), DeleteRegion(region=notes.id))
    deleted = await daw.snapshot()
    assert [region.layer for region in track(deleted, "Tones").regions] == [1, 0]
    assert not track(deleted, "Notes").regions
    await undo(daw, "delete", stacked)
    above = track(stacked, "Tones").regions[1]
    await apply(daw, "down", LayerRegion(region=above.id, to="bottom"), LayerRegion(region=tones.id, to="top"))
    layered = await daw.snapshot()
    assert region_of(layered, above.id).layer == 0
    assert region_of(layered, tones.id).layer == 2
    await undo(daw, "down", stacked)
    await undo(daw, "stacked", before)


async def test_name_mute_lock_and_gain_are_set_and_taken_back(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "properties",
        RenameRegion(region=tones.id, name='Riff "ä" <1>'),
        MuteRegion(region=notes.id, is_muted=True),
        SetRegionGain(region=tones.id, gain_db=-6.02),
        LockRegion(region=tones.id, is_locked=True),
    )
    now = region_of(await daw.snapshot(), tones.id)
    assert (now.name, now.is_locked) == ('Riff "ä" <1>', True)
    assert now.gain_db == pytest.approx(-6.02, abs=0.001)
    assert region_of(await daw.snapshot(), notes.id).is_muted
    locked: tuple[Operation, ...] = (
        MoveRegion(region=tones.id, at=BBT(5)),
        TrimRegion(region=tones.id, end=BBT(2, 2)),
        SplitRegion(region=tones.id, at=BBT(2, 2), left_ref="l", right_ref="r"),
    )
    for name, operation in enumerate(locked):
        assert "lock_region" in await refusal(daw, f"locked-{name}", operation)
    await undo(daw, "properties", before)


async def test_fades_are_set_in_seconds_and_beats_and_read_back_from_what_ardour_saves(
    daw: LiveDaw, before: SessionSnapshot, tones: Region
) -> None:
    untouched = await read_fades(daw, tones.id)
    await apply(daw, "fade", FadeRegion(region=tones.id, fade_in=0.25, fade_out=0.75, shape="linear"))
    fade_in, fade_out = await read_fades(daw, tones.id)
    assert (fade_in["length_samples"], fade_in["shape"]) == (0.25 * SAMPLE_RATE_HZ, "linear")
    assert (fade_out["length_samples"], fade_out["shape"]) == (0.75 * SAMPLE_RATE_HZ, "linear")
    linear = await daw.snapshot()
    for shape in ("constant_power", "symmetric", "slow", "fast"):
        await apply(daw, shape, FadeRegion(region=tones.id, fade_in=1.0, fade_out=0.5, unit="beats", shape=shape))
        fade_in, fade_out = await read_fades(daw, tones.id)
        assert (fade_in["length_samples"], fade_in["shape"]) == (BAR // 4, shape)
        assert (fade_out["length_samples"], fade_out["shape"]) == (BAR // 8, shape)
        await undo(daw, shape, linear)
        assert (await read_fades(daw, tones.id))[0]["shape"] == "linear"
    await undo(daw, "fade", before)
    assert await read_fades(daw, tones.id) == untouched
    assert "longer than" in await refusal(daw, "long", FadeRegion(region=tones.id, fade_in=2.5))


async def test_normalising_brings_peak_and_rms_to_a_level(daw: LiveDaw, before: SessionSnapshot, tones: Region) -> None:
    await apply(daw, "peak", NormaliseRegion(region=tones.id, level_db=-3.0))
    assert region_of(await daw.snapshot(), tones.id).gain_db == pytest.approx(-PEAK_DB - 3.0, abs=0.01)
    await undo(daw, "peak", before)
    await apply(daw, "rms", NormaliseRegion(region=tones.id, level_db=-18.0, measure="rms"))
    # for a sine, RMS as AES-17 counts it equals the peak
    assert region_of(await daw.snapshot(), tones.id).gain_db == pytest.approx(-PEAK_DB - 18.0, abs=0.01)
    await undo(daw, "rms", before)


async def test_a_reversed_region_plays_its_end_first(daw: LiveDaw, before: SessionSnapshot, tones: Region) -> None:
    forwards = await read_sound(daw, tones.id)
    await apply(
        daw,
        "reverse",
        SetRegionGain(region=tones.id, gain_db=-3.0),
        ReverseRegion(region=tones.id),
        MuteRegion(region=tones.id, is_muted=True),  # the one that took its place
    )
    new = only_region(await daw.snapshot(), "Tones")
    assert new.id != tones.id
    assert (new.name, new.position_samples, new.length_samples) == (tones.name, BAR, N_SAMPLES)
    assert new.gain_db == pytest.approx(-3.0, abs=0.001)
    assert new.is_muted
    backwards = await read_sound(daw, new.id)
    assert len(backwards) == len(forwards)
    assert abs(backwards - forwards[::-1]).max() == 0.0  # not a bit is lost
    await undo(daw, "reverse", before)


@pytest.mark.parametrize(
    ("name", "operation", "n_samples"),
    [
        ("end", {"end": BBT(4)}, 2 * BAR),
        ("tempo", {"from_tempo_bpm": 90.0}, BAR * 3 // 4),
        ("ratio", {"ratio": 1.3}, round(BAR * 1.3)),
    ],
)
async def test_a_stretched_region_is_as_long_as_asked_and_keeps_its_pitch(
    daw: LiveDaw,
    before: SessionSnapshot,
    tones: Region,
    name: str,
    operation: dict[str, BBT | float],
    n_samples: int,
) -> None:
    await apply(daw, name, StretchRegion(region=tones.id, **operation))  # type: ignore[arg-type]
    new = only_region(await daw.snapshot(), "Tones")
    assert (new.position_samples, new.length_samples) == (BAR, n_samples)
    sound = (await read_sound(daw, new.id))[:n_samples]
    middle, slack = n_samples // 2, SAMPLE_RATE_HZ // 10
    assert pitch_hz(sound[slack : middle - slack]) == pytest.approx(LOW_HZ, rel=0.003)  # 5 cents
    assert pitch_hz(sound[middle + slack : -slack]) == pytest.approx(HIGH_HZ, rel=0.003)
    assert abs(sound[-slack:]).max() > PEAK / 2, "the end is there"
    await undo(daw, name, before)


async def test_a_pitched_region_is_as_long_as_before(
    daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(daw, "pitch", PitchRegion(region=tones.id, semitones=-5))
    new = only_region(await daw.snapshot(), "Tones")
    assert new.length_samples == N_SAMPLES
    sound = (await read_sound(daw, new.id))[:N_SAMPLES]
    slack = SAMPLE_RATE_HZ // 10
    assert pitch_hz(sound[slack : N_SAMPLES // 2 - slack]) == pytest.approx(LOW_HZ * 2 ** (-5 / 12), rel=0.003)
    assert pitch_hz(sound[N_SAMPLES // 2 + slack : -slack]) == pytest.approx(HIGH_HZ * 2 ** (-5 / 12), rel=0.003)
    await undo(daw, "pitch", before)
    assert "transpose_notes" in await refusal(daw, "pitch-midi", PitchRegion(region=notes.id, semitones=2))


async def test_an_import_is_stretched_from_its_tempo_to_the_sessions(
    studio: Studio, daw: LiveDaw, before: SessionSnapshot
) -> None:
    path = str(studio.bridge_folder.parent / "two tones.wav")
    await apply(
        daw,
        "conform",
        ImportAudio(ref="loop", track="More tones", path=path, name="loop", at=BBT(3), file_tempo_bpm=150.0),
        RenameRegion(region="loop", name="fitted"),
    )
    new = only_region(await daw.snapshot(), "More tones")
    assert (new.name, new.position_samples, new.length_samples) == ("fitted", 2 * BAR, N_SAMPLES * 150 // 120)
    await undo(daw, "conform", before)
    long = studio.bridge_folder.parent / "long.wav"
    soundfile.write(long, np.zeros(601 * SAMPLE_RATE_HZ, dtype=np.int16), SAMPLE_RATE_HZ)
    fitting = ImportAudio(ref="long", track="More tones", path=str(long), name="long", at=BBT(3), file_tempo_bpm=150.0)
    assert "601 s long" in await refusal(daw, "too-long", fitting)


async def test_what_cannot_be_done_is_refused_with_what_to_do_instead(
    daw: LiveDaw, tones: Region, notes: Region
) -> None:
    refused: dict[str, tuple[Operation, str]] = {
        "outside": (SplitRegion(region=tones.id, at=BBT(9), left_ref="l", right_ref="r"), "outside"),
        "nothing": (TrimRegion(region=tones.id, start=BBT(3), end=BBT(3)), "nothing would be left"),
        "no-more": (TrimRegion(region=tones.id, end=BBT(9)), "its file has no more"),
        "kind": (MoveRegion(region=tones.id, at=BBT(2), track="Notes"), "audio_track"),
        "gain": (SetRegionGain(region=notes.id, gain_db=-3.0), "velocities"),
        "fade": (FadeRegion(region=notes.id, fade_in=1.0), "automation"),
        "normalise": (NormaliseRegion(region=notes.id), "velocities"),
        "reverse": (ReverseRegion(region=notes.id), "MIDI region"),
        "stretch": (StretchRegion(region=notes.id, ratio=2.0), "follow the tempo"),
        "far": (StretchRegion(region=tones.id, end=BBT(30)), "eight times"),
        "unknown": (DeleteRegion(region="999999"), "no region"),
    }
    for name, (operation, reason) in refused.items():
        assert reason in await refusal(daw, f"refused-{name}", operation), name


async def test_ardours_own_undo_takes_nothing_of_it_away(
    studio: Studio, daw: LiveDaw, before: SessionSnapshot, tones: Region
) -> None:
    await apply(
        daw,
        "own-undo",
        SplitRegion(region=tones.id, at=BBT(2, 3), left_ref="l", right_ref="r"),
        MoveRegion(region="l", at=BBT(8)),
        ReverseRegion(region="r"),
        CopyRegion(region="r", ref="c", at=BBT(5)),
        TrimRegion(region="c", end=BBT(5, 2)),
        DeleteRegion(region="l"),
    )
    done = (await daw.snapshot()).revision
    for _ in range(4):
        studio.editor.send_osc("/access_action", "Editor/undo")
        assert (await daw.snapshot()).revision == done
    await undo(daw, "own-undo", before)


async def test_what_was_done_before_a_restart_is_undone_after_it(
    studio: Studio, daw: LiveDaw, before: SessionSnapshot, tones: Region, notes: Region
) -> None:
    await apply(
        daw,
        "prepared",
        FadeRegion(region=tones.id, fade_in=0.4, fade_out=0.3, shape="symmetric"),
        SetRegionGain(region=tones.id, gain_db=-2.5),
        CopyRegion(region=tones.id, ref="over", at=BBT(2, 2)),
        CopyRegion(region=tones.id, ref="long", at=BBT(9)),
    )
    prepared = await daw.snapshot()
    over, long = (region.id for region in track(prepared, "Tones").regions[1:])
    await apply(
        daw,
        "edited",
        DeleteRegion(region=tones.id),
        SplitRegion(region=notes.id, at=BBT(3), left_ref="l", right_ref="r"),
        MoveRegion(region="r", at=BBT(8), track="More notes"),
        MuteRegion(region=over, is_muted=True),
        TrimRegion(region=long, start=BBT(9, 2), end=BBT(9, 4)),
        ReverseRegion(region=over),
    )
    edited = await daw.snapshot()
    studio.editor.quit(save=True)
    studio.editor.restart()
    async with studio.daw() as again:
        assert (await again.snapshot()).routes == edited.routes
        await undo(again, "edited", prepared)
        fade_in, fade_out = await read_fades(again, tones.id)
        assert (fade_in["length_samples"], fade_in["shape"]) == (0.4 * SAMPLE_RATE_HZ, "symmetric")
        assert (fade_out["length_samples"], fade_out["shape"]) == (0.3 * SAMPLE_RATE_HZ, "symmetric")
        await undo(again, "prepared", before)


async def test_what_is_done_again_can_be_undone_again(daw: LiveDaw, before: SessionSnapshot, tones: Region) -> None:
    await apply(
        daw,
        "again",
        SplitRegion(region=tones.id, at=BBT(2, 3), left_ref="l", right_ref="r"),
        ReverseRegion(region="l"),
        CopyRegion(region="r", ref="c", at=BBT(5)),
        SetRegionGain(region="c", gain_db=-6.0),
    )
    done = [(r.position_samples, r.length_samples, r.gain_db) for r in track(await daw.snapshot(), "Tones").regions]
    await undo(daw, "again", before)
    redone = await daw.redo(ChangeSetId("again"))
    assert redone.state is ChangeSetState.APPLIED, failures(redone)
    regions = track(await daw.snapshot(), "Tones").regions
    assert [(r.position_samples, r.length_samples, r.gain_db) for r in regions] == done
    await undo(daw, "again", before)
