"""How long and how much memory a 30 s six-part score takes from notes to measured files, beside plain FluidSynth.

Run with ``pytest tests/bench/bench_render.py -s``. Both sides render the same notes with the same SoundFont in the same
run, in turns, and the fastest rounds are compared: what the work takes when nothing else disturbs it.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import mido
import numpy as np
import pytest

from analysis.measure import measure_take
from music.instrument import Instrument, Role, SoundFontVoice
from music.job import Progress
from music.pitch import parse_key
from music.score import Note, Part, PartMix, Score
from music.time import TICKS_PER_QUARTER, TimeSignature
from renderers.fluidsynth import SoundFontRenderer
from renderers.master import master
from renderers.render import render
from renderers.soundfont import SOUNDFONT_FOLDERS, find_soundfont
from renderers.wav import write_wavs

MOST_TIMES_FLUIDSYNTH = 2.5
MOST_MEGABYTES = 600
N_ROUNDS = 5
PROGRAMS = {"kit": 0, "bass": 33, "piano": 4, "lead": 80, "pad": 89, "harp": 46}
CHECKOUT = Path(__file__).resolve().parents[2]
LAYOUT = (
    (Role.DRUMS, "kit", 9, PartMix(reverb_send_db=-24.0)),
    (Role.BASS, "bass", 0, PartMix(gain_db=-1.0)),
    (Role.CHORDS, "piano", 1, PartMix(gain_db=-4.0, pan=-0.2, reverb_send_db=-16.0)),
    (Role.MELODY, "lead", 2, PartMix(gain_db=-5.0, pan=0.1, reverb_send_db=-14.0)),
    (Role.PAD, "pad", 3, PartMix(gain_db=-6.0, reverb_send_db=-12.0)),
    (Role.ARPEGGIO, "harp", 4, PartMix(gain_db=-6.0, pan=0.4, reverb_send_db=-12.0)),
)


class Bystander:
    """A job nobody watches."""

    def report(self, progress: Progress) -> None:
        """Let it pass."""

    def raise_if_cancelled(self) -> None:
        """Nobody cancels."""


def instruments() -> dict[str, Instrument]:
    return {
        name: Instrument(
            id=name,
            title=name,
            synonyms=(),
            roles=(Role.MELODY,),
            voice=SoundFontVoice(program=program, is_drum_kit=name == "kit"),
            lowest_midi_note=0,
            highest_midi_note=127,
        )
        for name, program in PROGRAMS.items()
    }


def six_parts() -> Score:
    """Write 15 bars at 120 BPM, 30 s, about 1100 notes."""
    quarter, random = TICKS_PER_QUARTER, np.random.default_rng(0)
    notes: dict[Role, list[Note]] = {role: [] for role, *_ in LAYOUT}
    for bar in range(15):
        at, root = bar * 4 * quarter, (41, 37, 44, 39)[bar % 4]
        triad = (root + 12, root + 15 + (bar % 4 > 0), root + 19)
        for i in range(16):
            notes[Role.DRUMS].append(Note(at + i * quarter // 4, quarter // 8, 42, 90 - 20 * (i % 2)))
            notes[Role.ARPEGGIO].append(Note(at + i * quarter // 4, quarter // 5, triad[i % 3] + 24, 80))
        for i in range(4):
            notes[Role.DRUMS].append(Note(at + i * quarter, quarter // 4, (36, 38)[i % 2], 112))
            notes[Role.BASS].append(Note(at + i * quarter, quarter * 9 // 10, root, 105))
            notes[Role.CHORDS] += [Note(at + i * quarter, quarter * 9 // 10, pitch, 80) for pitch in triad]
        for i in range(8):
            pitch = 65 + (0, 3, 5, 7, 8, 10, 12)[int(random.integers(7))]
            notes[Role.MELODY].append(Note(at + i * quarter // 2, quarter * 4 // 10, pitch, 90))
        notes[Role.PAD] += [Note(at, 4 * quarter - 20, pitch + 12, 70) for pitch in triad]
    parts = tuple(
        Part(role=role, name=name, instrument=name, channel=channel, notes=tuple(sorted(notes[role])), mix=mix)
        for role, name, channel, mix in LAYOUT
    )
    metre = TimeSignature(4, 4)
    return Score(
        title="Bench",
        tempo_bpm=120.0,
        time_signature=metre,
        key=parse_key("F minor"),
        n_bars=15,
        sections=(),
        chords=(),
        parts=parts,
    )


def write_midi(score: Score, path: Path) -> None:
    file = mido.MidiFile(ticks_per_beat=TICKS_PER_QUARTER)
    for part in score.parts:
        track = mido.MidiTrack()
        file.tracks.append(track)
        track.append(mido.Message("program_change", channel=part.channel, program=PROGRAMS[part.instrument]))
        events = [(n.start_ticks, n.midi_note, n.velocity) for n in part.notes]
        events += [(n.start_ticks + n.duration_ticks, n.midi_note, 0) for n in part.notes]
        now = 0
        for ticks, pitch, velocity in sorted(events, key=lambda event: (event[0], event[2] > 0)):
            message = mido.Message("note_on", channel=part.channel, note=pitch, velocity=velocity, time=ticks - now)
            track.append(message)
            now = ticks
    file.save(path)


class Stopwatch:
    """Milliseconds by stage, over several rounds."""

    def __init__(self) -> None:
        self.milliseconds: dict[str, list[float]] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time one stage of one round."""
        start = time.perf_counter()
        yield
        self.milliseconds.setdefault(name, []).append(1000 * (time.perf_counter() - start))

    def fastest(self, name: str) -> float:
        """Return a stage's fastest round."""
        return min(self.milliseconds[name])


def make_take(score: Score, renderer: SoundFontRenderer, folder: Path, watch: Stopwatch) -> None:
    """Go from the score to measured files, stage by stage."""
    with watch.stage("render and mix"):
        rendering = render(score, instruments(), renderer, Bystander())
    with watch.stage("master"):
        finished = master(rendering.mix, rendering.sample_rate_hz, -12.0)
    with watch.stage("write 7 files"):
        files = [(folder / f"{stem.role.value}.wav", stem.audio) for stem in rendering.stems]
        write_wavs([(folder / "mix.wav", finished.audio), *files], rendering.sample_rate_hz)
    with watch.stage("measure"):
        measure_take(folder / "score.mid", folder / "mix.wav")


def fluidsynth_command(soundfont: Path, folder: Path) -> list[str]:
    wav, midi = str(folder / "plain.wav"), str(folder / "score.mid")
    return ["fluidsynth", "-ni", "-F", wav, "-r", "48000", str(soundfont), midi]


@pytest.fixture(params=["FluidR3_GM.sf2", "TimGM6mb.sf2"])
def soundfont_path(request: pytest.FixtureRequest) -> Path:
    for folder in SOUNDFONT_FOLDERS:
        if (folder / request.param).is_file():
            return folder / str(request.param)
    pytest.skip(f"{request.param} is not installed")


def test_a_warm_take_needs_at_most_two_and_a_half_times_plain_fluidsynth(soundfont_path: Path, tmp_path: Path) -> None:
    score, watch = six_parts(), Stopwatch()
    write_midi(score, tmp_path / "score.mid")
    renderer = SoundFontRenderer(find_soundfont(soundfont_path))
    make_take(score, renderer, tmp_path, Stopwatch())  # warm
    for _ in range(N_ROUNDS):
        with watch.stage("fluidsynth"):
            command = fluidsynth_command(soundfont_path, tmp_path)
            subprocess.run(command, check=True, capture_output=True, timeout=60)
        with watch.stage("sideman"):
            make_take(score, renderer, tmp_path, watch)
    ratio = watch.fastest("sideman") / watch.fastest("fluidsynth")
    print(
        f"\n{soundfont_path.stem}, {os.cpu_count()} cores, {score.length_seconds:.0f} s, fastest of {N_ROUNDS} rounds:"
    )
    for name in watch.milliseconds:
        print(f"  {name:<16} {watch.fastest(name):7.0f} ms")
    print(f"  {'ratio':<16} {ratio:7.2f}")
    assert ratio <= MOST_TIMES_FLUIDSYNTH


def peak_megabytes(command: list[str]) -> float:
    """Run a command and return the most memory it held.

    A small process in between starts it: Linux counts a child's memory from the fork on, when it still is its parent's.
    """
    starter = (
        "import resource, subprocess, sys\n"
        "subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    measured = subprocess.run(
        [sys.executable, "-S", "-c", starter, *command],
        cwd=CHECKOUT,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return int(measured.stdout) / 1024  # Linux counts in KiB


def test_a_take_fits_in_the_memory_of_a_small_machine(soundfont_path: Path, tmp_path: Path) -> None:
    write_midi(six_parts(), tmp_path / "score.mid")
    ours = peak_megabytes([sys.executable, __file__, str(soundfont_path), str(tmp_path)])
    plain = peak_megabytes(fluidsynth_command(soundfont_path, tmp_path))
    print(f"\n{soundfont_path.stem}: peak memory {ours:.0f} MB, plain fluidsynth {plain:.0f} MB")
    assert ours < MOST_MEGABYTES


if __name__ == "__main__":
    make_take(six_parts(), SoundFontRenderer(find_soundfont(Path(sys.argv[1]))), Path(sys.argv[2]), Stopwatch())
