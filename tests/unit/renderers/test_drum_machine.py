"""The drum machines: every drum sounds in its own band, harder strokes are brighter, hats choke, bytes repeat."""

import numpy as np
import pytest

from music.audio import FloatAudio
from music.drum_kit import DRUM_NOTES
from music.instrument import SoundFontVoice, SynthVoice
from renderers.signal import TimedNote, peak
from renderers.voices.voice import make_voice

RATE = 48_000
KITS = ("kit808", "kit909")


def strike(kit: str, drum: str, velocity: int = 110, seconds: float = 2.5) -> FloatAudio:
    return play(kit, [TimedNote(1_000, 3_000, DRUM_NOTES[drum], velocity)], seconds)


def play(kit: str, notes: list[TimedNote], seconds: float = 2.5) -> FloatAudio:
    voice = make_voice(SynthVoice(synth=kit, fallback=SoundFontVoice(program=25, is_drum_kit=True)))
    return voice.render(notes, round(seconds * RATE), RATE)


def centre_hz(audio: FloatAudio) -> float:
    """Return the frequency below which half of the energy lies."""
    power = np.square(np.abs(np.fft.rfft(audio.sum(axis=0))))
    return float(np.searchsorted(np.cumsum(power), power.sum() / 2) * RATE / audio.shape[1])


def seconds_to_60_db_down(audio: FloatAudio) -> float:
    levels = np.abs(audio).max(axis=0)[: audio.shape[1] // 48 * 48].reshape(-1, 48).max(axis=1)
    return float(np.flatnonzero(levels > levels.max() / 1_000)[-1] / 1_000)


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("drum", DRUM_NOTES)
def test_every_drum_sounds_from_its_place_and_dies_away(kit: str, drum: str) -> None:
    audio = strike(kit, drum)
    assert not audio[:, :1_000].any()
    assert peak(audio[:, 1_000:2_500]) > 0.02
    assert peak(audio[:, -100:]) < 1e-3 * peak(audio)
    assert peak(audio) < 1.0
    assert abs(audio.mean()) < 0.02 * np.sqrt(np.mean(audio**2)) + 1e-5


@pytest.mark.parametrize("kit", KITS)
def test_drums_lie_where_a_kit_has_them(kit: str) -> None:
    centres = {drum: centre_hz(strike(kit, drum)) for drum in DRUM_NOTES}
    assert 40 < centres["kick"] < 75
    assert 75 < centres["floor_tom"] < centres["low_tom"] < centres["mid_tom"] < centres["high_tom"] < 260
    assert 150 < centres["snare"] < 2_500
    assert 700 < centres["clap"] < 3_500
    for metal in ("hat", "open_hat", "ride", "crash", "shaker", "tambourine"):
        assert centres[metal] > 4_000, metal


@pytest.mark.parametrize("pair", ["bongo", "timbale", "agogo", "woodblock", "conga"])
def test_of_a_pair_of_drums_the_high_one_is_higher(pair: str) -> None:
    high = strike("kit808", "woodblock" if pair == "woodblock" else f"high_{pair}")
    assert centre_hz(high) > 1.15 * centre_hz(strike("kit808", f"low_{pair}"))


@pytest.mark.parametrize("kit", KITS)
def test_closed_hats_are_short_open_ones_long_and_crashes_longest(kit: str) -> None:
    lengths = {drum: seconds_to_60_db_down(strike(kit, drum)) for drum in ("pedal_hat", "hat", "open_hat", "crash")}
    assert lengths["pedal_hat"] < lengths["hat"] < 0.2
    assert 0.3 < lengths["open_hat"] < 1.0 < lengths["crash"]


def test_the_808_s_kick_is_longer_and_lower_than_the_909_s() -> None:
    assert seconds_to_60_db_down(strike("kit808", "kick")) > 1.5 * seconds_to_60_db_down(strike("kit909", "kick"))


@pytest.mark.parametrize("kit", KITS)
@pytest.mark.parametrize("drum", ["kick", "snare", "clap", "hat", "open_hat", "crash", "mid_tom"])
def test_a_harder_stroke_is_louder_and_brighter(kit: str, drum: str) -> None:
    """Brightness is the share of energy above the soft stroke's own centre, or above 1 kHz for a kick."""
    soft, loud = strike(kit, drum, 30), strike(kit, drum, 125)
    assert 20 * np.log10(peak(loud) / peak(soft)) > 18  # the square of the velocities is 24.8 dB
    powers = [np.square(np.abs(np.fft.rfft(audio.sum(axis=0)))) for audio in (soft, loud)]
    edge = round(max(2.0 * centre_hz(soft), 150.0) / RATE * soft.shape[1])
    edge = min(edge, round(12_000 / RATE * soft.shape[1]))
    shares = [power[edge:].sum() / power.sum() for power in powers]
    assert shares[1] > 1.2 * shares[0]


@pytest.mark.parametrize("kit", KITS)
def test_the_metal_does_not_fold_back(kit: str) -> None:
    """Cymbals are made of harmonics below 17 kHz and noise below 20 kHz: the last kilohertz is nearly empty."""
    audio = strike(kit, "crash", 127)
    power = np.square(np.abs(np.fft.rfft(audio.sum(axis=0))))
    per_khz = audio.shape[1] / RATE * 1_000
    top, bright = power[round(23 * per_khz) :].mean(), power[round(7 * per_khz) : round(10 * per_khz)].mean()
    assert 10 * np.log10(top / bright) < -25


@pytest.mark.parametrize("kit", KITS)
def test_a_closed_hat_chokes_an_open_one_without_a_click(kit: str) -> None:
    opened = TimedNote(0, 3_000, DRUM_NOTES["open_hat"], 110)
    closed = TimedNote(4_800, 5_000, DRUM_NOTES["hat"], 1)
    alone, choked = play(kit, [opened], 1.0), play(kit, [opened, closed], 1.0)
    assert np.array_equal(alone[:, :4_600], choked[:, :4_600])
    assert peak(choked[:, 4_800:]) < 0.01 * peak(alone[:, 4_800:])
    assert np.abs(np.diff(choked[:, 4_590:4_810], axis=1)).max() < 1.5 * np.abs(np.diff(alone[:, 4_000:4_600])).max()


@pytest.mark.parametrize("kit", KITS)
def test_the_same_hits_give_the_same_bytes_wherever_they_stand(kit: str) -> None:
    notes = [TimedNote(6_000 * i, 6_000 * i + 100, note, 90) for i, note in enumerate((36, 42, 38, 46))]
    assert play(kit, notes).tobytes() == play(kit, notes).tobytes()
    later = strike(kit, "snare")
    moved = play(kit, [TimedNote(13_000, 14_000, DRUM_NOTES["snare"], 110)], 2.5)
    assert np.array_equal(later[:, 1_000:20_000], moved[:, 13_000:32_000])


@pytest.mark.parametrize("kit", KITS)
def test_notes_that_are_no_drums_and_strokes_past_the_end_are_silent(kit: str) -> None:
    assert not play(kit, [TimedNote(0, 100, 20, 100), TimedNote(60_000, 61_000, 36, 100)], 1.0).any()
