"""What drum machines are made of: decaying tones that fall, shaped noise, and a cluster of squares for metal.

Everything is one-shot, mono float32, made once and kept. The noise is always the same, so a drum always sounds alike,
as on the machines.
"""

import functools
from collections.abc import Sequence

import numpy as np
import scipy.signal

from music.audio import FloatAudio

_NOISE_SECONDS = 3.0
_HIGHEST_PARTIAL_HZ = 17_000.0


def falling_tone(
    n_frames: int,
    sample_rate_hz: int,
    *,
    hertz: float,
    drop: float,
    drop_seconds: float,
    decay_seconds: float,
) -> FloatAudio:
    """Return a sine that starts ``1 + drop`` times its pitch and falls onto it; levels fall 60 dB in ``decay_seconds``.

    ``drop_seconds`` is the time constant of the fall. It starts at a zero crossing.
    """
    seconds = np.arange(n_frames) / sample_rate_hz
    # the integral of hertz * (1 + drop * exp(-t / drop_seconds))
    cycles = hertz * (seconds + drop * drop_seconds * (1.0 - np.exp(-seconds / drop_seconds)))
    return (np.sin(2.0 * np.pi * cycles) * fall(n_frames, sample_rate_hz, decay_seconds)).astype(np.float32)


def fall(n_frames: int, sample_rate_hz: int, decay_seconds: float) -> FloatAudio:
    """Return an exponential fall from 1 by 60 dB in the time given."""
    steps = np.arange(n_frames, dtype=np.float32) * np.float32(-np.log(1_000.0) / (decay_seconds * sample_rate_hz))
    envelope: FloatAudio = np.exp(steps)
    return envelope


def noise(n_frames: int, sample_rate_hz: int, low_hz: float, high_hz: float, *, seed: int = 0) -> FloatAudio:
    """Return white noise between two frequencies, 12 dB per octave outside, with an RMS of 1."""
    return _noise(sample_rate_hz, low_hz, high_hz, seed)[:n_frames]


@functools.lru_cache(maxsize=64)
def _noise(sample_rate_hz: int, low_hz: float, high_hz: float, seed: int) -> FloatAudio:
    white = np.random.default_rng(seed).standard_normal(round(_NOISE_SECONDS * sample_rate_hz))
    band = (low_hz, min(high_hz, 0.45 * sample_rate_hz))
    shaped = scipy.signal.sosfilt(scipy.signal.butter(2, band, "bandpass", fs=sample_rate_hz, output="sos"), white)
    even: FloatAudio = (shaped / np.sqrt(np.mean(np.square(shaped)))).astype(np.float32)
    return even


@functools.lru_cache(maxsize=8)
def squares(pitches_hz: tuple[float, ...], n_frames: int, sample_rate_hz: int) -> FloatAudio:
    """Return square waves of several pitches added up, each with the odd harmonics below 17 kHz and none that folds."""
    seconds = np.arange(n_frames) / sample_rate_hz
    total = np.zeros(n_frames)
    limit = min(_HIGHEST_PARTIAL_HZ, 0.45 * sample_rate_hz)
    for number, hertz in enumerate(pitches_hz):
        turn = np.exp(2j * np.pi * hertz * seconds + 1j * number)
        step, wave = turn * turn, turn.copy()
        for harmonic in range(1, int(limit / hertz) + 1, 2):
            total += wave.imag / harmonic
            wave *= step
    return (total * (4.0 / np.pi / len(pitches_hz))).astype(np.float32)


def band_pass(sound: FloatAudio, low_hz: float, high_hz: float, sample_rate_hz: int, *, order: int = 2) -> FloatAudio:
    """Return a sound between two frequencies."""
    band = (low_hz, min(high_hz, 0.45 * sample_rate_hz))
    sections = scipy.signal.butter(order, band, "bandpass", fs=sample_rate_hz, output="sos")
    filtered: FloatAudio = scipy.signal.sosfilt(sections, sound).astype(np.float32)
    return filtered


def bursts(n_frames: int, sample_rate_hz: int, starts_seconds: Sequence[float], decay_seconds: float) -> FloatAudio:
    """Return the envelope of several hands that do not clap quite together: short falls, the last as long as given."""
    envelope = np.zeros(n_frames, dtype=np.float32)
    for start in starts_seconds[:-1]:
        at = round(start * sample_rate_hz)
        envelope[at:] = fall(n_frames - at, sample_rate_hz, 0.03)
    at = round(starts_seconds[-1] * sample_rate_hz)
    envelope[at:] = fall(n_frames - at, sample_rate_hz, decay_seconds)
    return envelope


def soft_clip(sound: FloatAudio, drive: float) -> FloatAudio:
    """Return a sound of at most 1 pushed into a smooth curve; the aliases of a drum lie under its own noise."""
    clipped: FloatAudio = np.tanh(sound * np.float32(drive)) / np.tanh(np.float32(drive))
    return clipped
