"""Risers rise, falls fall, impacts boom in tune, and a record crackles the same way each time."""

import numpy as np
import pytest

from music.audio import FloatAudio
from music.effect_sound import EffectSound
from music.instrument import SoundFontVoice, SynthVoice
from renderers.signal import TimedNote, peak
from renderers.voices.voice import make_voice

RATE = 48_000


def sound(name: str, notes: list[TimedNote], seconds: float, **parameters: float) -> FloatAudio:
    voice = make_voice(
        SynthVoice(synth=name, fallback=SoundFontVoice(program=122), parameters=tuple(parameters.items()))
    )
    return voice.render(notes, round(seconds * RATE), RATE)


def level_db(audio: FloatAudio) -> float:
    return float(10 * np.log10(np.mean(np.square(audio, dtype=np.float64)) + 1e-20))


def centre_hz(audio: FloatAudio) -> float:
    power = np.square(np.abs(np.fft.rfft(audio[0] * np.hanning(audio.shape[1]))))
    return float(np.searchsorted(np.cumsum(power), power.sum() / 2) * RATE / audio.shape[1])


def quarters(audio: FloatAudio) -> list[FloatAudio]:
    return np.array_split(audio, 4, axis=1)


@pytest.mark.parametrize("seconds", [1.0, 3.7, 8.0])
def test_a_riser_rises_in_level_and_pitch_to_the_end_of_its_note(seconds: float) -> None:
    end = round(seconds * RATE)
    audio = sound("transitions", [TimedNote(0, end, EffectSound.RISER.note(5), 110)], seconds + 1.0, tone=0.0)
    parts = quarters(audio[:, :end])
    levels, centres = [level_db(part) for part in parts], [centre_hz(part) for part in parts]
    assert np.diff(levels).min() > 3
    assert np.diff(np.log2(centres)).min() > 0.5
    assert not audio[:, end:].any()


def test_a_fall_is_a_riser_the_other_way_round() -> None:
    audio = sound("transitions", [TimedNote(0, 96_000, EffectSound.FALL.note(5), 110)], 2.0)
    levels = [level_db(part) for part in quarters(audio)]
    assert np.diff(levels).max() < -3


def test_the_tone_of_a_riser_arrives_at_its_note() -> None:
    audio = sound("transitions", [TimedNote(0, 192_000, EffectSound.RISER.note(9), 110)], 4.0, tone=1.0)
    end = audio[0, -4_800:] * np.hanning(4_800)
    spectrum = np.abs(np.fft.rfft(end, 1 << 17))
    heard = np.argmax(spectrum[: round(600 / RATE * (1 << 17))]) * RATE / (1 << 17)
    assert 1200 * abs(np.log2(heard / 440.0)) < 40  # on its way up for the last 100 ms


@pytest.mark.parametrize("pitch_class", [0, 5, 11])
def test_an_impact_booms_in_the_key_and_dies_away(pitch_class: int) -> None:
    audio = sound("transitions", [TimedNote(0, 48_000, EffectSound.IMPACT.note(pitch_class), 120)], 3.0)
    spectrum = np.abs(np.fft.rfft(audio[0, 19_200:115_200] * np.hanning(96_000)))
    heard = np.argmax(spectrum[40:200]) / 2 + 20
    wanted = 440.0 * 2 ** ((pitch_class + 24 - 69) / 12)
    assert heard == pytest.approx(wanted, abs=1.0)
    assert level_db(audio[:, :24_000]) > level_db(audio[:, -24_000:]) + 40


def test_a_harder_impact_is_brighter() -> None:
    shares = []
    for velocity in (40, 120):
        audio = sound("transitions", [TimedNote(0, 48_000, EffectSound.IMPACT.note(0), velocity)], 2.0)
        power = np.square(np.abs(np.fft.rfft(audio[0])))
        shares.append(power[8_000:].sum() / power.sum())
    assert shares[1] > 1.3 * shares[0]


def test_vinyl_crackles_hisses_and_rumbles_for_as_long_as_its_note_lasts() -> None:
    audio = sound("vinyl", [TimedNote(24_000, 624_000, 41, 100)], 14.0)
    assert not audio[:, :24_000].any()
    assert not audio[:, 624_000:].any()
    body = audio[:, 48_000:576_000]
    crest_db = 20 * np.log10(peak(body)) - level_db(body)
    assert crest_db > 20, "crackle stands out of the hiss"
    power = np.square(np.abs(np.fft.rfft(body[0])))
    per_hz = body.shape[1] / RATE
    assert (
        power[round(20 * per_hz) : round(70 * per_hz)].mean()
        > 10 * power[round(200 * per_hz) : round(400 * per_hz)].mean()
    )
    assert not np.array_equal(body[0], body[1])


def test_the_record_goes_on_where_it_is_and_comes_round_after_six_turns() -> None:
    first = sound("vinyl", [TimedNote(0, 25 * RATE, 41, 100)], 26.0)
    again = sound("vinyl", [TimedNote(10 * RATE, 20 * RATE, 41, 100)], 26.0)
    turn = round(10.8 * RATE)
    assert np.array_equal(first[:, 2 * RATE : 4 * RATE], first[:, 2 * RATE + turn : 4 * RATE + turn])
    assert np.array_equal(first[:, 12 * RATE : 15 * RATE], again[:, 12 * RATE : 15 * RATE])


@pytest.mark.parametrize("name", ["transitions", "vinyl"])
def test_the_same_notes_give_the_same_bytes_and_no_offset(name: str) -> None:
    notes = [TimedNote(0, 96_000, note, 100) for note in (36, 48, 60, 72)]
    audio = sound(name, notes, 3.0)
    assert audio.tobytes() == sound(name, notes, 3.0).tobytes()
    assert abs(audio.mean()) < 0.02 * np.sqrt(np.mean(audio**2))
    assert np.isfinite(audio).all()


def test_octaves_without_a_sound_are_silent() -> None:
    assert not sound("transitions", [TimedNote(0, 9_000, 24, 100), TimedNote(0, 9_000, 96, 100)], 1.0).any()
