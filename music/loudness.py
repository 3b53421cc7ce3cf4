"""Programme loudness: the K-weighting filter and the gates of ITU-R BS.1770, for whoever makes or measures audio."""

import numpy as np
from numpy.typing import NDArray

from music.biquad import sections
from music.insert import Band, BandShape

HOP_SECONDS = 0.1
HOPS_PER_BLOCK = 4  # the 400 ms of the standard, three quarters shared with the next
_OFFSET_DB = -0.691
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE = 10.0  # as powers: -10 LU


# Annex 1 gives coefficients for 48 kHz alone. These bands come within 0.05 dB of their response there, and keep it at
# other rates; pyloudnorm has the same.
_K_BANDS = (
    Band(shape=BandShape.HIGH_SHELF, frequency_hz=1500.0, gain_db=4.0, q=1 / np.sqrt(2)),
    Band(shape=BandShape.LOW_CUT, frequency_hz=38.0, q=0.5),
)


def k_weighting(sample_rate_hz: int) -> NDArray[np.float64]:
    """Return head and high-pass filter of annex 1 as second-order sections; shape (2, 6)."""
    return sections(_K_BANDS, sample_rate_hz)


def lufs(powers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the loudness of K-weighted powers, all channels added."""
    loudness: NDArray[np.float64] = _OFFSET_DB + 10 * np.log10(np.maximum(powers, 1e-30))
    return loudness


def windowed(powers: NDArray[np.float64], n_hops: int) -> NDArray[np.float64]:
    """Return the mean power of each run of hops, one per hop; nothing where there are fewer."""
    if len(powers) < n_hops:
        return np.empty(0)
    return np.convolve(powers, np.full(n_hops, 1 / n_hops), mode="valid")


def gated_lufs(hop_powers: NDArray[np.float64]) -> float | None:
    """Return the integrated loudness of K-weighted powers of 100 ms each, all channels added; shape (n_hops,).

    None when there is less than one block of 400 ms, or none above the -70 LUFS gate.
    """
    blocks = windowed(hop_powers, HOPS_PER_BLOCK)
    heard = blocks[lufs(blocks) > _ABSOLUTE_GATE_LUFS]
    if not len(heard):
        return None
    heard = heard[heard > heard.mean() / _RELATIVE_GATE]
    return float(lufs(heard.mean()))
