"""Tempo from audio, against click tracks and music made at a known tempo."""

import numpy as np
import pytest
from numpy.typing import NDArray

from analysis.tempo import estimate_tempo

RATE = 48_000
LEVELS = (1.0, 0.5, 2.0)


def clicks(tempo_bpm: float, seconds: float, *, jitter_seconds: float = 0.0) -> NDArray[np.float32]:
    random = np.random.default_rng(7)
    audio = np.zeros(round(seconds * RATE), dtype=np.float32)
    click = np.exp(-np.arange(480) / 60) * np.sin(np.arange(480) * 0.6)
    for beat in range(int(seconds * tempo_bpm / 60)):
        start = max(0, round((beat * 60 / tempo_bpm + random.normal(0, jitter_seconds or 1e-9)) * RATE))
        audio[start : start + 480] += click[: len(audio) - start]
    return audio


@pytest.mark.parametrize("tempo_bpm", [60.0, 72.0, 81.3, 92.5, 100.0, 120.0, 127.9, 140.0, 160.0, 174.0, 200.0])
def test_clicks_are_found_within_a_fifth_of_a_percent_at_a_level_of_their_tempo(tempo_bpm: float) -> None:
    found = estimate_tempo(clicks(tempo_bpm, 20.0), RATE)
    assert found is not None
    error = min(abs(found.tempo_bpm / (tempo_bpm * level) - 1) for level in LEVELS)
    assert error < 0.002
    assert found.confidence > 0.5


@pytest.mark.parametrize("tempo_bpm", [80.0, 92.5, 110.0, 140.0])
def test_common_tempos_are_found_at_their_own_level(tempo_bpm: float) -> None:
    found = estimate_tempo(clicks(tempo_bpm, 20.0), RATE)
    assert found is not None
    assert found.tempo_bpm == pytest.approx(tempo_bpm, rel=0.002)


@pytest.mark.parametrize("rate", [22_050, 44_100, 96_000])
def test_other_sample_rates_give_the_same_tempo(rate: int) -> None:
    times = np.arange(0, 12 * rate) / rate
    audio = (np.exp(-((times * 2.0) % 1.0) * 30) * np.sin(2 * np.pi * 900 * times)).astype(np.float32)
    found = estimate_tempo(audio, rate)
    assert found is not None
    assert found.tempo_bpm == pytest.approx(120.0, rel=0.002)


def test_a_human_ten_milliseconds_of_looseness_does_not_hide_the_tempo() -> None:
    found = estimate_tempo(clicks(118.0, 30.0, jitter_seconds=0.01), RATE)
    assert found is not None
    assert found.tempo_bpm == pytest.approx(118.0, rel=0.005)


def test_faint_clicks_behind_a_loud_drone_are_found() -> None:
    drone = 0.3 * np.sin(2 * np.pi * 110 * np.arange(20 * RATE) / RATE)
    found = estimate_tempo((drone + 0.1 * clicks(132.0, 20.0)).astype(np.float32), RATE)
    assert found is not None
    assert found.tempo_bpm == pytest.approx(132.0, rel=0.002)


def test_noise_drones_silence_and_slow_swells_have_no_clear_pulse() -> None:
    times = np.arange(20 * RATE) / RATE
    noise = np.random.default_rng(1).standard_normal(20 * RATE) * 0.1
    swell = np.sin(2 * np.pi * 220 * times) * np.sin(np.pi * times / 4) ** 2
    for audio in (noise, np.sin(2 * np.pi * 440 * times), np.zeros(20 * RATE), swell):
        assert estimate_tempo(audio.astype(np.float32), RATE) is None


def test_less_than_two_seconds_is_too_short_to_tell() -> None:
    assert estimate_tempo(clicks(120.0, 1.9), RATE) is None
    assert estimate_tempo(np.zeros(0, dtype=np.float32), RATE) is None
