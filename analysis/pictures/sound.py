"""Sound over time: its waveform with loudness, and its spectrogram, under bars and markers."""

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from analysis.levels import hop_powers, short_term_lufs
from analysis.pictures.canvas import SERIES, TEXT, Box, Canvas, Line, heat
from analysis.spectrum import magnitude_spectra
from music.audio import FloatAudio
from music.loudness import HOP_SECONDS

_WIDTH, _LEFT, _TOP = 1280, 64, 72
_PEAK_COLOUR, _RMS_COLOUR = "#2f6f9f", SERIES[0]
_LOWEST_LUFS, _HIGHEST_LUFS = -50.0, 0.0
_LOWEST_HZ, _HIGHEST_HZ, _RANGE_DB = 30.0, 16000.0, 80.0
_N_ROWS, _SPECTROGRAM_HEIGHT = 240, 480
_WINDOW_SAMPLES = 8192
_HEARD_HZ = (
    (50, "50"),
    (100, "100"),
    (200, "200"),
    (500, "500"),
    (1000, "1k"),
    (2000, "2k"),
    (5000, "5k"),
    (10000, "10k"),
)


def draw_waveform(
    title: str, audio: FloatAudio, sample_rate_hz: int, lines: Sequence[Line] = (), markers: Sequence[Line] = ()
) -> bytes:
    """Return a PNG of each channel (peaks dark, RMS light) and the loudness of each 3 s, lines in seconds."""
    seconds = audio.shape[1] / sample_rate_hz
    n_channels, height = len(audio), 150
    bottom = _TOP + n_channels * (height + 10)
    canvas = Canvas(_WIDTH, bottom + 190, title)
    lines = lines or _seconds_lines(seconds)
    for number, channel in enumerate(audio):
        box = Box(_LEFT, _TOP + number * (height + 10), _WIDTH - 16, _TOP + number * (height + 10) + height)
        canvas.panel(box)
        canvas.verticals(box, [Line(line.at, "", line.is_strong) for line in lines], 0.0, seconds)
        canvas.text(
            (box.left - 8, box.top + height / 2), "LR"[number] if n_channels == 2 else str(number + 1), anchor="rm"
        )
        _draw_channel(canvas, box, channel)
    loud = Box(_LEFT, bottom + 20, _WIDTH - 16, bottom + 150)
    canvas.panel(loud)
    canvas.horizontals(loud, [(-40, "-40"), (-30, "-30"), (-20, "-20"), (-10, "-10")], _LOWEST_LUFS, _HIGHEST_LUFS)
    canvas.verticals(loud, lines, 0.0, seconds)
    canvas.text((loud.left, loud.top - 3), "short-term loudness (3 s), LUFS", anchor="ld")
    _draw_loudness(canvas, loud, audio, sample_rate_hz)
    canvas.flags(Box(_LEFT, _TOP, _WIDTH - 16, bottom), markers, 0.0, seconds)
    return canvas.png()


def _draw_channel(canvas: Canvas, box: Box, channel: NDArray[np.float32]) -> None:
    """Draw one column for each pixel: from lowest to highest sample, and within it the RMS."""
    edges = np.linspace(0, len(channel), box.width + 1).astype(int)
    middle, scale = (box.top + box.bottom) / 2, box.height / 2 - 1
    for x, (start, end) in enumerate(itertools.pairwise(edges)):
        span = channel[start : max(end, start + 1)]
        if not len(span):
            continue
        low, high = float(np.clip(span.min(), -1, 1)), float(np.clip(span.max(), -1, 1))
        rms = float(min(np.sqrt(np.mean(np.square(span, dtype=np.float64))), 1.0))
        clips = float(np.abs(span).max()) > 1
        left = box.left + x
        canvas.bar(
            left, middle - high * scale, left + 1, middle - low * scale + 1, SERIES[3] if clips else _PEAK_COLOUR
        )
        canvas.bar(left, middle - rms * scale, left + 1, middle + rms * scale + 1, _RMS_COLOUR)


def _draw_loudness(canvas: Canvas, box: Box, audio: FloatAudio, sample_rate_hz: int) -> None:
    course = short_term_lufs(hop_powers(audio, sample_rate_hz))
    if not len(course):
        canvas.text((box.left + box.width / 2, box.top + box.height / 2), "shorter than 3 s", colour=TEXT, anchor="mm")
        return
    seconds = audio.shape[1] / sample_rate_hz
    times = 1.5 + np.arange(len(course)) * HOP_SECONDS  # in the middle of its 3 s
    xs = box.left + times / seconds * box.width
    shares = (np.clip(course, _LOWEST_LUFS, _HIGHEST_LUFS) - _LOWEST_LUFS) / (_HIGHEST_LUFS - _LOWEST_LUFS)
    canvas.line(
        [(x, box.bottom - 1 - y * (box.height - 1)) for x, y in zip(xs, shares, strict=True)], SERIES[2], width=2
    )


def draw_spectrogram(
    title: str, audio: FloatAudio, sample_rate_hz: int, lines: Sequence[Line] = (), markers: Sequence[Line] = ()
) -> bytes:
    """Return a PNG of power over time and frequency (log, 30 Hz to 16 kHz), 80 dB down from the loudest."""
    seconds = audio.shape[1] / sample_rate_hz
    canvas = Canvas(_WIDTH, _TOP + _SPECTROGRAM_HEIGHT + 44, title)
    box = Box(_LEFT, _TOP, _WIDTH - 16, _TOP + _SPECTROGRAM_HEIGHT)
    canvas.pixels(box, heat(_log_spectrogram(audio.mean(axis=0, dtype=np.float32), sample_rate_hz, box.width)))
    low, high = np.log(_LOWEST_HZ), np.log(_HIGHEST_HZ)
    for hertz, label in _HEARD_HZ:
        y = box.bottom - (np.log(hertz) - low) / (high - low) * box.height
        canvas.line([(box.left - 4, y), (box.left, y)], TEXT)
        canvas.text((box.left - 8, y), label, anchor="rm")
    chosen = lines or _seconds_lines(seconds)
    canvas.verticals(Box(box.left, box.bottom - 1, box.right, box.bottom + 4), chosen, 0.0, seconds)
    canvas.flags(Box(box.left, box.top, box.right, box.top + 1), markers, 0.0, seconds)
    return canvas.png()


def _log_spectrogram(mono: NDArray[np.float32], sample_rate_hz: int, n_columns: int) -> NDArray[np.float64]:
    """Return 0 to 1 for each row of frequency, highest first, and column of time."""
    padded = np.pad(mono, (_WINDOW_SAMPLES // 2, _WINDOW_SAMPLES))
    hop = max(64, len(mono) // n_columns)
    frequencies_hz = np.arange(_WINDOW_SAMPLES // 2 + 1) * sample_rate_hz / _WINDOW_SAMPLES
    rows_hz = np.geomspace(_LOWEST_HZ, min(_HIGHEST_HZ, sample_rate_hz / 2), _N_ROWS)
    runs = [
        np.stack([np.interp(rows_hz, frequencies_hz, spectrum) for spectrum in spectra])
        for spectra in magnitude_spectra(padded, _WINDOW_SAMPLES, hop)
    ]
    power = np.square(np.concatenate(runs))
    power *= rows_hz / rows_hz[0]  # pink noise is then as bright everywhere
    if power.max() <= 0:
        return np.zeros((_N_ROWS, len(power)))
    decibels = 10 * np.log10(np.maximum(power / power.max(), 10 ** (-_RANGE_DB / 10)))
    return np.asarray((decibels.T[::-1] + _RANGE_DB) / _RANGE_DB)


def _seconds_lines(seconds: float) -> list[Line]:
    step = next((step for step in (0.1, 0.5, 1, 5, 10, 30, 60) if seconds / step <= 24), 300)
    return [Line(step * n, f"{step * n:g} s", is_strong=True) for n in range(int(seconds / step) + 1)]
