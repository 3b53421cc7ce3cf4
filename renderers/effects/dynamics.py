"""The compressor: feed-forward, its gain worked out in decibels once per 16 frames, with a look-ahead of 1 ms.

The static curve with its soft knee and the order of curve, release and attack follow D. Giannoulis, M. Massberg and
J. Reiss, "Digital Dynamic Range Compressor Design", Journal of the Audio Engineering Society 60(6), 2012.
"""

import numpy as np
import scipy.signal

from music.audio import FloatAudio
from music.insert import Compressor
from renderers.gain_line import BLOCK, between_blocks, block_sample_peaks, held_and_released

_LOOKAHEAD_SECONDS = 0.001
_RELEASED_DB = 10.0
_QUIETEST = np.float32(1e-6)


def compress(audio: FloatAudio, settings: Compressor, sample_rate_hz: int) -> FloatAudio:
    """Return audio of shape (n_channels, n_frames) with the RMS it had; both channels move together."""
    levels_db = 20.0 * np.log10(np.maximum(block_sample_peaks(audio), _QUIETEST))
    need_db = reduction_db(levels_db, settings)
    if not need_db.any():
        return audio
    held_db = held_and_released(need_db, _RELEASED_DB / settings.release_seconds, sample_rate_hz)
    stay = np.exp(-BLOCK / (settings.attack_seconds * sample_rate_hz))
    smooth_db = scipy.signal.lfilter([1.0 - stay], [1.0, -stay], held_db)
    ahead = round(_LOOKAHEAD_SECONDS * sample_rate_hz / BLOCK)
    smooth_db = np.concatenate([smooth_db[ahead:], np.repeat(smooth_db[-1:], ahead)])
    gain = (10.0 ** (-smooth_db / 20.0)).astype(np.float32)
    return with_rms_of(audio, audio * between_blocks(gain, audio.shape[1]))


def reduction_db(levels_db: np.ndarray, settings: Compressor) -> np.ndarray:
    """Return by how much each level is turned down in the end, in dB >= 0."""
    over, half_knee = levels_db - settings.threshold_db, settings.knee_db / 2.0
    slope = 1.0 - 1.0 / settings.ratio
    inside = np.clip(over + half_knee, 0.0, settings.knee_db)
    bent = inside**2 / (2.0 * settings.knee_db) if settings.knee_db else np.zeros_like(over)
    reduction: np.ndarray = slope * (bent + np.maximum(over - half_knee, 0.0))
    return reduction


def with_rms_of(before: FloatAudio, after: FloatAudio) -> FloatAudio:
    """Return ``after``, in place, as loud by RMS as ``before``."""
    power = float(np.vdot(after, after))
    if power > 0.0:
        after *= np.float32(np.sqrt(float(np.vdot(before, before)) / power))
    return after
