"""A take's audio: rendered from its score, then measured as read back from its files.

This module brings SciPy and FluidSynth. It is loaded when the first take is rendered, so that a server starts at once.
"""

import json
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

from analysis.compare import compare
from analysis.jams_document import jams_document
from analysis.measure import measure_take
from library.takes import storage_errors, write_atomically
from music.instrument import Instrument
from music.job import JobContext
from music.score import Score
from renderers.fluidsynth import SoundFontRenderer
from renderers.master import master
from renderers.render import render
from renderers.soundfont import SoundFont
from renderers.wav import write_wavs
from workflows.durable import JsonObject
from workflows.planner import Planned
from workflows.take_files import ASSETS, COMPARISONS, JAMS_FILE, MIX_FILE, SCORE_FILE, STEMS_FOLDER, stem_path


def render_take(
    score: Score,
    folder: Path,
    *,
    loudness_lufs: float,
    instruments: Mapping[str, Instrument],
    soundfont: SoundFont,
    job: JobContext,
) -> JsonObject:
    """Write ``mix.wav`` and the stems, and return their length, their assets and what the person should know."""
    rendering = render(score, instruments, SoundFontRenderer(soundfont), job)
    mastered = master(rendering.mix, rendering.sample_rate_hz, loudness_lufs)
    job.raise_if_cancelled()
    with storage_errors(folder):
        (folder / STEMS_FOLDER).mkdir(parents=True, exist_ok=True)
    files = [(folder / stem_path(stem.role), stem.audio) for stem in rendering.stems]
    write_wavs([*files, (folder / MIX_FILE, mastered.audio)], rendering.sample_rate_hz)
    return {
        "frames": rendering.n_frames,
        "sample_rate_hz": rendering.sample_rate_hz,
        "assets": ASSETS.dump_python(rendering.assets, mode="json"),
        "notices": [*rendering.notices, *mastered.notices],
    }


def measure_and_annotate(score: Score, folder: Path, planned: Planned) -> JsonObject:
    """Measure the files, write ``annotations.jams``, and return asked against measured."""
    measured = measure_take(folder / SCORE_FILE, folder / MIX_FILE)
    document = jams_document(
        score, sideman_version=version("sideman"), duration_seconds=measured.audio_seconds, measured=measured
    )
    write_atomically(folder / JAMS_FILE, json.dumps(document, indent=1).encode() + b"\n")
    comparisons = compare(planned.plan, measured, asked_seconds=planned.reading.brief.seconds)
    return {"comparisons": COMPARISONS.dump_python(comparisons, mode="json")}
