"""Short-time spectra, made in runs so that a long file needs no more memory than a short one."""

from collections.abc import Iterator

import numpy as np
import scipy.fft
from numpy.typing import NDArray

_HOPS_PER_RUN = 512


def magnitude_spectra(
    mono: NDArray[np.float32], window_samples: int, hop_samples: int
) -> Iterator[NDArray[np.float32]]:
    """Yield magnitude spectra through a Hann window, run by run; shape (n_hops, window_samples // 2 + 1).

    Only whole windows count: audio shorter than one yields nothing.
    """
    if len(mono) < window_samples:
        return
    window = np.hanning(window_samples + 1)[:-1].astype(np.float32)
    windows = np.lib.stride_tricks.sliding_window_view(mono, window_samples)[::hop_samples]
    for first in range(0, len(windows), _HOPS_PER_RUN):
        yield np.abs(scipy.fft.rfft(windows[first : first + _HOPS_PER_RUN] * window, axis=1))
