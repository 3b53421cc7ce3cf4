"""The synth voices: pitch, glide, edges without clicks, no aliasing, no offset, and clear errors."""

import numpy as np
import pytest

from music.audio import FloatAudio
from music.errors import SetupBroken
from music.instrument import SoundFontVoice, SynthVoice
from renderers.signal import TimedNote, peak
from renderers.voices.envelope import pitch_hz
from renderers.voices.voice import make_voice, voice_asset

RATE = 48_000
NAMES = ("pluck", "reese", "sub", "sub808", "supersaw")


def sing(name: str, notes: list[TimedNote], n_frames: int, **parameters: float) -> FloatAudio:
    fallback = SoundFontVoice(program=0)
    voice = make_voice(SynthVoice(synth=name, fallback=fallback, parameters=tuple(parameters.items())))
    return voice.render(notes, n_frames, RATE)


def strongest_hz(audio: FloatAudio, low_hz: float, high_hz: float) -> float:
    mono = audio.mean(axis=0) * np.hanning(audio.shape[1])
    spectrum = np.abs(np.fft.rfft(mono, 1 << 19))
    frequencies = np.fft.rfftfreq(1 << 19, 1 / RATE)
    inside = (frequencies >= low_hz) & (frequencies <= high_hz)
    return float(frequencies[inside][np.argmax(spectrum[inside])])


@pytest.mark.parametrize("name", NAMES)
def test_a_voice_sounds_at_its_pitch(name: str) -> None:
    """Within 25 cents: detuned saws beat around the pitch, and half a second resolves no finer."""
    audio = sing(name, [TimedNote(0, RATE, 45, 110)], RATE)[:, RATE // 4 :]
    heard = strongest_hz(audio, 80.0, 160.0)
    assert abs(1200 * np.log2(heard / pitch_hz(45))) < 25


@pytest.mark.parametrize("name", NAMES)
def test_a_part_without_notes_is_silent_and_notes_past_the_end_are_cut(name: str) -> None:
    assert not sing(name, [], 1000).any()
    assert sing(name, [TimedNote(900, 5000, 40, 100), TimedNote(2000, 3000, 45, 100)], 1000).shape == (2, 1000)


@pytest.mark.parametrize("name", NAMES)
def test_notes_begin_and_end_without_a_step(name: str) -> None:
    """At its first and last sample a note may move by no more than 2 % of its own peak: that is no click."""
    start, end = 5_000, 17_000
    audio = sing(name, [TimedNote(start, end, 33, 127)], RATE)
    sounding = np.flatnonzero(audio.any(axis=0))
    assert sounding[0] >= start
    assert sounding[-1] < RATE - 1
    edges = np.abs(np.diff(audio, axis=1))
    assert edges[:, start - 1 : start + 8].max() < 0.02 * peak(audio)
    assert edges[:, sounding[-1] - 8 : sounding[-1] + 1].max() < 0.02 * peak(audio)


def test_an_808_played_again_makes_no_step_at_the_boundary() -> None:
    """A sine of F1 at full level moves by 0.6 % of its peak per sample, its drop from 14 semitones above by 1.3 %."""
    notes = [TimedNote(i * 9_600, (i + 1) * 9_600, 29, 110) for i in range(6)]
    audio = sing("sub808", notes, RATE * 2)
    assert np.abs(np.diff(audio, axis=1)).max() < 0.04 * peak(audio)


def test_an_808_glides_between_tied_notes_and_strikes_anew_between_separate_ones() -> None:
    tied = sing("sub808", [TimedNote(0, 24_200, 36, 110), TimedNote(24_000, 48_000, 48, 110)], RATE, drive=0.0)
    apart = sing("sub808", [TimedNote(0, 20_000, 36, 110), TimedNote(24_000, 48_000, 48, 110)], RATE, drive=0.0)

    def crossings_hz(audio: FloatAudio, start: int, end: int) -> float:
        places = np.flatnonzero((audio[0, start : end - 1] < 0) & (audio[0, start + 1 : end] >= 0))
        return float((len(places) - 1) * RATE / (places[-1] - places[0]))

    low, high = pitch_hz(36), pitch_hz(48)
    assert crossings_hz(tied, 12_000, 24_000) == pytest.approx(low, rel=0.01)
    assert low * 1.05 < crossings_hz(tied, 24_000, 26_000) < high * 0.95  # on its way
    assert crossings_hz(tied, 36_000, 48_000) == pytest.approx(high, rel=0.01)
    assert crossings_hz(apart, 24_000, 26_000) > high  # struck: it falls onto its pitch from above
    assert peak(apart[:, 23_500:23_990]) < 0.01 * peak(apart)


@pytest.mark.parametrize(("name", "midi_note"), [("supersaw", 100), ("pluck", 96), ("reese", 60)])
def test_nothing_folds_back_below_a_high_note(name: str, midi_note: int) -> None:
    """Aliases of a sawtooth fall between its harmonics; below the fundamental they stay 60 dB down."""
    audio = sing(name, [TimedNote(0, 2 * RATE, midi_note, 127)], 2 * RATE)[:, RATE // 2 : 3 * RATE // 2]
    spectrum = np.abs(np.fft.rfft(audio.mean(axis=0) * np.blackman(RATE)))
    below = spectrum[20 : int(0.9 * pitch_hz(midi_note))].max()
    assert below < 1e-3 * spectrum.max()


@pytest.mark.parametrize("name", NAMES)
def test_there_is_no_offset_and_the_mono_sum_keeps_its_level(name: str) -> None:
    notes = [TimedNote(i * 12_000, i * 12_000 + 11_000, 40 + i, 100) for i in range(8)]
    audio = sing(name, notes, 2 * RATE)
    assert abs(audio.mean()) < 0.01 * np.sqrt((audio**2).mean())
    mono_power, stereo_power = (audio.mean(axis=0) ** 2).mean(), (audio**2).mean()
    assert mono_power > 0.6 * stereo_power  # 1 would be mono, 0.5 two unrelated channels


@pytest.mark.parametrize("name", ["pluck", "reese", "sub", "supersaw"])
def test_velocity_makes_a_note_louder_by_its_square_and_brighter(name: str) -> None:
    """The fundamental follows the square, but where a voice saturates; what lies above a voice's filter grows more."""
    above = {"pluck": 6_000, "supersaw": 6_000}.get(name, 500)
    sounds = [sing(name, [TimedNote(0, 48_000, 45, velocity)], RATE).mean(axis=0) for velocity in (50, 100)]
    spectra = [np.abs(np.fft.rfft(sound * np.hanning(RATE))) for sound in sounds]
    (soft, soft_treble), (loud, loud_treble) = ((s[85:135].max(), np.sqrt((s[above:] ** 2).sum())) for s in spectra)
    if name != "sub":  # a sine has no more than three harmonics
        assert 20 * np.log10(loud_treble / soft_treble) > 20 * np.log10(loud / soft) + 2
    else:
        third = [s[310:350].max() / s[85:135].max() for s in spectra]
        assert third[1] == pytest.approx(2 * third[0], rel=0.05)
    assert 20 * np.log10(loud / soft) == pytest.approx(20 * np.log10(4.0), abs=1.5 if name == "reese" else 0.5)


def test_the_filter_of_a_reese_closes_after_each_note_begins() -> None:
    audio = sing("reese", [TimedNote(0, 2 * RATE, 36, 100)], 2 * RATE, drive=0.0)

    def brightness(start: int) -> float:
        spectrum = np.abs(np.fft.rfft(audio[0, start : start + 9_600] * np.hanning(9_600)))
        return float((spectrum[200:] ** 2).sum() / (spectrum**2).sum())  # above 1 kHz

    assert brightness(0) > 4 * brightness(RATE)


def test_an_unknown_voice_parameter_or_value_is_named() -> None:
    with pytest.raises(
        SetupBroken, match=r"theremin.*kit808, kit909, pluck, reese, sub, sub808, supersaw, transitions, vinyl"
    ):
        sing("theremin", [], 10)
    with pytest.raises(SetupBroken, match=r"wobble.*glide_seconds"):
        sing("sub808", [], 10, wobble=1.0)
    with pytest.raises(SetupBroken, match="drive must be within 0-10, got 99"):
        sing("sub808", [], 10, drive=99.0)


def test_a_voice_is_our_own_and_says_so() -> None:
    asset = voice_asset(SynthVoice(synth="pluck", fallback=SoundFontVoice(program=0)))
    assert (asset.kind, asset.licence) == ("synth voice", "Apache-2.0")
