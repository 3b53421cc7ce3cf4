"""From dry parts to stems that add up to the mix: gain, pan, reverb send, tail and headroom. Pure functions."""

from collections.abc import Sequence

import numpy as np

from music.audio import FloatAudio
from music.score import PartMix
from renderers.gain_line import block_sample_peaks
from renderers.limiter import limit
from renderers.reverb import reverberate
from renderers.signal import peak

PEAK_DBFS = -3.0
"""Where the loudest sample of any stem, and of their sum, is put."""

MAX_TAIL_SECONDS = 3.0
_TAIL_FADE_SECONDS = 0.25
_DRUM_LIMITING_DB = 6.0
_INAUDIBLE_DB = -66.0  # below the mix's peak


def pan_gains(pan: float) -> tuple[float, float]:
    """Return the gains of the left and the right channel for a pan of -1 (left) to 1 (right).

    Constant-power balance: ``sqrt(2) cos`` and ``sqrt(2) sin`` of an angle that goes from 0 to 90 degrees. Both are 1
    at the centre; at a side the other channel is silent and this one 3 dB up, so the power of a part whose channels are
    equally loud is the same at every pan.
    """
    angle = (pan + 1.0) * np.pi / 4.0
    return float(np.sqrt(2.0) * np.cos(angle)), float(np.sqrt(2.0) * np.sin(angle))


def place_in_mix(dry: FloatAudio, mix: PartMix, sample_rate_hz: int) -> FloatAudio:
    """Apply gain and pan to a dry part and add its own share of the room; same shape, stereo."""
    gain = 10.0 ** (mix.gain_db / 20.0)
    gains = np.array(pan_gains(mix.pan), dtype=np.float32)[:, np.newaxis] * np.float32(gain)
    stem: FloatAudio = dry * gains
    if mix.reverb_send_db is not None:
        stem += reverberate(stem, mix.reverb_send_db, sample_rate_hz)
    return stem


def tame_hits(drums: FloatAudio, sample_rate_hz: int) -> FloatAudio:
    """Bring the hardest hits of a dry drum part down by up to 6 dB, as a drum bus limiter does.

    What is left under them comes nearer, and the master needs not duck the whole mix for each of them.
    """
    peaks = block_sample_peaks(drums)  # nothing clips here, so what lies between the samples does not matter
    highest = float(peaks.max(initial=0.0))
    if highest == 0.0:
        return drums
    tamed, _ = limit(drums, peaks, 20.0 * np.log10(highest) - _DRUM_LIMITING_DB, sample_rate_hz)
    return tamed


def sum_stems(stems: Sequence[FloatAudio]) -> FloatAudio:
    """Add stems of one shape, rounded once: however many there are, none adds an error of its own."""
    mix = stems[0].astype(np.float64)
    for stem in stems[1:]:
        mix += stem
    return mix.astype(np.float32)


def headroom_gain(stems: Sequence[FloatAudio], mix: FloatAudio) -> float:
    """Return the one gain for all stems that puts the loudest sample of any of them, or of their sum, at -3 dBFS.

    One gain for all keeps their sum the mix. 1 when everything is silent.
    """
    loudest = max(peak(mix), *(peak(stem) for stem in stems))
    return 10.0 ** (PEAK_DBFS / 20.0) / loudest if loudest > 0 else 1.0


def tail_frames(mix: FloatAudio, music_frames: int, sample_rate_hz: int) -> int:
    """Return how many frames after the last bar still sound, plus the fade's 0.25 s; never more than are there."""
    fade = round(_TAIL_FADE_SECONDS * sample_rate_hz)
    threshold = peak(mix) * 10.0 ** (_INAUDIBLE_DB / 20.0)
    is_audible = (np.abs(mix[:, music_frames:]) > threshold).any(axis=0)
    audible = int(np.flatnonzero(is_audible)[-1]) + 1 if is_audible.any() else 0
    return min(audible + fade, int(mix.shape[1]) - music_frames)


def fade_tail(audio: FloatAudio, sample_rate_hz: int) -> None:
    """Fade the last 0.25 s to silence, in place."""
    n_frames = min(round(_TAIL_FADE_SECONDS * sample_rate_hz), audio.shape[1])
    audio[:, audio.shape[1] - n_frames :] *= np.linspace(1.0, 0.0, n_frames, dtype=np.float32) ** 2
