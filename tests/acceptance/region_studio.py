"""Material for tests of regions: sounds whose pitch, order and level are known, and ways to read them back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soundfile

from daw_bridge.live import LiveDaw
from music.changeset import ChangeSet, ChangeSetId, ChangeSetResult, ChangeSetState, OutcomeStatus
from music.operations import Operation
from music.operations.material import ImportAudio, ImportMidi
from music.operations.tracks import AddAudioTrack, AddMidiTrack
from music.session import Playlist, Region, Route, SessionSnapshot
from music.time import BBT
from tests.acceptance.bridge_studio import N_NOTES, SAMPLE_RATE_HZ, Studio, failures

LOW_HZ, HIGH_HZ = 220.0, 660.0
PEAK = 0.25
N_SAMPLES = 2 * SAMPLE_RATE_HZ  # one bar of 4/4 at 120 BPM


def write_two_tones(path: Path) -> Path:
    """Write one bar at 120 BPM: a low tone, then a high one, each a second; what comes first can be heard."""
    seconds = np.arange(N_SAMPLES) / SAMPLE_RATE_HZ
    tone = PEAK * np.sin(2 * np.pi * np.where(seconds < 1.0, LOW_HZ, HIGH_HZ) * seconds)
    soundfile.write(path, np.stack([tone, tone], axis=1), SAMPLE_RATE_HZ, subtype="FLOAT")
    return path


def pitch_hz(sound: npt.NDArray[np.float64]) -> float:
    """Measure the pitch of a steady tone, to a few hundredths of a hertz in a second."""
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(len(sound)), n=8 * len(sound)))
    return float(np.argmax(spectrum)) * SAMPLE_RATE_HZ / (8 * len(sound))


async def apply(daw: LiveDaw, name: str, *operations: Operation) -> ChangeSetResult:
    """Apply operations and insist that every one was verified."""
    result = await daw.apply(ChangeSet(id=ChangeSetId(name), label=name, operations=operations))
    assert result.state is ChangeSetState.APPLIED, failures(result)
    assert {outcome.status for outcome in result.outcomes} == {OutcomeStatus.VERIFIED}, failures(result)
    return result


async def refusal(daw: LiveDaw, name: str, *operations: Operation) -> str:
    """Apply operations of which the last must fail, and return why it did."""
    before = (await daw.snapshot()).revision
    result = await daw.apply(ChangeSet(id=ChangeSetId(name), label=name, operations=operations))
    assert result.state is ChangeSetState.FAILED
    assert (await daw.snapshot()).revision == before, "a refused change set must leave nothing"
    return result.outcomes[-1].reason


async def undo(daw: LiveDaw, name: str, before: SessionSnapshot) -> None:
    """Revert a change set; everything must be verified, and the session as it was."""
    undone = await daw.revert(ChangeSetId(name))
    assert {outcome.status for outcome in undone.outcomes} == {OutcomeStatus.VERIFIED}, failures(undone)
    now = await daw.snapshot()
    assert now.routes == before.routes
    assert now.revision == before.revision


async def prepare_tracks(studio: Studio, daw: LiveDaw) -> None:
    """Make two audio tracks and two MIDI tracks, with one region each on the first ones: bar 2 and bars 2 to 5."""
    audio = write_two_tones(studio.bridge_folder.parent / "two tones.wav")
    operations: list[Operation] = [
        AddAudioTrack(ref=name, name=name, colour="#993311", n_channels=2) for name in ("Tones", "More tones")
    ]
    operations += [
        AddMidiTrack(ref=name, name=name, colour="#336699", instrument_plugin=None) for name in ("Notes", "More notes")
    ]
    operations += [
        ImportAudio(ref="a", track="Tones", path=str(audio), name="tones", at=BBT(2), length_samples=N_SAMPLES),
        ImportMidi(ref="m", track="Notes", path=str(studio.midi), name="notes", at=BBT(2), n_notes=N_NOTES),
    ]
    await apply(daw, "tracks", *operations)


@asynccontextmanager
async def open_with_tracks(studio: Studio) -> AsyncIterator[LiveDaw]:
    """Open the session, with the tracks in it that were made once."""
    async with studio.daw() as daw:
        if not any(route.name == "Tones" for route in (await daw.snapshot()).routes):
            await prepare_tracks(studio, daw)
        yield daw


@asynccontextmanager
async def left_as_it_was(daw: LiveDaw) -> AsyncIterator[SessionSnapshot]:
    """Read the session as it is before a test; what a failing test leaves is taken back after it."""
    yield await daw.snapshot()
    for result in reversed(await daw.change_sets()):
        if result.state is ChangeSetState.APPLIED and result.id != "tracks":
            await daw.revert(result.id)


def track(snapshot: SessionSnapshot, name: str) -> Route:
    """Return the track of this name."""
    return next(route for route in snapshot.routes if route.name == name)


def only_region(snapshot: SessionSnapshot, track_name: str) -> Region:
    """Return the one region of a track."""
    regions = track(snapshot, track_name).regions
    assert len(regions) == 1, f"{track_name} holds {[region.name for region in regions]}"
    return regions[0]


def region_of(snapshot: SessionSnapshot, region_id: str) -> Region:
    """Return the region with this id."""
    return next(region for route in snapshot.routes for region in route.regions if region.id == region_id)


def own_playlist(snapshot: SessionSnapshot, track_name: str) -> Playlist:
    """Return the playlist that a track plays; how Ardour calls the first one depends on its version."""
    return next(found for found in track(snapshot, track_name).playlists if found.is_used)


def playlist(snapshot: SessionSnapshot, track_name: str, name: str) -> Playlist:
    """Return a playlist of a track."""
    return next(found for found in track(snapshot, track_name).playlists if found.name == name)


async def read_sound(daw: LiveDaw, region_id: str) -> npt.NDArray[np.float64]:
    """Read the left channel of the file behind a region, as Ardour keeps it in the session."""
    facts = await daw.read("region", {"region": region_id})
    sound, _ = soundfile.read(facts["paths"][0], dtype="float64")
    return np.asarray(sound)


async def read_fades(daw: LiveDaw, region_id: str) -> tuple[dict[str, object], dict[str, object]]:
    """Read fade in and fade out as Ardour would save them."""
    facts = await daw.read("region", {"region": region_id})
    return facts["fade_in"], facts["fade_out"]
