"""Key from audio alone, as major or minor.

Spectral peaks, corrected for the recording's own tuning, are counted for the pitch classes whose harmonic they can be;
the result is correlated with the 24 rotations of a major and a minor key profile. Keys that share most of their notes,
above all a major key and its relative minor, lie close together there. What listeners settle them by is weighed in:
the notes of the bass, and the first and the last chord that sound. The weights were chosen on pieces of
known key, two thirds synthesised from chord loops and the rest written by the composer, and checked on others.

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
# How often a bass stands on each step of the key, as seen from the tonic: the roots of its usual chords.
_MAJOR_BASS = (1.0, 0, 0.1, 0, 0, 0.35, 0, 0.45, 0, 0.15, 0, 0)
_MINOR_BASS = (1.0, 0, 0, 0.1, 0, 0.35, 0, 0.45, 0.2, 0, 0.2, 0)
_MAJOR_TRIAD = (1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0)
_MINOR_TRIAD = (1, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0)
_BASS_WEIGHT, _CHORD_WEIGHT, _BASS_NOTE_WEIGHT = 0.1, 0.15, 0.1  # beside the profile's 1
_FIRST_SECONDS, _LAST_SECONDS = 1.5, 2.0
_QUIETEST_MUSIC = 0.05  # of the loudest window: what is softer at the ends is noise or dies away
_WINDOW_SECONDS = 0.34
_RANGE_HZ = (70.0, 2200.0)
_BASS_RANGE_HZ = (35.0, 200.0)
_HARMONIC_FALL = 0.45  # what a peak counts for as second, third, … harmonic of something lower
_N_HARMONICS = 4
_QUIETEST_PEAK = 0.02  # of the loudest in the same window
_CERTAIN_MARGIN = 0.25  # a lead in the sum of correlations that is beyond doubt


@dataclass(frozen=True, slots=True)
class KeyEstimate:
    """The likeliest major or minor key, its lead over the next (0 none to 1 beyond doubt), and that next one."""

    key: Key
    confidence: float
    runner_up: Key


@dataclass(frozen=True, slots=True, eq=False)
class _Harmony:
    """Pitch classes while music sounds, C first: all of them, and the bass; both of shape (n_windows, 12)."""

    chroma: NDArray[np.float64]
    bass: NDArray[np.float64]
    windows_per_second: float


def estimate_key(mono: NDArray[np.float32], sample_rate_hz: int) -> KeyEstimate | None:
    """Estimate the key of one channel, shape (n_frames,); None when nothing in it has a pitch."""
    harmony = _listen(mono, sample_rate_hz)
    if harmony is None:
        return None
    n_first = max(1, round(_FIRST_SECONDS * harmony.windows_per_second))
    n_last = max(1, round(_LAST_SECONDS * harmony.windows_per_second))
    scores = _likeness(harmony.chroma, _MAJOR, _MINOR)
    scores += _BASS_WEIGHT * _likeness(harmony.bass, _MAJOR_BASS, _MINOR_BASS)
    for end in (slice(None, n_first), slice(-n_last, None)):
        scores += _CHORD_WEIGHT * _likeness(harmony.chroma[end], _MAJOR_TRIAD, _MINOR_TRIAD)
        bass_notes = harmony.bass[end].sum(axis=0)
        scores += _BASS_NOTE_WEIGHT * np.tile(bass_notes / (bass_notes.sum() or 1.0), 2)
    best, second = np.argsort(-scores)[:2]
    confidence = min(1.0, float(scores[best] - scores[second]) / _CERTAIN_MARGIN)
    return KeyEstimate(key=_key(int(best)), confidence=confidence, runner_up=_key(int(second)))


def _key(index: int) -> Key:
    """Return a candidate: 0-11 are the major keys from C, 12-23 the minor ones."""
    mode = Mode.MINOR if index >= 12 else Mode.MAJOR
    return Key(spell_tonic(index % 12, mode), mode)


def _likeness(chroma: NDArray[np.float64], major: tuple[float, ...], minor: tuple[float, ...]) -> NDArray[np.float64]:
    """Correlate pitch classes over time, summed, with both profiles at every tonic; shape (24,), 0 for silence."""
    profiles = np.array([np.roll(profile, tonic) for profile in (major, minor) for tonic in range(12)], dtype=float)
    total = chroma.sum(axis=0)
    centred, deviations = total - total.mean(), profiles - profiles.mean(axis=1, keepdims=True)
    length = np.linalg.norm(centred)
    likeness: NDArray[np.float64] = deviations @ centred / np.linalg.norm(deviations, axis=1) / (length or 1.0)
    return likeness


def _listen(mono: NDArray[np.float32], sample_rate_hz: int) -> _Harmony | None:
    """Count the pitch classes window by window, from the first to the last that is not nearly silent."""
    window = 1 << round(np.log2(_WINDOW_SECONDS * sample_rate_hz))
    bin_hz = sample_rate_hz / window
    peaks: list[_Peaks] = []
    bass_peaks: list[_Peaks] = []
    energies = [np.zeros(0)]
    for spectra in magnitude_spectra(mono, window, window // 2):
        n_before = sum(map(len, energies))
        peaks.append(_peaks(spectra, bin_hz, _RANGE_HZ, n_before))
        bass_peaks.append(_peaks(spectra, bin_hz, _BASS_RANGE_HZ, n_before))
        energies.append(np.square(spectra).sum(axis=1, dtype=np.float64))
    energy = np.concatenate(energies)
    pitches, weights, at = _joined(peaks)
    if not len(pitches):
        return None
    turns = np.exp(2j * np.pi * pitches)  # the fraction of a semitone, as an angle
    tuning_semitones = float(np.angle((turns * weights).sum())) / (2.0 * np.pi)
    chroma, bass = np.zeros((len(energy), 12)), np.zeros((len(energy), 12))
    for harmonic in range(1, _N_HARMONICS + 1):
        fundamentals = pitches - tuning_semitones - 12.0 * np.log2(harmonic)
        np.add.at(chroma, (at, _classes(fundamentals)), weights * _HARMONIC_FALL ** (harmonic - 1))
    bass_pitches, bass_weights, at = _joined(bass_peaks)
    np.add.at(bass, (at, _classes(bass_pitches - tuning_semitones)), bass_weights)
    sounding = np.flatnonzero(energy > _QUIETEST_MUSIC**2 * energy.max())
    music = slice(sounding[0], sounding[-1] + 1)
    if not np.ptp(chroma[music].sum(axis=0)) > 0:
        return None
    return _Harmony(chroma[music], bass[music], windows_per_second=2.0 * sample_rate_hz / window)


_Peaks = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]
"""MIDI pitch (with fraction), weight and window of spectral peaks."""


def _joined(peaks: list[_Peaks]) -> _Peaks:
    if not peaks:
        return np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.intp)
    pitches, weights, windows = zip(*peaks, strict=True)
    return np.concatenate(pitches), np.concatenate(weights), np.concatenate(windows)


def _classes(pitches: NDArray[np.float64]) -> NDArray[np.intp]:
    classes: NDArray[np.intp] = np.round(pitches).astype(np.intp) % 12
    return classes


def _peaks(spectra: NDArray[np.float32], bin_hz: float, range_hz: tuple[float, float], n_before: int) -> _Peaks:
    """Find every spectral peak in a range; the loudest of each window weighs 1, so that each window counts alike."""
    low, high = (round(edge / bin_hz) for edge in range_hz)
    levels = spectra[:, low - 1 : high + 2]
    middle, left, right = levels[:, 1:-1], levels[:, :-2], levels[:, 2:]
    loudest = levels.max(axis=1, keepdims=True)
    hops, bins = np.nonzero((middle > left) & (middle >= right) & (middle > _QUIETEST_PEAK * loudest))
    before, at, after = (np.log(part[hops, bins] + 1e-12) for part in (left, middle, right))
    offset = 0.5 * (before - after) / (before - 2.0 * at + after - 1e-12)
    pitches = 69.0 + 12.0 * np.log2((bins + low + offset) * bin_hz / 440.0)
    return (
        pitches.astype(np.float64),
        np.sqrt(middle[hops, bins] / loudest[hops, 0]).astype(np.float64),
        hops + n_before,
    )
