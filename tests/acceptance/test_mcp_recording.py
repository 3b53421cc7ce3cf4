"""A real MCP client has takes recorded in the real editor: a job that ends by itself, by a cancel, or by a kill."""

import asyncio
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from music.session import Route, SessionSnapshot
from tests.acceptance import killed_job
from tests.acceptance.bridge_studio import Studio, running_studio
from tests.acceptance.homes import home_environment, sideman, sideman_json
from tests.acceptance.test_mcp_edit import Caller, call, connected, refused
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")
_SECONDS = 40.0
_BEAT_SAMPLES = 24000  # 120 BPM, 48 kHz


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("recorded")) as found:
        yield found


async def add_track(client: Caller, name: str) -> str:
    """Add an audio track to record on, and return its id."""
    track = {"verb": "add_audio_track", "ref": "new", "name": name, "colour": "#993311", "n_channels": 2}
    done = await call(client, "edit_session", operations=[track], label="a track")
    made: str = done["made"]["new"]
    return made


async def look(studio: Studio) -> SessionSnapshot:
    async with studio.daw() as daw:
        return await daw.snapshot()


def route_of(session: SessionSnapshot, track: str) -> Route:
    return next(route for route in session.routes if route.id == track)


async def until_recording(studio: Studio, *, from_samples: int) -> None:
    """Wait until something is captured that begins there."""
    async with asyncio.timeout(_SECONDS), studio.daw() as daw:
        while True:
            now = (await daw.passing()).transport
            if now.is_recording and now.is_rolling and now.playhead_samples > from_samples + _BEAT_SAMPLES // 2:
                return
            await asyncio.sleep(0.05)


def assert_all_is_put_back(session: SessionSnapshot) -> None:
    """Nothing rolls, is armed or punched."""
    assert not session.is_rolling
    assert not session.is_recording
    assert not any(route.is_record_armed for route in session.routes)
    assert not session.is_punch_in


async def test_takes_are_recorded_and_end_by_themselves(studio: Studio) -> None:
    async with connected(studio) as client:
        keys = await add_track(client, "Keys")
        report = await call(client, "record", tracks=["Keys"], start=2, end="2|3", takes=2)
        assert (report["state"], report["recipe"]) == ("done", "record"), report
        recorded = report["recorded"]
        assert (recorded["is_complete"], recorded["n_takes"], recorded["reason"]) == (True, 2, "")
        assert [line.split(":")[0] for line in recorded["regions"]] == ["take 1, Keys", "take 2, Keys"]
        assert all(line.endswith(f", {2 * _BEAT_SAMPLES} samples") for line in recorded["regions"]), recorded
        session = await look(studio)
        assert [region.position_samples for region in route_of(session, keys).regions] == 2 * [4 * _BEAT_SAMPLES]
        assert_all_is_put_back(session)
        assert (await call(client, "job", job=report["job"]))["recorded"] == recorded
        assert "did you mean 'Keys'?" in await refused(client, "record", tracks=["Kyes"], start=1, end=2)
        assert "cannot record" in await refused(client, "record", tracks=["Master"], start=1, end=2)
        assert "end must come after start" in await refused(client, "record", tracks=[keys], start=2, end=1)
        assert "record has no argument 'take'; did you mean 'takes'?" in await refused(client, "record", take=2)


async def test_a_cancelled_recording_stops_the_transport_and_keeps_what_was_played(studio: Studio) -> None:
    """While it is under way nothing else is recorded or written, and the call does not hold the client."""
    async with connected(studio) as client:
        voice = await add_track(client, "Voice")
        began = time.monotonic()
        started = await call(client, "record", tracks=[voice], start=2, end=60, wait_seconds=0)
        assert started["state"] == "running"
        assert time.monotonic() - began < _SECONDS / 4
        await until_recording(studio, from_samples=4 * _BEAT_SAMPLES)
        told = await refused(client, "record", tracks=[voice], start=2, end=3)
        assert f"job {started['job']} is recording" in told
        fader = [{"verb": "set_fader", "route": voice, "gain_db": -3}]
        assert "recording" in await refused(client, "edit_session", operations=fader, label="meanwhile")
        assert (await call(client, "cancel_job", job=started["job"]))["state"] == "cancelled"
        settled = await call(client, "job", job=started["job"], wait_seconds=_SECONDS)
        assert settled["state"] == "cancelled"
        session = await look(studio)
        assert_all_is_put_back(session)
        (kept,) = route_of(session, voice).regions
        assert kept.position_samples == 4 * _BEAT_SAMPLES
        assert _BEAT_SAMPLES // 4 < kept.length_samples < 100 * _BEAT_SAMPLES


@pytest.mark.parametrize("then", ["go on", "cancel"])
async def test_a_killed_recording_leaves_no_rolling_transport(studio: Studio, tmp_path: Path, then: str) -> None:
    environment = home_environment(tmp_path) | {"SIDEMAN_BRIDGE_DIR": str(studio.bridge_folder)}
    async with connected(studio) as client:
        track = await add_track(client, f"Killed, {then}")
    command = [sys.executable, "-m", killed_job.__name__, "0", "record", track]
    process = await asyncio.create_subprocess_exec(*command, env=environment, stdout=asyncio.subprocess.DEVNULL)
    try:
        await until_recording(studio, from_samples=4 * _BEAT_SAMPLES)
    finally:
        process.kill()
    assert await process.wait() == -signal.SIGKILL
    assert (await look(studio)).is_recording, "Ardour goes on by itself"
    (job,) = sideman_json(environment, "jobs")
    if then == "cancel":
        cancelled = sideman(environment, "jobs", "--cancel", job["id"])
        assert cancelled.returncode == 0, cancelled.stderr
    (job,) = sideman_json(environment, "jobs", "--wait")
    session = await look(studio)
    assert_all_is_put_back(session)
    (kept,) = route_of(session, track).regions
    assert kept.position_samples == 4 * _BEAT_SAMPLES
    if then == "cancel":
        assert job["state"] == "cancelled"
    else:
        recorded = job["result"]["recorded"]
        assert (job["state"], recorded["is_complete"]) == ("done", False)
        assert "Sideman was ended" in recorded["reason"]
        assert [region["region_id"] for region in recorded["regions"]] == [kept.id]


async def test_an_unrelated_transport_is_left_alone_by_a_recording_that_was_over(studio: Studio) -> None:
    """Whoever plays the session later is not stopped because some recording had been broken off."""
    async with connected(studio) as client, studio.daw() as daw:
        await call(client, "transport", action="play")
        assert not await daw.end_recording("a job that ended long ago")
        assert (await call(client, "transport", action="state"))["is_rolling"]
        await call(client, "transport", action="stop")
