"""How long and how much memory a take of 30 s costs, beside FluidSynth's own program rendering the same score once.

Run with ``just bench``. Both sides render the same notes with the same SoundFont in the same run, in turns; the fastest
rounds are compared, which is what the work takes when nothing else disturbs it. A warm take that is slower than
its limit fails the run.
"""

import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from music.take import Take
from renderers.soundfont import SOUNDFONT_FOLDERS
from tests.acceptance.homes import home_environment
from tests.programs import lack
from workflows.requests import Destination, GenerateRequest
from workflows.settings import load_settings
from workflows.studio import Studio, build_studio

N_ROUNDS = 5
PROMPTS = {
    "trap, 4 parts": "trap beat with 808 bass",
    "pop, 6 parts": "pop with drums, bass, piano, strings, harp arpeggio and a flute melody",
}
SOUNDFONTS = ("FluidR3_GM", "TimGM6mb")
HIGHEST_RATIO = (
    3.0  # of a warm take, with all that is composed, mixed, mastered and measured, to FluidSynth's rendering
)
_SECONDS = 300.0


def soundfont(name: str) -> Path:
    found = [folder / f"{name}.sf2" for folder in SOUNDFONT_FOLDERS if (folder / f"{name}.sf2").exists()]
    if not found:
        lack(f"the SoundFont {name} is not installed")
    return found[0]


@contextmanager
def open_studio(home: Path, font: Path) -> Iterator[Studio]:
    environment = home_environment(home) | {"SIDEMAN_SOUNDFONT": str(font)}
    with closing(build_studio(load_settings(environment))) as studio:
        yield studio


def make(studio: Studio, prompt: str) -> Take:
    async def run() -> Take:
        wish = GenerateRequest(prompt=prompt, seconds=30, seed=1, to=Destination.NONE)
        status = await studio.settled(await studio.generate(wish), timeout_seconds=_SECONDS)
        assert status.result, status.error
        return studio.take(status.result["take"])

    return asyncio.run(run())


def seconds_of(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def play(font: Path, score: Path, out: Path) -> None:
    command = ["fluidsynth", "-n", "-i", "-q", "-r", "48000", "-F", str(out), str(font), str(score)]
    subprocess.run(command, check=True, capture_output=True, timeout=_SECONDS)


@pytest.mark.parametrize("font_name", SOUNDFONTS)
@pytest.mark.parametrize("label", PROMPTS)
def test_a_warm_take_beside_fluidsynth(label: str, font_name: str, tmp_path: Path) -> None:
    font = soundfont(font_name)
    ours, theirs, stages = [], [], []
    with open_studio(tmp_path, font) as studio:
        take = make(studio, PROMPTS[label])  # warm up
        score = studio.take_folder(take.id) / "score.mid"
        for _ in range(N_ROUNDS):
            ours.append(seconds_of(lambda: stages.append(make(studio, PROMPTS[label]).timings_seconds)))
            theirs.append(seconds_of(lambda: play(font, score, tmp_path / "theirs.wav")))
    ratio = min(ours) / min(theirs)
    print(f"\nwarm take of 30 s, {label}, {font_name}: {min(ours):.2f} s; fluidsynth {min(theirs):.2f} s; "
          f"ratio {ratio:.2f} (limit {HIGHEST_RATIO:g}); medians {statistics.median(ours):.2f} and "
          f"{statistics.median(theirs):.2f} s")  # fmt: skip
    for name in ("plan", "compose", "render", "measure"):
        print(f"  {name:8} {min(dict(found)[name] for found in stages) * 1000:7.1f} ms")
    assert ratio <= HIGHEST_RATIO, f"{label}, {font_name}: {ratio:.2f} times as long as FluidSynth"


@pytest.mark.parametrize("font_name", SOUNDFONTS)
def test_a_cold_command_beside_fluidsynth(font_name: str, tmp_path: Path) -> None:
    font = soundfont(font_name)
    environment = home_environment(tmp_path) | {"SIDEMAN_SOUNDFONT": str(font)}
    command = [sys.executable, "-m", "cli.main", "generate", PROMPTS["pop, 6 parts"], "--seconds", "30", "--to", "none"]
    measured = []
    for _ in range(3):
        start = time.perf_counter()
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        _, process.returncode, usage = os.wait4(process.pid, 0)
        assert process.returncode == 0
        measured.append((time.perf_counter() - start, usage.ru_maxrss / 1024))
    (score, *_) = (tmp_path / "takes").glob("*/score.mid")
    theirs = min(seconds_of(lambda: play(font, score, tmp_path / "theirs.wav")) for _ in range(3))
    ours, memory = min(measured)
    print(f"\ncold command to a finished take of 30 s, {font_name}: {ours:.2f} s, ratio {ours / theirs:.2f}; "
          f"peak memory {memory:.0f} MB")  # fmt: skip
