"""The whole way: an MCP client asks for music, it lands in the real editor, sounds as it should, and is taken back."""

import asyncio
import dataclasses
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import librosa
import numpy as np
import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from numpy.typing import NDArray

from music.session import RouteKind, SessionSnapshot
from music.time import BBT, TimeSignature
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.homes import REPOSITORY, home_environment
from tests.acceptance.rendered_session import render_saved
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

TEMPO_BPM = 140.0
N_BARS = 8
SAMPLE_RATE_HZ = 48_000
_AUDIBLE = 10 ** (-50 / 20)
_START_TOLERANCE_SECONDS = 0.03  # human timing may put the first note so far from the bar line


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("into ardour")) as found:
        yield found


@asynccontextmanager
async def connected(studio: Studio) -> AsyncIterator[ClientSession]:
    environment = home_environment(studio.bridge_folder.parent) | {"SIDEMAN_BRIDGE_DIR": str(studio.bridge_folder)}
    server = StdioServerParameters(command=sys.executable, args=["-m", "cli.main", "mcp"], env=environment)
    async with stdio_client(server) as streams, ClientSession(*streams) as session:
        await session.initialize()
        yield session


async def call(session: ClientSession, tool: str, **arguments: Any) -> dict[str, Any]:
    result = await session.call_tool(tool, arguments)
    assert not result.is_error, result.content
    content: dict[str, Any] = result.structured_content or {}
    return content


async def snapshot(studio: Studio) -> SessionSnapshot:
    async with studio.daw() as daw:
        return await daw.snapshot()


def music_of(session: SessionSnapshot) -> SessionSnapshot:
    """Leave out where the playhead is; all else must be as it was."""
    return dataclasses.replace(session, playhead_samples=0, playhead=BBT(1))


def exported(session_file: Path, out_folder: Path) -> NDArray[np.float32]:
    """Render a saved session with Ardour's own export engine; the mean of its channels, shape (n_frames,)."""
    rendered, frames = render_saved(session_file, out_folder)
    assert rendered.sample_rate_hz == SAMPLE_RATE_HZ
    return np.asarray(frames.mean(axis=1))


def mute_all_but(session_file: Path, name: str) -> None:
    """Set the mutes of a saved session so that one track and the master sound."""
    tree = ElementTree.parse(session_file)
    for route in tree.findall("Routes/Route"):
        is_muted = "0" if route.get("name") in (name, "Master") else "1"
        for element, attribute in (("MuteMaster", "muted"), ("Controllable[@name='mute']", "value")):
            found = route.find(element)
            if found is not None:
                found.set(attribute, is_muted)
    tree.write(session_file)


async def test_a_chat_puts_a_trap_beat_into_the_open_session_and_takes_it_back(studio: Studio, tmp_path: Path) -> None:
    before = await snapshot(studio)
    async with connected(studio) as chat:
        report = await call(
            chat,
            "generate",
            prompt=f"an {N_BARS}-bar trap beat with 808 bass at {TEMPO_BPM:g} BPM in F minor",
            seed=2,
            to="live",
            at_bar=1,
        )
        assert report["state"] == "done", report
        assert report["placed"]["state"] == "applied", report
        assert report["placed"]["other_outcomes"] == []
        overview = await call(chat, "session_overview")
        placed = await snapshot(studio)
        parts = [route.name for route in placed.routes if route.kind is RouteKind.MIDI_TRACK]
        check_placed(before, placed, overview, parts)
        studio.editor.screenshot(artifacts(tmp_path) / "trap-in-ardour.png")
        async with studio.daw() as daw:
            await daw.save()
        saved = tmp_path / "saved"
        shutil.copytree(placed.folder, saved)

        undone = await call(chat, "undo")
    assert undone["state"] == "reverted", undone
    assert undone["other_outcomes"] == []
    assert music_of(await snapshot(studio)) == music_of(before)
    await asyncio.to_thread(check_sound, saved, parts, tmp_path)


def check_placed(before: SessionSnapshot, placed: SessionSnapshot, overview: dict[str, Any], parts: list[str]) -> None:
    """Read back tempo, metre, markers and tracks from Ardour, and compare what the model was told."""
    (tempo,) = placed.tempo_map
    assert tempo.tempo_bpm == pytest.approx(TEMPO_BPM, abs=0.001)
    assert tempo.time_signature == TimeSignature(4, 4)
    assert placed.markers[0].start == BBT(1)
    new = [route for route in placed.routes if route.id not in {old.id for old in before.routes}]
    stems = [route for route in new if route.kind is RouteKind.AUDIO_TRACK]
    assert {"Drums", "Bass", "Chords", "Melody"} == set(parts)
    assert len(stems) == len(parts)
    assert all(route.is_muted for route in stems)
    for route in new:
        (region,) = route.regions
        assert region.start == BBT(1), route.name
        if route.kind is RouteKind.MIDI_TRACK:
            assert not route.is_muted
            assert region.n_notes
            assert route.processors
    assert all(f" {route.name} " in overview["session"] for route in placed.routes)


def check_sound(saved: Path, parts: list[str], scratch: Path) -> None:
    """Render the saved session: at its place, at its tempo, and every part audible on its own."""
    (session_file,) = saved.glob("*.ardour")
    whole = exported(session_file, scratch / "whole")
    first = int(np.argmax(np.abs(whole) > _AUDIBLE)) / SAMPLE_RATE_HZ
    assert first < _START_TOLERANCE_SECONDS
    assert len(whole) / SAMPLE_RATE_HZ >= N_BARS * 4 * 60 / TEMPO_BPM - 0.01
    assert heard_tempo_bpm(whole) == pytest.approx(TEMPO_BPM, rel=0.01)
    for part in parts:
        mute_all_but(session_file, part)
        alone = exported(session_file, scratch / part)
        assert np.abs(alone).max() > _AUDIBLE, f"{part} is not heard"


def heard_tempo_bpm(audio: NDArray[np.float32]) -> float:
    """Return the tempo that librosa's beat tracker hears: the median distance of its beats, at half or double time too.

    The tracker knows nothing of ours. Its choice between a tempo, its half and its double is no part of the claim, and
    its grid of 512 samples is too coarse for 1 % between two beats, so the distance is taken over all of them.
    """
    _, beats = librosa.beat.beat_track(y=audio, sr=SAMPLE_RATE_HZ, units="time", trim=False, tightness=400)
    distance = np.polyfit(np.arange(len(beats)), beats, 1)[0]
    heard = 60 / distance
    return float(min((heard * factor for factor in (0.5, 1.0, 2.0)), key=lambda tempo: abs(tempo - TEMPO_BPM)))


def artifacts(fallback: Path) -> Path:
    """Return where pictures are kept: the checkout's ``artifacts`` in CI."""
    folder = REPOSITORY / "artifacts" if os.environ.get("CI") else fallback
    folder.mkdir(exist_ok=True)
    return folder
