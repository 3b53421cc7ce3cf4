"""One room for everybody: a generated impulse response, and each stem's own send into it."""

import functools

import numpy as np
import scipy.fft

from music.audio import FloatAudio

_SEED = 1961
_PREDELAY_SECONDS = 0.014
_LENGTH_SECONDS = 1.7
_EARLY_SECONDS = 0.085
_N_EARLY = 14
_EARLY_SHARE = 0.3  # of the energy
# Lower and upper edge in Hz, and the time in which the band falls by 60 dB: the treble of a room dies first.
_BANDS = ((180.0, 700.0, 1.6), (700.0, 2500.0, 1.35), (2500.0, 8500.0, 0.85))
_BLOCK_FRAMES = 1 << 18


@functools.lru_cache(maxsize=2)
def impulse_response(sample_rate_hz: int) -> FloatAudio:
    """Return the room, float32 of shape (2, n), the same at every call.

    Sparse early reflections, then band-limited noise that falls exponentially, faster in the treble; nothing below
    180 Hz, so a send does not blur the bass. Left and right are independent of each other. Each side has unit energy: a
    send at 0 dB is about as loud as the dry sound.
    """
    random = np.random.default_rng(_SEED)
    n_frames = round(_LENGTH_SECONDS * sample_rate_hz)
    predelay = round(_PREDELAY_SECONDS * sample_rate_hz)
    seconds = np.arange(n_frames) / sample_rate_hz
    frequencies = np.fft.rfftfreq(n_frames, 1 / sample_rate_hz)
    late = np.zeros((2, n_frames))
    for low, high, fall_seconds in _BANDS:
        band = np.fft.rfft(random.standard_normal((2, n_frames)), axis=1)
        band[:, (frequencies < low) | (frequencies >= high)] = 0.0
        late += np.fft.irfft(band, n_frames, axis=1) * 10.0 ** (-3.0 * seconds / fall_seconds)
    late *= 1.0 - np.exp(-seconds / 0.012)  # the noise grows out of the early reflections
    early = np.zeros((2, n_frames))
    for side in early:
        at = np.sort(random.integers(0, round(_EARLY_SECONDS * sample_rate_hz), _N_EARLY))
        side[at] += random.choice((-1.0, 1.0), _N_EARLY) * np.exp(-2.5 * at / (_EARLY_SECONDS * sample_rate_hz))
    early = np.fft.irfft(np.fft.rfft(early, axis=1) * _band_pass(frequencies), n_frames, axis=1)
    room = np.sqrt(1.0 - _EARLY_SHARE) * _unit_energy(late) + np.sqrt(_EARLY_SHARE) * _unit_energy(early)
    n_fade = round(0.1 * sample_rate_hz)
    room[:, -n_fade:] *= np.cos(np.linspace(0.0, np.pi / 2, n_fade)) ** 2
    return np.pad(_unit_energy(room), ((0, 0), (predelay, 0))).astype(np.float32)


def reverberate(audio: FloatAudio, send_db: float, sample_rate_hz: int) -> FloatAudio:
    """Return the room's answer alone to the mono sum of both channels; same shape, what rings on after it is cut."""
    gain = np.float32(10.0 ** (send_db / 20.0))
    mono = (audio[0] + audio[1]) * (np.float32(0.5) * gain)
    n_frames, spectrum = len(mono), _spectrum(sample_rate_hz)
    n_room = impulse_response(sample_rate_hz).shape[1]
    hop = _BLOCK_FRAMES - n_room + 1
    wet = np.zeros((2, n_frames), dtype=np.float32)
    for start in range(0, n_frames, hop):
        block = mono[start : start + hop]
        if block.any():
            answer = scipy.fft.irfft(scipy.fft.rfft(block, _BLOCK_FRAMES) * spectrum, _BLOCK_FRAMES, axis=1)
            end = min(n_frames, start + len(block) + n_room - 1)
            wet[:, start:end] += answer[:, : end - start]
    return wet


@functools.lru_cache(maxsize=2)
def _spectrum(sample_rate_hz: int) -> np.ndarray:
    spectrum: np.ndarray = scipy.fft.rfft(impulse_response(sample_rate_hz), _BLOCK_FRAMES, axis=1)
    return spectrum


def _band_pass(frequencies: np.ndarray) -> np.ndarray:
    return (frequencies >= _BANDS[0][0]) & (frequencies < _BANDS[-1][1])


def _unit_energy(room: np.ndarray) -> np.ndarray:
    unit: np.ndarray = room / np.sqrt((room**2).sum(axis=1, keepdims=True))
    return unit
