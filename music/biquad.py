"""Second-order filter sections, by R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad coefficients"."""

import functools

import numpy as np
from numpy.typing import NDArray

from music.insert import Band, BandShape


@functools.lru_cache(maxsize=128)
def sections(bands: tuple[Band, ...], sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the bands as second-order sections, shape (n_bands, 6)."""
    return np.array([_section(band, sample_rate_hz) for band in bands])


def _section(band: Band, sample_rate_hz: int) -> NDArray[np.float64]:
    """Return b0, b1, b2, 1, a1, a2; the frequency is kept below 0.45 of the rate, where a filter can still be told."""
    turn = 2 * np.pi * min(band.frequency_hz, 0.45 * sample_rate_hz) / sample_rate_hz
    cosine, alpha = np.cos(turn), np.sin(turn) / (2 * band.q)
    if band.shape is BandShape.LOW_CUT:
        b, a = [(1 + cosine) / 2, -(1 + cosine), (1 + cosine) / 2], [1 + alpha, -2 * cosine, 1 - alpha]
    elif band.shape is BandShape.HIGH_CUT:
        b, a = [(1 - cosine) / 2, 1 - cosine, (1 - cosine) / 2], [1 + alpha, -2 * cosine, 1 - alpha]
    elif band.shape is BandShape.BELL:
        height = 10 ** (band.gain_db / 40)
        b = [1 + alpha * height, -2 * cosine, 1 - alpha * height]
        a = [1 + alpha / height, -2 * cosine, 1 - alpha / height]
    else:
        b, a = _shelf(10 ** (band.gain_db / 40), cosine, alpha, 1.0 if band.shape is BandShape.LOW_SHELF else -1.0)
    section: NDArray[np.float64] = np.array([*b, *a]) / a[0]
    return section


def _shelf(height: float, cosine: float, alpha: float, side: float) -> tuple[list[float], list[float]]:
    """Return numerator and denominator of a low shelf, or with ``side`` -1 of a high one: its mirror image."""
    more, less, turned, root = height + 1, height - 1, side * cosine, 2 * np.sqrt(height) * alpha
    b = [more - less * turned + root, 2 * side * (less - more * turned), more - less * turned - root]
    a = [more + less * turned + root, -2 * side * (less + more * turned), more + less * turned - root]
    return [height * term for term in b], a
