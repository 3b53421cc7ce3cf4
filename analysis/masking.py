"""Which track of a mix covers which, from its stems: a model of masking in the ear, simple enough to state.

Each stem's power is summed into bands one Bark wide (Traunmüller 1990, JASA 88) for every 50 ms. A stem is *present* in
a cell of band and time that lies within 40 dB of its own loudest cell. It is *covered* there where its power lies
``THRESHOLD_DB`` or more below what the others excite in that band: their power, spread over neighbouring bands as
Schroeder, Atal and Hall describe (1979, JASA 66), with the threshold of a tone in noise (Johnston 1988, IEEE JSAC 6).
The share of covered cells among present ones is what is told. It leaves out absolute level (as if played loud), masking
over time, and where things stand in the stereo image, so it tells where to look, not what to cut.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from analysis.levels import is_silent
from analysis.spectrum import magnitude_spectra
from music.audio import FloatAudio

THRESHOLD_DB = 5.5
N_BARKS = 24
RANGES = (("lows", 0, 2), ("low mids", 2, 5), ("mids", 5, 13), ("high mids", 13, 18), ("highs", 18, 24))
"""Ranges of bands by name, first and last (exclusive): to about 200 Hz, 510 Hz, 2 kHz, 4.4 kHz and 15.5 kHz."""

_HOP_SECONDS = 0.05
_PRESENT_DB = 40.0
_ANALYSIS_RATE_HZ = 32000


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """How much of one track the others cover. Shares are 0 to 1 of where the track is present."""

    track: str
    share: float  # by all others together
    by_range: tuple[float | None, ...]  # in the order of RANGES; None where the track has next to nothing
    by_track: Mapping[str, float]  # by each other track alone


def measure_masking(stems: Mapping[str, FloatAudio], sample_rate_hz: int) -> tuple[Covered, ...]:
    """Measure stems that start together, float32 of shape (n_channels, n_frames); silent ones are left out."""
    powers = {name: bark_powers(audio, sample_rate_hz) for name, audio in stems.items() if not is_silent(audio)}
    powers = {name: power for name, power in powers.items() if power.max(initial=0.0) > 0}  # or too short
    n_hops = min((len(power) for power in powers.values()), default=0)
    powers = {name: power[:n_hops] for name, power in powers.items()}
    excited = {name: power @ _spreading() for name, power in powers.items()}
    everything = np.sum(list(excited.values()), axis=0) if excited else np.zeros((0, N_BARKS))
    return tuple(_covered(name, powers, excited, everything) for name in powers)


def _covered(
    name: str,
    powers: Mapping[str, NDArray[np.float64]],
    excited: Mapping[str, NDArray[np.float64]],
    everything: NDArray[np.float64],
) -> Covered:
    own = powers[name]
    present = own > own.max() * 10 ** (-_PRESENT_DB / 10)
    least = max(1, present.sum() // 100)

    def covered_by(others: NDArray[np.float64]) -> NDArray[np.bool_]:
        covered: NDArray[np.bool_] = present & (own < others * 10 ** (-THRESHOLD_DB / 10))
        return covered

    by_all = covered_by(everything - excited[name])
    ranges = [(present[:, low:high].sum(), by_all[:, low:high].sum()) for _, low, high in RANGES]
    return Covered(
        track=name,
        share=float(by_all.sum() / present.sum()),
        by_range=tuple(float(hidden / there) if there >= least else None for there, hidden in ranges),
        by_track={other: float(covered_by(excited[other]).sum() / present.sum()) for other in powers if other != name},
    )


def bark_powers(audio: FloatAudio, sample_rate_hz: int) -> NDArray[np.float64]:
    """Return the power in each of 24 Bark bands every 50 ms, channels added; shape (n_hops, 24)."""
    window = _window_samples(_ANALYSIS_RATE_HZ)
    frequencies_hz = np.fft.rfftfreq(window, 1 / _ANALYSIS_RATE_HZ)
    barks = 26.81 * frequencies_hz / (1960.0 + frequencies_hz) - 0.53
    bands = np.clip(np.floor(barks), -1, N_BARKS).astype(int)
    gather = np.zeros((len(bands), N_BARKS))
    inside = (bands >= 0) & (bands < N_BARKS) | (frequencies_hz > 20) & (bands < 0)
    gather[np.flatnonzero(inside), np.clip(bands[inside], 0, N_BARKS - 1)] = 1.0
    total: NDArray[np.float64] | None = None
    for channel in audio:
        common = np.gcd(_ANALYSIS_RATE_HZ, sample_rate_hz)
        resampled = scipy.signal.resample_poly(channel, _ANALYSIS_RATE_HZ // common, sample_rate_hz // common)
        hop = round(_HOP_SECONDS * _ANALYSIS_RATE_HZ)
        spectra = [np.square(run, dtype=np.float64) @ gather for run in magnitude_spectra(resampled, window, hop)]
        powers = np.concatenate(spectra) if spectra else np.zeros((0, N_BARKS))
        total = powers if total is None else total + powers
    return total if total is not None else np.zeros((0, N_BARKS))


def _window_samples(sample_rate_hz: int) -> int:
    return int(2 ** np.ceil(np.log2(2 * _HOP_SECONDS * sample_rate_hz)))


def _spreading() -> NDArray[np.float64]:
    """Return how power in one Bark band (row) excites every other (column)."""
    distance = np.arange(N_BARKS)[None, :] - np.arange(N_BARKS)[:, None] + 0.474
    decibels = 15.81 + 7.5 * distance - 17.5 * np.sqrt(1 + distance**2)
    spread: NDArray[np.float64] = 10 ** (decibels / 10)
    return spread
