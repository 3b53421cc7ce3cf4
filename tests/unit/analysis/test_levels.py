"""Loudness, peaks, crest and stereo image of sounds whose numbers are known."""

import numpy as np
import pyloudnorm
import pytest

from analysis.levels import measure_levels
from music.audio import FloatAudio

RATE = 48000


def sine(gain_db: float, *, seconds: float = 20.0, hertz: float = 1000.0, n_channels: int = 2) -> FloatAudio:
    time = np.arange(round(seconds * RATE)) / RATE
    return np.tile(10 ** (gain_db / 20) * np.sin(2 * np.pi * hertz * time), (n_channels, 1)).astype(np.float32)


def noise(seconds: float = 10.0, seed: int = 1) -> FloatAudio:
    return (0.1 * np.random.default_rng(seed).standard_normal((2, round(seconds * RATE)))).astype(np.float32)


def test_a_stereo_sine_at_minus_23_dbfs_reads_minus_23_lufs() -> None:
    """EBU Tech 3341, case 1, tolerance 0.1 LU."""
    levels = measure_levels(sine(-23.0), RATE)
    assert levels.loudness_lufs == pytest.approx(-23.0, abs=0.1)
    assert levels.short_term_max_lufs == pytest.approx(-23.0, abs=0.1)
    assert levels.loudness_range_lu == pytest.approx(0.0, abs=0.1)


def test_quiet_stretches_do_not_count_as_the_gate_has_it() -> None:
    """EBU Tech 3341, case 3: -36, -23 and -36 dBFS for 10, 60 and 10 s read -23 LUFS."""
    parts = [sine(-36.0, seconds=10), sine(-23.0, seconds=60), sine(-36.0, seconds=10)]
    assert measure_levels(np.concatenate(parts, axis=1), RATE).loudness_lufs == pytest.approx(-23.0, abs=0.1)


@pytest.mark.parametrize(("levels_db", "range_lu"), [((-20, -30), 10.0), ((-20, -15), 5.0), ((-40, -20), 20.0)])
def test_two_levels_have_their_distance_as_range(levels_db: tuple[float, float], range_lu: float) -> None:
    """EBU Tech 3342, cases 1 to 3, tolerance 1 LU."""
    audio = np.concatenate([sine(level) for level in levels_db], axis=1)
    assert measure_levels(audio, RATE).loudness_range_lu == pytest.approx(range_lu, abs=1.0)


def test_it_agrees_with_pyloudnorm() -> None:
    audio = noise() * np.linspace(0.05, 1.0, 10 * RATE, dtype=np.float32)
    expected = pyloudnorm.Meter(RATE).integrated_loudness(audio.T)
    assert measure_levels(audio, RATE).loudness_lufs == pytest.approx(expected, abs=0.02)


def test_a_sine_has_three_db_of_crest_and_its_true_peak() -> None:
    levels = measure_levels(sine(-6.0, hertz=997.0), RATE)
    assert levels.crest_db == pytest.approx(3.01, abs=0.02)
    assert levels.true_peak_dbtp == pytest.approx(-6.0, abs=0.05)


def test_the_stereo_image_is_told_in_numbers() -> None:
    mono = sine(-20.0, seconds=2)
    turned = mono * np.array([[1.0], [-1.0]], dtype=np.float32)
    right = mono * np.array([[0.5], [1.0]], dtype=np.float32)
    same, opposite, leaning, wide = (measure_levels(audio, RATE).stereo for audio in (mono, turned, right, noise(2)))
    assert same is not None
    assert opposite is not None
    assert leaning is not None
    assert wide is not None
    assert (same.correlation, same.negative_share, same.balance_db) == pytest.approx((1, 0, 0), abs=1e-3)
    assert same.mono_loss_db == pytest.approx(0, abs=0.01)
    assert (opposite.correlation, opposite.negative_share) == pytest.approx((-1, 1), abs=1e-3)
    assert opposite.mono_loss_db == 99
    assert leaning.balance_db == pytest.approx(6.02, abs=0.01)
    assert wide.correlation == pytest.approx(0, abs=0.02)
    assert wide.mono_loss_db == pytest.approx(3.01, abs=0.1)


def test_silence_has_no_levels_and_a_short_sound_no_loudness_range() -> None:
    silent = measure_levels(np.zeros((2, RATE), np.float32), RATE)
    assert silent.is_silent
    assert silent.loudness_lufs is None
    short = measure_levels(sine(-20.0, seconds=1), RATE)
    assert short.loudness_lufs is not None
    assert short.short_term_max_lufs is None
    assert short.loudness_range_lu is None
