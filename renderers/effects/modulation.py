"""Chorus, vibrato and wow: a delay that swings."""

import numpy as np

from music.audio import FloatAudio
from music.insert import Chorus


def swing(audio: FloatAudio, settings: Chorus, sample_rate_hz: int) -> FloatAudio:
    """Return stereo audio, shape (2, n_frames), with its second voice; each side's delay starts at the middle."""
    n_frames = audio.shape[1]
    places = np.arange(n_frames, dtype=np.float32)
    turn = np.sin(places * np.float32(2.0 * np.pi * settings.rate_hz / sample_rate_hz))
    turn *= np.float32(settings.depth_seconds * sample_rate_hz)
    dry, wet = np.float32(np.sqrt(1.0 - settings.mix)), np.float32(np.sqrt(settings.mix))
    out = audio * dry
    for channel, sound in enumerate(audio):
        delay = np.float32(settings.delay_seconds * sample_rate_hz)
        delay = delay - turn if channel and settings.is_stereo else delay + turn
        out[channel] += wet * _read(sound, delay)
    return out


def _read(sound: FloatAudio, delay_frames: FloatAudio) -> FloatAudio:
    """Return a sound as it was ``delay_frames`` before each frame, in straight lines between the samples."""
    whole = np.ceil(delay_frames)
    share = whole - delay_frames  # of the sample after
    at = np.arange(len(sound)) - whole.astype(np.intp)
    padded = np.concatenate([np.zeros(1, np.float32), sound])  # what lies before the start is silent
    before = padded[np.maximum(at + 1, 0)]
    after = padded[np.minimum(np.maximum(at + 2, 0), len(sound))]
    read: FloatAudio = before + share * (after - before)
    return read
