"""Balance in octaves, masking between stems, and differences, on sounds made for the purpose."""

import numpy as np
import pytest
import scipy.signal

from analysis.balance import OCTAVE_CENTRES_HZ, octave_balance_db
from analysis.difference import compare_recordings
from analysis.masking import RANGES, measure_masking
from music.audio import FloatAudio

RATE = 48000
N_FRAMES = 20 * RATE


def white(seed: int = 1, n_channels: int = 1) -> FloatAudio:
    return (0.05 * np.random.default_rng(seed).standard_normal((n_channels, N_FRAMES))).astype(np.float32)


def pink(seed: int = 1) -> FloatAudio:
    spectrum = np.fft.rfft(white(seed)[0])
    spectrum[1:] /= np.sqrt(np.arange(1, len(spectrum)))
    spectrum[0] = 0
    sound = np.fft.irfft(spectrum, N_FRAMES)
    return np.asarray((0.1 * sound / np.abs(sound).max())[None, :], np.float32)


def band(low_hz: float, high_hz: float, *, gain_db: float = 0.0, seed: int = 1) -> FloatAudio:
    sos = scipy.signal.butter(8, [low_hz, high_hz], "bandpass", fs=RATE, output="sos")
    return np.asarray(10 ** (gain_db / 20) * scipy.signal.sosfilt(sos, white(seed)), np.float32)


def test_pink_noise_reads_zero_in_every_octave() -> None:
    """Twenty seconds leave about half a dB of chance in the lowest octave."""
    assert octave_balance_db(pink(), RATE) == pytest.approx([0.0] * len(OCTAVE_CENTRES_HZ), abs=0.6)


def test_white_noise_rises_by_three_db_an_octave() -> None:
    balance = octave_balance_db(white(), RATE)
    assert balance is not None
    assert np.diff(balance) == pytest.approx([3.01] * (len(balance) - 1), abs=0.5)


def test_silence_has_no_balance() -> None:
    assert octave_balance_db(np.zeros((2, RATE), np.float32), RATE) is None


def test_a_loud_noise_covers_a_quiet_one_in_its_band_and_nothing_elsewhere() -> None:
    stems = {
        "loud": band(300, 900, seed=1),
        "hidden": band(400, 800, gain_db=-25, seed=2),
        "apart": band(5000, 9000, gain_db=-25, seed=3),
    }
    found = {one.track: one for one in measure_masking(stems, RATE)}
    assert found["hidden"].share > 0.9
    assert found["hidden"].by_track["loud"] > 0.9
    assert found["hidden"].by_track["apart"] == 0.0
    assert found["apart"].share < 0.1
    assert found["loud"].share < 0.1
    mids = [name for name, _, _ in RANGES].index("mids")
    assert (found["hidden"].by_range[mids] or 0) > 0.9
    assert found["hidden"].by_range[-1] is None, "it has nothing in the highs"


def test_low_sounds_cover_upwards_more_than_downwards() -> None:
    """The spread of masking: 10 dB a Bark upwards, 25 dB downwards."""
    low, high = band(300, 400, seed=1), band(770, 920, gain_db=-35, seed=2)
    upward = {one.track: one.share for one in measure_masking({"low": low, "high": high}, RATE)}["high"]
    low, high = band(300, 400, gain_db=-35, seed=1), band(770, 920, seed=2)
    downward = {one.track: one.share for one in measure_masking({"low": low, "high": high}, RATE)}["low"]
    assert upward > 0.5 > downward


def test_silent_stems_are_left_out_and_one_alone_is_covered_by_nobody() -> None:
    stems = {"tone": band(300, 900), "none": np.zeros((1, N_FRAMES), np.float32), "dither": white() * np.float32(1e-5)}
    stems["click"] = white()[:, :10]
    found = measure_masking(stems, RATE)
    assert [(one.track, one.share) for one in found] == [("tone", 0.0)]
    assert measure_masking({}, RATE) == ()


def test_louder_alone_is_no_difference_once_levels_are_matched() -> None:
    before = pink()
    found = compare_recordings(before, RATE, before * np.float32(0.5), RATE)
    assert found.matching_db == pytest.approx(6.02, abs=0.01)
    assert found.bands_db == pytest.approx([0.0] * len(OCTAVE_CENTRES_HZ), abs=0.01)
    assert found.residue_db is not None
    assert found.residue_db < -60
    assert not found.is_same


def test_the_same_twice_leaves_nothing_and_other_lengths_are_not_subtracted() -> None:
    sound = pink()
    same = compare_recordings(sound, RATE, sound, RATE)
    assert (same.residue_db, same.is_same) == (float("-inf"), True)
    other = compare_recordings(sound, RATE, sound[:, 1:], RATE)
    assert (other.residue_db, other.is_same) == (None, False)


def test_a_boost_shows_in_its_octave() -> None:
    before = pink()
    spectrum = np.fft.rfft(before[0])
    hertz = np.fft.rfftfreq(N_FRAMES, 1 / RATE)
    spectrum[(hertz >= 1000 / np.sqrt(2)) & (hertz < 1000 * np.sqrt(2))] *= 10 ** (6 / 20)
    after = np.fft.irfft(spectrum, N_FRAMES)[None, :].astype(np.float32)
    bands = compare_recordings(before, RATE, after, RATE).bands_db
    assert bands is not None
    change = [value or 0.0 for value in bands]
    assert change[5] - change[2] == pytest.approx(6.0, abs=0.5)
    assert max(range(len(change)), key=change.__getitem__) == 5
