"""Soft saturation that makes no aliases: a polynomial of third order, fed with what lies below a third of its limit.

A third power of a sound below 7.5 kHz reaches to 22.5 kHz and no further, so at 44.1 kHz and above nothing folds back
and no oversampling is needed.
"""

import numpy as np
import scipy.signal

from music.audio import FloatAudio
from music.insert import Saturation
from renderers.effects.dynamics import with_rms_of
from renderers.signal import peak

_ORDER = 8
_EVEN_SHARE = 1.0 / 6.0  # a full sine gets as much second harmonic from x²/6 as third from x³/3


def saturate(audio: FloatAudio, settings: Saturation, sample_rate_hz: int) -> FloatAudio:
    """Return audio of shape (n_channels, n_frames), |audio| at most 1, with the RMS it had."""
    if settings.amount == 0.0 or peak(audio) == 0.0:
        return audio
    low_pass = scipy.signal.butter(_ORDER, settings.highest_hz, fs=sample_rate_hz, output="sos")
    low = np.clip(scipy.signal.sosfilt(low_pass, audio, axis=1), -1.0, 1.0).astype(np.float32)
    squared = low * low
    bent = low * squared * np.float32(-settings.amount / 3.0)
    if settings.warmth:
        even = squared - squared.mean(axis=1, keepdims=True)
        bent += even * np.float32(_EVEN_SHARE * settings.amount * settings.warmth)
    bent += audio
    return with_rms_of(audio, bent)
