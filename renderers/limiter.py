"""A look-ahead limiter that sees the peaks between the samples.

True peak: four times oversampled, ITU-R BS.1770-5 annex 2; the interpolation filter here is a Kaiser-windowed sinc with
24 taps per phase, flat within 0.1 dB up to 20 kHz at 48 kHz.
"""

import functools

import numpy as np
import scipy.fft
from scipy.ndimage import maximum_filter1d

from music.audio import FloatAudio

_PHASES = 4
_TAPS = 24
_BLOCK = 16  # frames: the gain is worked out once per block and moves in straight lines between
_LOOKAHEAD_BLOCKS = 6  # 2 ms at 48 kHz, within which the gain comes down
_HOLD_SECONDS = 0.012  # longer than from peak to peak of a bass note, so the gain does not follow its wave
_RELEASE_DB_PER_SECOND = 150.0
_FFT_FRAMES = 1 << 14
_CHUNK_FRAMES = (_FFT_FRAMES - _TAPS) // _BLOCK * _BLOCK


def block_true_peaks(audio: FloatAudio) -> FloatAudio:
    """Return the true peak, over all channels, of each run of 16 frames; shape (n_blocks,)."""
    n_channels, n_frames = audio.shape
    n_blocks = -(-n_frames // _BLOCK)
    before = _TAPS // 2 - 1
    padded = np.pad(audio, ((0, 0), (before, _TAPS + _FFT_FRAMES + n_blocks * _BLOCK - n_frames)))
    peaks = np.zeros(n_blocks, dtype=np.float32)
    for start in range(0, n_blocks * _BLOCK, _CHUNK_FRAMES):
        length = min(_CHUNK_FRAMES, n_blocks * _BLOCK - start)
        at = slice(start // _BLOCK, (start + length) // _BLOCK)
        highest = np.zeros(length, dtype=np.float32)
        for channel in range(n_channels):
            stretch = padded[channel, start : start + _FFT_FRAMES]
            between = scipy.fft.irfft(scipy.fft.rfft(stretch) * _interpolator(), _FFT_FRAMES, axis=1)
            np.maximum(highest, np.abs(stretch[before : before + length]), out=highest)
            for wave in between[:, _TAPS - 1 : _TAPS - 1 + length]:
                np.maximum(highest, np.abs(wave, out=wave), out=highest)
        peaks[at] = highest.reshape(-1, _BLOCK).max(axis=1)
    return peaks


def block_sample_peaks(audio: FloatAudio) -> FloatAudio:
    """Return the highest sample, over all channels, of each run of 16 frames: quick, and blind between the samples."""
    highest = np.abs(audio).max(axis=0)
    peaks: FloatAudio = np.pad(highest, (0, -len(highest) % _BLOCK)).reshape(-1, _BLOCK).max(axis=1)
    return peaks


def limit(audio: FloatAudio, peaks: FloatAudio, ceiling_dbtp: float, sample_rate_hz: int) -> tuple[FloatAudio, float]:
    """Return the audio with its true peak at or below the ceiling, and the largest reduction used, in dB >= 0.

    ``peaks`` are the audio's ``block_true_peaks``.

    The gain comes down within 2 ms before a peak, holds for 12 ms, and recovers by 150 dB per second; both channels
    move together, so the stereo picture stays. Turning the gain while a peak passes can lift the true peak by a few
    hundredths of a dB: whoever needs a hard bound aims that much lower.
    """
    over_db = np.maximum(20.0 * np.log10(np.maximum(peaks, np.float32(1e-9))) - ceiling_dbtp, 0.0)
    if not over_db.any():
        return audio, 0.0
    fall = np.arange(len(over_db)) * (_RELEASE_DB_PER_SECOND * _BLOCK / sample_rate_hz)
    n_hold = round(_HOLD_SECONDS * sample_rate_hz / _BLOCK)
    kept_db = maximum_filter1d(over_db, n_hold, origin=(n_hold - 1) // 2)  # the last n_hold blocks, this one included
    # the larger of what is needed now and what is left of every earlier need
    needed_db = np.maximum.accumulate(kept_db + fall) - fall
    held_db = maximum_filter1d(needed_db, 2 * _LOOKAHEAD_BLOCKS + 3)
    smooth = np.hanning(2 * _LOOKAHEAD_BLOCKS + 3)[1:-1]
    reduction_db = np.convolve(np.pad(held_db, _LOOKAHEAD_BLOCKS, mode="edge"), smooth / smooth.sum(), mode="valid")
    gain = (10.0 ** (-reduction_db / 20.0)).astype(np.float32)
    return audio * _between_blocks(gain, audio.shape[1]), float(reduction_db.max())


@functools.cache
def _interpolator() -> np.ndarray:
    """Return the spectra of the filters that give the signal one, two and three quarters of a frame after each frame.

    Shape (3, _FFT_FRAMES // 2 + 1); in a stretch, frame n of the result stands at n + 23 and belongs to frame n + 11.
    """
    at = np.arange(_TAPS) - (_TAPS // 2 - 1) - np.arange(1, _PHASES)[:, np.newaxis] / _PHASES
    window = np.i0(9.0 * np.sqrt(np.clip(1.0 - (at / (_TAPS / 2)) ** 2, 0.0, None))) / np.i0(9.0)
    taps = np.sinc(at) * window
    reversed_taps = (taps / taps.sum(axis=1, keepdims=True))[:, ::-1].astype(np.float32)
    spectra: np.ndarray = scipy.fft.rfft(reversed_taps, _FFT_FRAMES, axis=1)
    return spectra


def _between_blocks(gain: FloatAudio, n_frames: int) -> FloatAudio:
    """Draw straight lines from the centre of each block to the next; shape (n_frames,)."""
    ends = np.concatenate([gain[:1], gain, gain[-1:]])
    starts, steps = ends[:-1, np.newaxis], np.diff(ends)[:, np.newaxis]
    ramp = (np.arange(_BLOCK, dtype=np.float32) + np.float32(0.5)) / np.float32(_BLOCK)
    lines: FloatAudio = (starts + steps * ramp).reshape(-1)
    return lines[_BLOCK // 2 : _BLOCK // 2 + n_frames]
