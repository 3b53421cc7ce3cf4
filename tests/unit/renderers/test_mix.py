"""Pan law, room, tail and headroom."""

import numpy as np
import pytest

from music.audio import FloatAudio
from music.score import PartMix
from renderers.mix import PEAK_DBFS, headroom_gain, pan_gains, place_in_mix, sum_stems, tail_frames, tame_hits
from renderers.reverb import impulse_response, reverberate
from renderers.signal import peak

RATE = 48_000


def sine(seconds: float = 1.0, frequency_hz: float = 440.0) -> FloatAudio:
    wave = 0.5 * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave]).astype(np.float32)


@pytest.mark.parametrize("pan", [-1.0, -0.6, 0.0, 0.25, 1.0])
def test_the_power_is_the_same_at_every_pan(pan: float) -> None:
    left, right = pan_gains(pan)
    assert left**2 + right**2 == pytest.approx(2.0)


def test_the_centre_changes_nothing_and_a_side_silences_the_other() -> None:
    assert pan_gains(0.0) == pytest.approx((1.0, 1.0))
    assert pan_gains(-1.0) == pytest.approx((2**0.5, 0.0), abs=1e-12)
    assert pan_gains(1.0) == pytest.approx((0.0, 2**0.5), abs=1e-12)


def test_gain_is_in_decibels_and_a_dry_part_stays_dry() -> None:
    placed = place_in_mix(sine(), PartMix(gain_db=-6.0), RATE)
    np.testing.assert_allclose(placed, sine() * 10 ** (-6 / 20), rtol=1e-6)


def test_the_room_is_always_the_same_has_unit_energy_and_independent_sides() -> None:
    room = impulse_response(RATE)
    assert (room.astype(np.float64) ** 2).sum(axis=1) == pytest.approx([1.0, 1.0], abs=1e-4)
    assert abs(float((room[0] * room[1]).sum())) < 0.1
    impulse_response.cache_clear()
    assert impulse_response(RATE).tobytes() == room.tobytes()


def test_the_room_answers_as_the_convolution_with_its_impulse_response() -> None:
    """Across the seam of two blocks as well: the impulse is far enough from the start to lie in the second."""
    dry = np.zeros((2, 400_000), dtype=np.float32)
    dry[:, 250_000] = 1.0
    wet = reverberate(dry, 0.0, RATE)
    room = impulse_response(RATE)
    np.testing.assert_allclose(wet[:, 250_000 : 250_000 + room.shape[1]], room, atol=1e-6)
    assert np.abs(wet[:, :250_000]).max() < 1e-6


def test_a_send_ten_decibels_lower_is_a_room_ten_decibels_softer() -> None:
    loud, soft = (peak(reverberate(sine(), send_db, RATE)) for send_db in (0.0, -10.0))
    assert 20 * np.log10(loud / soft) == pytest.approx(10.0, abs=0.01)


def test_hard_hits_come_down_by_six_decibels_and_soft_ones_stay() -> None:
    hit = np.exp(-np.arange(12_000) / 1_500) * np.sin(2 * np.pi * 200 * np.arange(12_000) / RATE)
    drums = np.concatenate([hit, 0.2 * hit])[np.newaxis].repeat(2, axis=0).astype(np.float32)
    tamed = tame_hits(drums, RATE)
    assert 20 * np.log10(peak(drums) / peak(tamed)) == pytest.approx(6.0, abs=0.2)
    np.testing.assert_allclose(tamed[:, 12_000:], drums[:, 12_000:], rtol=1e-3)
    silence = np.zeros((2, 100), dtype=np.float32)
    assert tame_hits(silence, RATE) is silence


def test_headroom_puts_the_loudest_of_all_at_the_limit_and_leaves_silence_alone() -> None:
    stems = [sine(), -sine(), sine(frequency_hz=100.0)]
    mix = sum_stems(stems)
    gain = headroom_gain(stems, mix)
    loudest = max(peak(mix), *(peak(stem) for stem in stems)) * gain
    assert 20 * np.log10(loudest) == pytest.approx(PEAK_DBFS, abs=1e-4)
    silence = np.zeros((2, 100), dtype=np.float32)
    assert headroom_gain([silence], silence) == 1.0


def test_the_tail_lasts_as_long_as_it_sounds_plus_its_fade() -> None:
    mix = np.concatenate([sine(2.0), sine(1.0) * np.float32(0.01), np.zeros((2, 2 * RATE), np.float32)], axis=1)
    assert tail_frames(mix, 2 * RATE, RATE) == pytest.approx(1.25 * RATE, abs=60)
    assert tail_frames(mix, 3 * RATE, RATE) == round(0.25 * RATE)
