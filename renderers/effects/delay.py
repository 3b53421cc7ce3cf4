"""Echoes from side to side, in time with the music."""

import numpy as np
import scipy.signal

from music.audio import FloatAudio
from music.insert import Delay

_INAUDIBLE = 10.0 ** (-60.0 / 20.0)


def echo(audio: FloatAudio, settings: Delay, *, tempo_bpm: float, sample_rate_hz: int) -> FloatAudio:
    """Return stereo audio, shape (2, n_frames), with its echoes; what comes after the end is cut.

    The echoes are of the mono sum: the first on the left, the next on the right, each ``feedback`` times the one
    before, until they are 60 dB down.
    """
    band = (settings.low_cut_hz, min(settings.high_cut_hz, 0.45 * sample_rate_hz))
    sections = scipy.signal.butter(1, band, "bandpass", fs=sample_rate_hz, output="sos")
    echoed = scipy.signal.sosfilt(sections, 0.5 * (audio[0] + audio[1])).astype(np.float32)
    step = round(settings.beats * 60.0 / tempo_bpm * sample_rate_hz)
    gain = 10.0 ** (settings.level_db / 20.0)
    out, side, at = audio.copy(), 0, step
    while gain > _INAUDIBLE and at < audio.shape[1]:
        out[side, at:] += echoed[:-at] * np.float32(gain)
        side, at, gain = 1 - side, at + step, gain * settings.feedback
    return out
