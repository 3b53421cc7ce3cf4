"""Loudness and true peak of signals whose values are known."""

import numpy as np
import pytest

from analysis.loudness import measure_loudness

RATE = 48_000


def test_a_sine_of_997_hz_on_both_channels_at_minus_23_dbfs_is_at_minus_23_lufs() -> None:
    """EBU Tech 3341, test case 1: stereo sine, 1000 Hz, -23 dBFS peak, gives -23.0 LUFS within 0.1 LU."""
    wave = 10 ** (-23 / 20) * np.sin(2 * np.pi * 1000 * np.arange(20 * RATE) / RATE)
    measured = measure_loudness(np.stack([wave, wave]).astype(np.float32), RATE)
    assert measured.loudness_lufs == pytest.approx(-23.0, abs=0.1)
    assert measured.true_peak_dbtp == pytest.approx(-23.0, abs=0.1)


def test_quiet_stretches_are_gated_out() -> None:
    """EBU Tech 3341, test case 3: 10 s at -36, 60 s at -23, 10 s at -36 dBFS gives -23.0 LUFS within 0.1 LU."""
    level = np.repeat([-36.0, -23.0, -36.0], [10 * RATE, 60 * RATE, 10 * RATE])
    wave = 10 ** (level / 20) * np.sin(2 * np.pi * 1000 * np.arange(80 * RATE) / RATE)
    measured = measure_loudness(np.stack([wave, wave]).astype(np.float32), RATE)
    assert measured.loudness_lufs == pytest.approx(-23.0, abs=0.1)


def test_a_peak_between_the_samples_is_found_wherever_it_lies() -> None:
    """EBU Tech 3341, test case 16 in kind: a quarter of the rate at 45 degrees; sample peak -9.03, true peak -6 dB."""
    n_frames = 300_000
    wave = 0.5 * np.sin(2 * np.pi * np.arange(n_frames) / 4 + np.pi / 4)
    for centre in (150_000, 131_072, 262_144):
        burst = wave * np.exp(-(((np.arange(n_frames) - centre) / 2_000) ** 2))
        measured = measure_loudness(np.stack([burst, 0 * burst]).astype(np.float32), RATE)
        assert measured.true_peak_dbtp == pytest.approx(-6.0, abs=0.2)


def test_silence_and_a_blink_have_no_loudness() -> None:
    silence = measure_loudness(np.zeros((2, RATE), dtype=np.float32), RATE)
    assert silence.loudness_lufs is None
    assert silence.true_peak_dbtp == float("-inf")
    blink = measure_loudness(np.full((2, 1000), 0.5, dtype=np.float32), RATE)
    assert blink.loudness_lufs is None
    assert blink.true_peak_dbtp == pytest.approx(-6.0, abs=1.5)  # a step rings in the interpolation filter
    assert measure_loudness(np.zeros((2, 0), dtype=np.float32), RATE).loudness_lufs is None
