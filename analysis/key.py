"""Key from audio alone, as major or minor.

Spectral peaks, corrected for the recording's own tuning, are counted for the pitch classes whose harmonic they can be;
the result is correlated with the 24 rotations of a major and a minor key profile.

Profiles: J. Albrecht and D. Shanahan, "The Use of Large Corpora to Train a New Type of Key-Finding Algorithm", Music
Perception 31(1), 2013. Harmonic weighting after E. Gómez, "Tonal Description of Music Audio Signals", 2006.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analysis.spectrum import magnitude_spectra
from music.pitch import Key, Mode, spell_tonic

_MAJOR = (0.238, 0.006, 0.111, 0.006, 0.137, 0.094, 0.016, 0.214, 0.009, 0.080, 0.008, 0.081)
_MINOR = (0.220, 0.006, 0.104, 0.123, 0.019, 0.103, 0.012, 0.214, 0.062, 0.022, 0.061, 0.052)
_WINDOW_SECONDS = 0.34
_RANGE_HZ = (70.0, 2200.0)
_HARMONIC_FALL = 0.45  # what a peak counts for as second, third, … harmonic of something lower
_N_HARMONICS = 4
_QUIETEST_PEAK = 0.02  # of the loudest in the same window
_CERTAIN_MARGIN = 0.2  # a lead in correlation that is beyond doubt


@dataclass(frozen=True, slots=True)
class KeyEstimate:
    """The likeliest major or minor key, its lead over the next (0 none to 1 beyond doubt), and that next one."""

    key: Key
    confidence: float
    runner_up: Key


def estimate_key(mono: NDArray[np.float32], sample_rate_hz: int) -> KeyEstimate | None:
    """Estimate the key of one channel, shape (n_frames,); None when nothing in it has a pitch."""
    chroma = chroma_vector(mono, sample_rate_hz)
    if chroma is None:
        return None
    candidates = [(tonic, mode) for mode in (Mode.MAJOR, Mode.MINOR) for tonic in range(12)]
    profiles = np.array([np.roll(_MAJOR if mode is Mode.MAJOR else _MINOR, tonic) for tonic, mode in candidates])
    centred, deviations = chroma - chroma.mean(), profiles - profiles.mean(axis=1, keepdims=True)
    correlations = deviations @ centred / (np.linalg.norm(deviations, axis=1) * np.linalg.norm(centred))
    best, second = np.argsort(-correlations)[:2]
    keys = [Key(spell_tonic(tonic, mode), mode) for tonic, mode in (candidates[best], candidates[second])]
    confidence = min(1.0, float(correlations[best] - correlations[second]) / _CERTAIN_MARGIN)
    return KeyEstimate(key=keys[0], confidence=confidence, runner_up=keys[1])


def chroma_vector(mono: NDArray[np.float32], sample_rate_hz: int) -> NDArray[np.float64] | None:
    """Return the share of each pitch class, C first, summing to 1; None when nothing with a pitch sounds."""
    window = 1 << round(np.log2(_WINDOW_SECONDS * sample_rate_hz))
    pitches, weights = _peaks(mono, sample_rate_hz, window)
    if not len(pitches):
        return None
    turns = np.exp(2j * np.pi * pitches)  # the fraction of a semitone, as an angle
    tuning_semitones = float(np.angle((turns * weights).sum())) / (2.0 * np.pi)
    chroma = np.zeros(12)
    for harmonic in range(1, _N_HARMONICS + 1):
        fundamentals = pitches - tuning_semitones - 12.0 * np.log2(harmonic)
        classes = np.round(fundamentals).astype(int) % 12
        np.add.at(chroma, classes, weights * _HARMONIC_FALL ** (harmonic - 1))
    return chroma / chroma.sum() if np.ptp(chroma) > 0 else None


def _peaks(mono: NDArray[np.float32], sample_rate_hz: int, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return MIDI pitch (with fraction) and weight of every spectral peak in the range; each window counts alike."""
    bin_hz = sample_rate_hz / window
    low, high = (round(edge / bin_hz) for edge in _RANGE_HZ)
    pitches, weights = [np.zeros(0)], [np.zeros(0)]
    for spectra in magnitude_spectra(mono, window, window // 2):
        levels = spectra[:, low - 1 : high + 2]
        middle, left, right = levels[:, 1:-1], levels[:, :-2], levels[:, 2:]
        loudest = levels.max(axis=1, keepdims=True)
        hops, bins = np.nonzero((middle > left) & (middle >= right) & (middle > _QUIETEST_PEAK * loudest))
        before, at, after = (np.log(part[hops, bins] + 1e-12) for part in (left, middle, right))
        offset = 0.5 * (before - after) / (before - 2.0 * at + after - 1e-12)
        pitches.append(69.0 + 12.0 * np.log2((bins + low + offset) * bin_hz / 440.0))
        weights.append(np.sqrt(middle[hops, bins] / loudest[hops, 0]))
    return np.concatenate(pitches), np.concatenate(weights)
