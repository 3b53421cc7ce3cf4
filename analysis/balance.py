"""The balance of a recording in octave bands, against pink noise: equal power in every octave.

Bands are those of IEC 61260-1 around 1 kHz, from 31.5 Hz to 16 kHz, cut out of a long-term power spectrum. Their values
are relative to the mean of the bands from 63 Hz to 8 kHz, so pink noise reads 0 dB in each, and loudness has no part in
it. Music mostly falls towards the highest bands; only differences between recordings of a kind mean much.
"""

import numpy as np
from numpy.typing import NDArray

from analysis.spectrum import magnitude_spectra
from music.audio import FloatAudio

OCTAVE_CENTRES_HZ = (31.5, 63.0, 125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16000.0)
OCTAVE_NAMES = ("31", "63", "125", "250", "500", "1k", "2k", "4k", "8k", "16k")
_REFERENCE_BANDS = slice(1, 9)
_WINDOW_SAMPLES = 16384
_QUIETEST_DB = -90.0


def octave_balance_db(audio: FloatAudio, sample_rate_hz: int) -> tuple[float, ...] | None:
    """Return dB relative to pink noise for each of ``OCTAVE_CENTRES_HZ``; None where nothing is heard.

    float32 of shape (n_channels, n_frames). What lies 90 dB below the reference or above half the rate reads -90.
    """
    bands = _octave_powers(audio, sample_rate_hz)
    reference = bands[_REFERENCE_BANDS].mean()
    if reference <= 0:
        return None
    levels = 10 * np.log10(np.maximum(bands / reference, 10 ** (_QUIETEST_DB / 10)))
    return tuple(float(level) for level in levels)


def octave_change_db(
    before: FloatAudio, before_rate_hz: int, after: FloatAudio, after_rate_hz: int
) -> tuple[float | None, ...]:
    """Return by how many dB each octave has changed; None where it holds next to nothing on one side."""
    bands = np.stack([_octave_powers(before, before_rate_hz), _octave_powers(after, after_rate_hz)])
    least = bands.max(axis=1) * 10 ** (_QUIETEST_DB / 10)
    return tuple(float(10 * np.log10(new / old)) if old > least[0] and new > least[1] else None for old, new in bands.T)


def _octave_powers(audio: FloatAudio, sample_rate_hz: int) -> NDArray[np.float64]:
    spectrum = long_term_spectrum(audio)
    resolution_hz = sample_rate_hz / (2 * (len(spectrum) - 1))
    frequencies_hz = np.arange(len(spectrum)) * resolution_hz
    edges_hz = [(centre / np.sqrt(2), centre * np.sqrt(2)) for centre in OCTAVE_CENTRES_HZ]
    sums = [spectrum[(frequencies_hz >= low) & (frequencies_hz < high)].sum() for low, high in edges_hz]
    return np.array(sums) * resolution_hz  # comparable between rates


def long_term_spectrum(audio: FloatAudio) -> NDArray[np.float64]:
    """Return the mean power spectrum of all channels through Hann windows of 16384 samples, half of them shared."""
    total = np.zeros(_WINDOW_SAMPLES // 2 + 1)
    n_windows = 0
    for channel in audio:
        padded = channel if len(channel) >= _WINDOW_SAMPLES else np.pad(channel, (0, _WINDOW_SAMPLES - len(channel)))
        for spectra in magnitude_spectra(padded, _WINDOW_SAMPLES, _WINDOW_SAMPLES // 2):
            total += np.square(spectra, dtype=np.float64).sum(axis=0)
            n_windows += len(spectra)
    return total / max(n_windows, 1)
