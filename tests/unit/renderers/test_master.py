"""The master reaches its loudness, keeps its true peak, and tells when it could not."""

import numpy as np
import pytest
import scipy.signal

from music.audio import TRUE_PEAK_CEILING_DBTP, FloatAudio
from renderers.limiter import block_true_peaks, limit
from renderers.master import MAX_LIMITING_DB, master
from renderers.signal import peak
from renderers.wav import quantise

RATE = 48_000


def noise_with_hits(seconds: float, crest: float) -> FloatAudio:
    """Return noise up to 16 kHz, as music reaches, with two hits a second that rise above it by a factor."""
    white = np.random.default_rng(5).standard_normal((2, round(seconds * RATE))) * 0.03
    audio: FloatAudio = scipy.signal.sosfilt(scipy.signal.butter(8, 16_000, fs=RATE, output="sos"), white, axis=1)
    for start in range(0, audio.shape[1] - 2_000, RATE // 2):
        audio[:, start : start + 2_000] *= 1 + crest * np.exp(-np.arange(2_000) / 400)
    return np.asarray(audio, dtype=np.float32)


def oversampled_peak_dbtp(audio: FloatAudio) -> float:
    """Eight times oversampled by a long filter of scipy's: finer than what the master itself uses."""
    between = scipy.signal.resample_poly(audio.astype(np.float64), 8, 1, axis=1, window=("kaiser", 12.0))
    return float(20 * np.log10(np.abs(between).max()))


def test_the_true_peak_of_a_sine_between_the_samples_is_found() -> None:
    """A quarter of the rate, 45 degrees off: every sample is at 0.707, the wave itself reaches 1."""
    wave = np.sin(2 * np.pi * np.arange(RATE) / 4 + np.pi / 4)
    fade = np.minimum(1.0, np.minimum(np.arange(RATE), np.arange(RATE)[::-1]) / 4_000)
    audio = (wave * fade)[np.newaxis].astype(np.float32)
    assert peak(audio) == pytest.approx(0.7071, abs=1e-3)
    assert block_true_peaks(audio).max() == pytest.approx(1.0, abs=0.01)


def test_a_peak_in_the_last_incomplete_block_is_found() -> None:
    audio = np.zeros((2, 1003), dtype=np.float32)
    audio[1, 1002] = -0.9
    assert block_true_peaks(audio)[-1] == pytest.approx(0.9, abs=1e-3)


def test_the_limiter_leaves_quiet_audio_as_it_is() -> None:
    audio = noise_with_hits(1.0, 0.0)
    limited, reduction_db = limit(audio, block_true_peaks(audio), -1.0, RATE)
    assert limited is audio
    assert reduction_db == 0.0


def test_the_limiter_holds_the_ceiling_and_moves_its_gain_smoothly() -> None:
    audio = noise_with_hits(3.0, 12.0) * np.float32(4.0)
    limited, reduction_db = limit(audio, block_true_peaks(audio), -3.0, RATE)
    assert oversampled_peak_dbtp(limited) < -2.9
    assert reduction_db > 3.0
    loud = np.abs(audio) > 0.02
    gain = np.where(loud, limited / np.where(loud, audio, 1.0), np.nan)
    steps = np.abs(np.diff(gain[0]))
    assert np.nanmax(steps) < 0.02  # at most 0.2 dB from one sample to the next


def test_the_limiter_does_not_follow_the_wave_of_a_bass_note() -> None:
    """A 50 Hz sine 6 dB over the ceiling comes out a sine: what is not the sine stays 40 dB below it."""
    wave = np.sin(2 * np.pi * 50 * np.arange(RATE) / RATE).astype(np.float32) * np.float32(2.0)
    audio = np.stack([wave, wave])
    limited, _ = limit(audio, block_true_peaks(audio), 0.0, RATE)
    settled = limited[0, RATE // 10 : -RATE // 10].astype(np.float64)
    turns = np.exp(-2j * np.pi * 50 * np.arange(len(settled)) / RATE)
    amplitude = 2 * (settled * turns).mean()
    rest = settled - (amplitude * turns.conj()).real
    assert 20 * np.log10(np.abs(rest).max() / abs(amplitude)) < -40


@pytest.mark.parametrize("target_lufs", [-23.0, -14.0, -9.0])
def test_the_loudness_asked_for_is_reached_below_the_ceiling(target_lufs: float) -> None:
    finished = master(noise_with_hits(4.0, 1.5), RATE, target_lufs)
    assert finished.loudness_lufs == pytest.approx(target_lufs, abs=0.2)
    assert finished.true_peak_dbtp <= TRUE_PEAK_CEILING_DBTP
    assert oversampled_peak_dbtp(finished.audio) <= TRUE_PEAK_CEILING_DBTP
    assert finished.notices == ()


def test_a_loudness_that_would_crush_the_peaks_is_missed_and_told() -> None:
    finished = master(noise_with_hits(4.0, 30.0), RATE, -6.0)
    assert finished.loudness_lufs is not None
    assert finished.loudness_lufs < -6.5
    assert f"{finished.loudness_lufs:.1f} LUFS instead of -6.0" in finished.notices[0]
    assert finished.limiting_db == pytest.approx(MAX_LIMITING_DB, abs=0.3)
    assert finished.true_peak_dbtp <= TRUE_PEAK_CEILING_DBTP


def test_the_master_lies_on_the_steps_of_24_bits() -> None:
    audio = master(noise_with_hits(1.0, 3.0), RATE, -14.0).audio
    assert audio.tobytes() == quantise(audio).tobytes()


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.39, 2.0])
def test_silence_of_any_length_stays_silent_and_has_no_loudness(seconds: float) -> None:
    finished = master(np.zeros((2, round(seconds * RATE)), dtype=np.float32), RATE, -14.0)
    assert not finished.audio.any()
    assert finished.loudness_lufs is None
    assert finished.true_peak_dbtp == float("-inf")


def test_a_sound_too_short_for_loudness_is_only_kept_below_the_ceiling() -> None:
    short = np.full((2, 9_600), 1.2, dtype=np.float32) * np.hanning(9_600).astype(np.float32)
    finished = master(short, RATE, -14.0)
    assert finished.loudness_lufs is None
    assert finished.true_peak_dbtp == pytest.approx(TRUE_PEAK_CEILING_DBTP, abs=0.1)


def test_a_very_quiet_mix_is_brought_up() -> None:
    finished = master(noise_with_hits(2.0, 0.0) * np.float32(0.01), RATE, -16.0)
    assert finished.loudness_lufs == pytest.approx(-16.0, abs=0.2)
