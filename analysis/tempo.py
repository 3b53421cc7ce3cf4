"""Tempo from audio alone.

Onset strength is the rise of log-compressed energy in up to 36 bands (spectral flux). Its autocorrelation proposes a
beat period near the tempo at which people tap; the period is then refined on the spectrum of the whole onset strength,
whose harmonics of the beat rate are narrow: 20 s of music settle the tempo to a few hundredths of a percent.
"""

from dataclasses import dataclass

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from analysis.spectrum import magnitude_spectra

_WINDOW_SECONDS = 0.0213
_HOP_SECONDS = 1.0 / 187.5
_N_BANDS = 36
_BAND_RANGE_HZ = (40.0, 12_000.0)
_COMPRESSION = 1000.0  # 60 dB below the loudest counts as much as nothing
_TEMPO_RANGE_BPM = (45.0, 220.0)
_PREFERRED_BPM = 106.0  # of a beat and its double, the one between 75 and 150 BPM is the likelier
_PREFERENCE_OCTAVES = 0.9
_FAINTEST_ONSET = 3.0  # log units over all bands; a steady tone wavers by less than 1, a soft note rises by 10 or more
_MIN_CLARITY = 0.12
_MIN_SECONDS = 2.0
_HARMONICS = np.arange(1, 9)
_REFINE_SHARE = 0.03


@dataclass(frozen=True, slots=True)
class TempoEstimate:
    """A tempo in beats as they are felt, and how clear the pulse is, 0 to 1."""

    tempo_bpm: float
    confidence: float


def estimate_tempo(mono: NDArray[np.float32], sample_rate_hz: int) -> TempoEstimate | None:
    """Estimate the tempo of one channel, shape (n_frames,); None when there is no clear pulse or less than 2 s."""
    if len(mono) < _MIN_SECONDS * sample_rate_hz:
        return None
    onsets, hops_per_second = onset_strength(mono, sample_rate_hz)
    correlation = _autocorrelation(onsets)
    if correlation is None:
        return None
    period_hops, clarity = _propose_period(correlation, hops_per_second)
    if clarity < _MIN_CLARITY:
        return None
    tempo_bpm = _refine(onsets, hops_per_second, 60.0 * hops_per_second / period_hops)
    return TempoEstimate(tempo_bpm=tempo_bpm, confidence=min(1.0, clarity))


def onset_strength(mono: NDArray[np.float32], sample_rate_hz: int) -> tuple[NDArray[np.float64], float]:
    """Return how strongly notes begin, hop by hop, its slow drift removed, and the hops per second."""
    window = 1 << round(np.log2(_WINDOW_SECONDS * sample_rate_hz))
    hop = max(1, round(_HOP_SECONDS * sample_rate_hz))
    edges = _band_edges(window, sample_rate_hz)
    runs = [
        np.add.reduceat(spectra[:, : edges[-1]], edges[:-1], axis=1) / np.sqrt(np.diff(edges)).astype(np.float32)
        for spectra in magnitude_spectra(mono, window, hop)
    ]
    energy = np.concatenate(runs) if runs else np.zeros((0, len(edges) - 1))
    hops_per_second = sample_rate_hz / hop
    if not energy.any():
        return np.zeros(len(energy)), hops_per_second
    levels = np.log1p(energy * (_COMPRESSION / energy.max()))
    rise = np.maximum(levels[2:] - levels[:-2], 0.0).sum(axis=1, dtype=np.float64)
    if rise.max(initial=0.0) < _FAINTEST_ONSET:
        return np.zeros(len(rise)), hops_per_second
    n_smooth = round(0.4 * hops_per_second) | 1
    drift = np.convolve(np.pad(rise, n_smooth // 2, mode="reflect"), np.full(n_smooth, 1.0 / n_smooth), mode="valid")
    return rise - drift, hops_per_second


def _band_edges(window: int, sample_rate_hz: int) -> NDArray[np.intp]:
    """Return the first bin of each band, rising, and the end of the last: up to 36 bands, equally wide in octaves."""
    edges_hz = np.geomspace(_BAND_RANGE_HZ[0], min(_BAND_RANGE_HZ[1], sample_rate_hz / 2), _N_BANDS + 1)
    edges: NDArray[np.intp] = np.unique(np.ceil(edges_hz * window / sample_rate_hz).astype(np.intp))
    return edges


def _autocorrelation(onsets: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the autocorrelation, 1 at lag 0, every lag weighted by the overlap that it has; None if nothing begins."""
    centred = onsets - onsets.mean() if len(onsets) else onsets
    n_fft = scipy.fft.next_fast_len(2 * len(centred), real=True) if len(centred) else 0
    power = np.abs(scipy.fft.rfft(centred, n_fft)) ** 2 if n_fft else np.zeros(1)
    correlation = scipy.fft.irfft(power, n_fft)[: len(centred)] if n_fft else np.zeros(1)
    if correlation[0] <= 1e-9:
        return None
    overlap = np.arange(len(centred), 0, -1) / len(centred)
    scaled: NDArray[np.float64] = correlation / correlation[0] / np.maximum(overlap, 0.25)
    return scaled


def _propose_period(correlation: NDArray[np.float64], hops_per_second: float) -> tuple[float, float]:
    """Return the likeliest beat period in hops, and the correlation of the music with itself one beat later."""
    tempos = np.geomspace(*_TEMPO_RANGE_BPM, 400)
    periods = 60.0 * hops_per_second / tempos
    lags = np.arange(len(correlation))
    smooth = np.convolve(correlation, [0.25, 0.5, 0.25], mode="same")
    beats_later = [np.interp(multiple * periods, lags, smooth, right=0.0) for multiple in (1, 2, 3, 4)]
    score = np.tensordot([1.0, 0.6, 0.3, 0.5], beats_later, axes=1)
    preference = np.exp(-0.5 * (np.log2(tempos / _PREFERRED_BPM) / _PREFERENCE_OCTAVES) ** 2)
    best = int(np.argmax(score * preference))
    return float(periods[best]), float(max(beats_later[0][best], beats_later[1][best]))


def _refine(onsets: NDArray[np.float64], hops_per_second: float, tempo_bpm: float) -> float:
    """Return the tempo near the given one at which the beat rate and its multiples hold most of the onsets' energy."""
    n_fft = scipy.fft.next_fast_len(8 * len(onsets), real=True)
    magnitudes = np.abs(scipy.fft.rfft(onsets * np.hanning(len(onsets)), n_fft))
    rates = tempo_bpm / 60.0 * np.linspace(1.0 - _REFINE_SHARE, 1.0 + _REFINE_SHARE, 1201)
    bins = rates[:, np.newaxis] * _HARMONICS * (n_fft / hops_per_second)
    strength = np.interp(bins, np.arange(len(magnitudes)), magnitudes).sum(axis=1)
    return float(60.0 * rates[int(np.argmax(strength))])
