"""A rendering survives a kill at every stage's beginning and end, and in the middle of Ardour's export."""

import asyncio
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from music.changeset import ChangeSet, ChangeSetId, ChangeSetState
from music.operations.material import ImportAudio
from music.operations.tracks import AddAudioTrack
from music.time import BBT
from tests.acceptance import killed_job
from tests.acceptance.bridge_studio import N_SAMPLES, Studio, failures, running_studio
from tests.acceptance.homes import home_environment, sideman_json
from tests.programs import require_program

pytestmark = pytest.mark.usefixtures("ardour_programs")

_SECONDS = 120.0
TRACKS = ("One", "Two")
_FADE_SAMPLES = 64  # with which Ardour begins and ends every region
# three files: the mix and two stems; "finish" reports each before it is written, and its end when all are recorded
_MOMENTS = ("copy.1", "copy.2", "render.1", "render.2", "finish.1", "finish.3", "finish.5")


@pytest.fixture(scope="module")
def studio(ardour_programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run an editor with a tone on each of two tracks, one in bar 9, the other in bar 10."""
    del ardour_programs
    require_program("xdotool")
    with running_studio(tmp_path_factory.mktemp("killed")) as found:
        asyncio.run(_place_tones(found))
        yield found


async def _place_tones(studio: Studio) -> None:
    operations = [AddAudioTrack(ref=name, name=name, colour="#993311", n_channels=2) for name in TRACKS]
    tones = [
        ImportAudio(
            ref=f"tone {name}", track=name, path=str(studio.audio), name=name, at=BBT(bar), length_samples=N_SAMPLES
        )
        for bar, name in enumerate(TRACKS, start=9)
    ]
    async with studio.daw() as daw:
        turn = ChangeSet(id=ChangeSetId(uuid.uuid4().hex), label="tones", operations=(*operations, *tones))
        result = await daw.apply(turn)
        assert result.state is ChangeSetState.APPLIED, failures(result)
        await daw.save()


def environment(studio: Studio, home: Path) -> dict[str, str]:
    own = {"SIDEMAN_BRIDGE_DIR": str(studio.bridge_folder), "SIDEMAN_ALLOWED_FOLDERS": str(home)}
    return home_environment(home) | own


def render(studio: Studio, home: Path, *, kill_at: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", killed_job.__name__, kill_at, "render", str(home / "out")],
        env=environment(studio, home),
        timeout=_SECONDS,
        check=False,
        capture_output=True,
        text=True,
    )


def check_whole(studio: Studio, home: Path, job: Mapping[str, Any]) -> None:
    """Find one folder with the mix and both stems, each tone where it was placed, and nothing half-made."""
    assert (job["state"], job["error"]) == ("done", None)
    (folder,) = (home / "out").iterdir()
    assert sorted(file.name for file in folder.iterdir()) == ["One.wav", "Two.wav", "mix.wav"]
    assert list((home / "data" / "rendering").iterdir()) == []
    tone, _ = soundfile.read(studio.audio, dtype="float32", always_2d=True)
    audio = {file.stem: soundfile.read(file, dtype="float32", always_2d=True)[0] for file in folder.iterdir()}
    for name, start in zip(TRACKS, (0, N_SAMPLES), strict=True):  # the session begins with the first tone
        expected = np.zeros_like(audio["mix"])
        expected[start : start + N_SAMPLES] = tone[: len(expected) - start]
        differs = np.flatnonzero(np.abs(audio[name] - expected).max(axis=1) > 1e-6)
        edges = np.abs(differs[:, None] - [start, start + N_SAMPLES]).min(axis=1)
        assert edges.max(initial=0) <= _FADE_SAMPLES, name
    assert np.abs(audio["mix"] - audio["One"] - audio["Two"]).max() < 1e-6


@pytest.mark.parametrize("moment", _MOMENTS)
def test_a_rendering_survives_a_kill(moment: str, studio: Studio, tmp_path: Path) -> None:
    killed = render(studio, tmp_path, kill_at=moment)
    assert killed.returncode == -signal.SIGKILL, killed.stdout + killed.stderr
    (job,) = sideman_json(environment(studio, tmp_path), "jobs", "--wait")
    check_whole(studio, tmp_path, job)


def test_a_killed_rendering_whose_editor_is_gone_says_so_and_leaves_nothing(studio: Studio, tmp_path: Path) -> None:
    killed = render(studio, tmp_path, kill_at="copy.1")
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    nobody = environment(studio, tmp_path) | {"SIDEMAN_BRIDGE_DIR": str(tmp_path / "no bridge")}
    (job,) = sideman_json(nobody, "jobs", "--wait")
    assert job["state"] == "failed"
    assert "sideman ardour install" in str(job["error"])
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "data" / "rendering").iterdir()) == []
