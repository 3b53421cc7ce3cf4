"""Band-limited oscillators by table: one cycle with exactly the harmonics that fit below the limit.

A table holds 2^15 samples of one cycle and is read without interpolation: the error of the place, at most half a table
step, stays more than 80 dB below the tone, and there is no harmonic above the limit to fold back.
"""

import functools

import numpy as np

from music.audio import FloatAudio

_TABLE_BITS = 15
_TABLE_LENGTH = 1 << _TABLE_BITS
_HIGHEST_HARMONIC_HZ = 18_000.0


@functools.lru_cache(maxsize=512)
def saw_table(
    frequency_hz: float, lowest_hz: float, highest_hz: float, cutoff_hz: float, sample_rate_hz: int
) -> FloatAudio:
    """Return one cycle of a sawtooth through a 12 dB per octave low-pass, with the harmonics of one band only.

    Harmonics from ``lowest_hz`` (inclusive) to ``highest_hz`` (exclusive), never above 18 kHz or 3/4 of the Nyquist
    frequency. Shape (2^15,); a full-band sawtooth would span ±1.
    """
    limit = min(highest_hz, _HIGHEST_HARMONIC_HZ, 0.375 * sample_rate_hz)
    harmonics = np.arange(1, min(_TABLE_LENGTH // 2 - 1, int(limit / frequency_hz)) + 1)
    harmonics = harmonics[(harmonics * frequency_hz >= lowest_hz) & (harmonics * frequency_hz < highest_hz)]
    spectrum = np.zeros(_TABLE_LENGTH // 2 + 1, dtype=np.complex128)
    response = 1.0 / (1.0 + (harmonics * frequency_hz / cutoff_hz) ** 2)
    spectrum[harmonics] = -1j * response * _TABLE_LENGTH / (np.pi * harmonics)
    return np.fft.irfft(spectrum, _TABLE_LENGTH).astype(np.float32)


def table_steps(frequency_hz: float, start_phase: float, n_frames: int, sample_rate_hz: int) -> np.ndarray:
    """Return the places in a table, frame by frame, of a tone that starts at a phase of 0-1 cycles; int64 (n_frames,).

    The phase counts in 2^-32 cycles, so pitch is exact to 1e-5 Hz and never drifts.
    """
    step = round(frequency_hz / sample_rate_hz * 2.0**32)
    phase = np.arange(n_frames, dtype=np.uint32)
    phase *= np.uint32(step)
    phase += np.uint32(int(start_phase % 1.0 * 2.0**32))
    phase >>= np.uint32(32 - _TABLE_BITS)
    return phase.astype(np.intp)


def start_phase(start_samples: int, midi_note: int, oscillator: int) -> float:
    """Return a phase, 0-1, that looks random from note to note and oscillator to oscillator, yet is always the same."""
    return (start_samples * 0.754877 + midi_note * 0.569840 + oscillator * 0.618034) % 1.0
