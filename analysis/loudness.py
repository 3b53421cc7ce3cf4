"""Integrated loudness and true peak (ITU-R BS.1770), by pyloudnorm and by scipy's polyphase resampler."""

from dataclasses import dataclass

import numpy as np
import pyloudnorm
import scipy.signal

from music.audio import FloatAudio

_GATE_SECONDS = 0.4
_QUIETEST_LUFS = -70.0
_OVERSAMPLING = 4
_CHUNK_FRAMES = 1 << 17
_OVERLAP_FRAMES = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """How loud a file is."""

    loudness_lufs: float | None  # None: shorter than one 400 ms block, or nothing above the -70 LUFS gate
    true_peak_dbtp: float  # -inf for silence


def measure_loudness(audio: FloatAudio, sample_rate_hz: int) -> Loudness:
    """Measure gated programme loudness and the true peak of all channels; float32 of shape (n_channels, n_frames)."""
    loudness: float | None = None
    if audio.shape[1] >= round(_GATE_SECONDS * sample_rate_hz):
        measured = float(pyloudnorm.Meter(sample_rate_hz).integrated_loudness(audio.T))
        loudness = measured if measured > _QUIETEST_LUFS else None
    return Loudness(loudness_lufs=loudness, true_peak_dbtp=true_peak_dbtp(audio))


def true_peak_dbtp(audio: FloatAudio) -> float:
    """Return the highest absolute value of the audio oversampled four times (BS.1770-5, annex 2), in dB."""
    highest = 0.0
    for start in range(0, audio.shape[1], _CHUNK_FRAMES):
        chunk = audio[:, max(0, start - _OVERLAP_FRAMES) : start + _CHUNK_FRAMES + _OVERLAP_FRAMES]
        between = scipy.signal.resample_poly(chunk, _OVERSAMPLING, 1, axis=1, window=("kaiser", 8.0))
        # ends of a chunk look like steps to the filter; what lies there is whole in the neighbouring chunk
        first = _OVERSAMPLING * min(start, _OVERLAP_FRAMES // 2)
        last = between.shape[1] - (
            _OVERSAMPLING * _OVERLAP_FRAMES // 2 if start + _CHUNK_FRAMES < audio.shape[1] else 0
        )
        highest = max(highest, float(np.abs(between[:, first:last]).max(initial=0.0)))
    return float(20.0 * np.log10(highest)) if highest > 0 else float("-inf")
