"""A look-ahead limiter that sees the peaks between the samples.

True peak: four times oversampled, ITU-R BS.1770-5 annex 2; the interpolation filter here is a Kaiser-windowed sinc with
24 taps per phase, flat within 0.1 dB up to 20 kHz at 48 kHz.
"""

import functools

import numpy as np
import scipy.fft
from scipy.ndimage import maximum_filter1d

from music.audio import FloatAudio
from renderers.gain_line import BLOCK, between_blocks, held_and_released

_PHASES = 4
_TAPS = 24
_LOOKAHEAD_BLOCKS = 6  # 2 ms at 48 kHz, within which the gain comes down
_RELEASE_DB_PER_SECOND = 150.0
_FFT_FRAMES = 1 << 14
_CHUNK_FRAMES = (_FFT_FRAMES - _TAPS) // BLOCK * BLOCK


def block_true_peaks(audio: FloatAudio) -> FloatAudio:
    """Return the true peak, over all channels, of each run of 16 frames; shape (n_blocks,)."""
    n_channels, n_frames = audio.shape
    n_blocks = -(-n_frames // BLOCK)
    before = _TAPS // 2 - 1
    padded = np.pad(audio, ((0, 0), (before, _TAPS + _FFT_FRAMES + n_blocks * BLOCK - n_frames)))
    peaks = np.zeros(n_blocks, dtype=np.float32)
    for start in range(0, n_blocks * BLOCK, _CHUNK_FRAMES):
        length = min(_CHUNK_FRAMES, n_blocks * BLOCK - start)
        at = slice(start // BLOCK, (start + length) // BLOCK)
        highest = np.zeros(length, dtype=np.float32)
        for channel in range(n_channels):
            stretch = padded[channel, start : start + _FFT_FRAMES]
            between = scipy.fft.irfft(scipy.fft.rfft(stretch) * _interpolator(), _FFT_FRAMES, axis=1)
            np.maximum(highest, np.abs(stretch[before : before + length]), out=highest)
            for wave in between[:, _TAPS - 1 : _TAPS - 1 + length]:
                np.maximum(highest, np.abs(wave, out=wave), out=highest)
        peaks[at] = highest.reshape(-1, BLOCK).max(axis=1)
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
    needed_db = held_and_released(over_db, _RELEASE_DB_PER_SECOND, sample_rate_hz)
    held_db = maximum_filter1d(needed_db, 2 * _LOOKAHEAD_BLOCKS + 3)
    smooth = np.hanning(2 * _LOOKAHEAD_BLOCKS + 3)[1:-1]
    reduction_db = np.convolve(np.pad(held_db, _LOOKAHEAD_BLOCKS, mode="edge"), smooth / smooth.sum(), mode="valid")
    gain = (10.0 ** (-reduction_db / 20.0)).astype(np.float32)
    return audio * between_blocks(gain, audio.shape[1]), float(reduction_db.max())


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
