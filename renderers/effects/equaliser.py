"""The equaliser: bands of second order, one after the other."""

from collections.abc import Sequence

import numpy as np
import scipy.signal

from music.audio import FloatAudio
from music.biquad import sections
from music.insert import Band


def equalise(audio: FloatAudio, bands: Sequence[Band], sample_rate_hz: int) -> FloatAudio:
    """Return audio of shape (n_channels, n_frames) through all bands."""
    if not bands:
        return audio
    filtered: FloatAudio = scipy.signal.sosfilt(sections(tuple(bands), sample_rate_hz), audio, axis=1)
    return filtered.astype(np.float32, copy=False)
