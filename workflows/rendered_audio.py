"""From what Ardour rendered to the files that were asked for: cut, brought to a loudness, encoded, read back, measured.

This module brings SciPy; it is loaded when the first rendering is finished.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.levels import Levels, measure_levels
from analysis.loudness import true_peak_dbtp
from analysis.recording import Recording, read_recording
from daw_bridge.rendering import RenderedPass, Rendering
from music.audio import TRUE_PEAK_CEILING_DBTP, FloatAudio
from music.errors import SetupBroken
from music.job import JobContext, Progress
from renderers.encode import encode
from renderers.master import master
from workflows.render_requests import RenderedFile, RenderKind, RenderRequest

_MOST_ENCODINGS = 4  # lossy encoders raise peaks by a few tenths of a dB, a little differently at each level
_PEAK_MARGIN_DB = 0.05


def finish_files(
    rendering: Rendering, labels: Sequence[str], paths: Sequence[Path], wish: RenderRequest, job: JobContext
) -> tuple[tuple[RenderedFile, ...], list[str]]:
    """Write each file and return what was read back of it, and what to tell about it."""
    files: list[RenderedFile] = []
    notices: list[str] = []
    gain = np.float32(1)
    if wish.kind is RenderKind.STEMS and wish.loudness_lufs is not None:
        gain, notices = _common_gain(rendering, wish, wish.loudness_lufs)
        wish = replace(wish, loudness_lufs=None)
    for number, (one, label, path) in enumerate(zip(rendering.passes, labels, paths, strict=True)):
        job.raise_if_cancelled()
        job.report(Progress("finish", number / len(paths)))
        file, told = _finish(one, label, path, wish, gain)
        files.append(file)
        notices += told
    return tuple(files), notices


def _common_gain(rendering: Rendering, wish: RenderRequest, loudness_lufs: float) -> tuple[np.float32, list[str]]:
    """Return the factor that brings stems to a loudness together: each keeps its level against the others."""
    first, *others = rendering.passes
    together = _cut(first)
    for stem in () if wish.with_mix else others:  # the first is the mix then
        together += _cut(stem)
    loudness = measure_levels(together, first.sample_rate_hz).loudness_lufs
    if loudness is None:
        return np.float32(1), [
            "all is silent, or too short to have a loudness: the stems were left as loud as they are"
        ]
    gain_db = loudness_lufs - loudness
    told = f"each stem has {gain_db:+.1f} dB, so that together they have {loudness_lufs:g} LUFS; no limiter is on them"
    return np.float32(10 ** (gain_db / 20)), [told]


def _finish(
    one: RenderedPass, label: str, path: Path, wish: RenderRequest, gain: np.float32
) -> tuple[RenderedFile, list[str]]:
    audio, notices = _cut(one) * gain, []
    if wish.loudness_lufs is not None:
        mastered = master(audio, one.sample_rate_hz, wish.loudness_lufs)
        audio, notices = mastered.audio, list(mastered.notices)
    written = _encode(path, audio, one.sample_rate_hz, wish)
    n_frames, rate = written.audio.shape[1], written.sample_rate_hz
    if wish.encoding.keeps_length and n_frames != one.n_frames:
        raise SetupBroken(f"{path} has {n_frames} frames instead of {one.n_frames}; render it again")
    levels = measure_levels(written.audio, rate)
    notices = [f"{label}: {notice}" for notice in [*notices, *_remarks(levels, wish)]]
    return (
        RenderedFile(
            name=label,
            path=str(path),
            seconds=levels.seconds,
            n_frames=n_frames,
            sample_rate_hz=rate,
            is_silent=levels.is_silent,
            loudness_lufs=levels.loudness_lufs,
            true_peak_dbtp=levels.true_peak_dbtp,
        ),
        notices,
    )


def _encode(path: Path, audio: FloatAudio, sample_rate_hz: int, wish: RenderRequest) -> Recording:
    """Write a file and read it back; where encoding raised peaks above what goes with a loudness, turn it down."""
    for _ in range(_MOST_ENCODINGS):
        encode(path, audio, sample_rate_hz, wish.encoding)
        written = read_recording(path)
        excess_db = true_peak_dbtp(written.audio) - TRUE_PEAK_CEILING_DBTP
        if wish.loudness_lufs is None or excess_db <= 0:
            break
        audio = audio * np.float32(10 ** (-(excess_db + _PEAK_MARGIN_DB) / 20))
    return written


def _remarks(levels: Levels, wish: RenderRequest) -> list[str]:
    if levels.is_silent:
        return ["it is silent: nothing sounds there, or what does is muted or goes nowhere"]
    peak = levels.true_peak_dbtp
    assert peak is not None  # something is heard
    if wish.loudness_lufs is not None and peak > TRUE_PEAK_CEILING_DBTP:
        return [f"encoding raised the true peak to {peak:.2f} dBTP, above {TRUE_PEAK_CEILING_DBTP:g}"]
    if peak > 0:
        return [f"its true peak is {peak:.2f} dBTP: it clips; lower the master, or ask for a loudness"]
    return []


def _cut(one: RenderedPass) -> FloatAudio:
    return read_recording(Path(one.path), start_frames=one.lead_frames).audio
