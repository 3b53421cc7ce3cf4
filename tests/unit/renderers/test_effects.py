"""Inserts measured: responses against their formulae, static curves and times, alias floors, bounds, order."""

import numpy as np
import pytest
import scipy.signal

from music.audio import FloatAudio
from music.drum_kit import DRUM_NOTES
from music.insert import Band, BandShape, Chorus, Compressor, Delay, Ducking, Equaliser, Insert, Saturation
from music.instrument import Role
from music.pitch import parse_key
from music.score import Note, Part, PartMix, Score
from music.time import TICKS_PER_QUARTER as QUARTER
from music.time import TimeSignature
from renderers.effects.chain import Session, apply_inserts
from renderers.effects.dynamics import reduction_db
from renderers.effects.equaliser import equalise
from renderers.effects.saturation import saturate
from renderers.signal import TimedNote, peak

RATE = 48_000
SESSION = Session(tempo_bpm=120.0, sample_rate_hz=RATE, kicks=(TimedNote(24_000, 25_000, 36, 127),))
ALL: tuple[Insert, ...] = (
    Equaliser(bands=(Band(shape=BandShape.LOW_CUT, frequency_hz=100.0),)),
    Compressor(),
    Saturation(),
    Chorus(),
    Delay(),
    Ducking(),
)


def sine(frequency_hz: float, seconds: float = 1.0, amplitude: float = 1.0) -> FloatAudio:
    wave = amplitude * np.sin(2 * np.pi * frequency_hz * np.arange(round(seconds * RATE)) / RATE)
    return np.stack([wave, wave]).astype(np.float32)


def noise(seconds: float = 1.0) -> FloatAudio:
    return (0.2 * np.random.default_rng(3).standard_normal((2, round(seconds * RATE)))).astype(np.float32)


def rms(audio: FloatAudio) -> float:
    return float(np.sqrt(np.mean(np.square(audio, dtype=np.float64))))


def level_db(audio: FloatAudio) -> float:
    return float(20 * np.log10(rms(audio)))


def harmonics_db(audio: FloatAudio, frequency_hz: int, n: int) -> list[float]:
    """Return the levels of the first harmonics of one second, whose bins are whole hertz."""
    spectrum = np.abs(np.fft.rfft(audio[0].astype(np.float64))) / (RATE / 2)
    return [float(20 * np.log10(spectrum[frequency_hz * i] + 1e-12)) for i in range(1, n + 1)]


def analogue_db(band: Band, at_hz: float) -> float:
    """Return the gain of the analogue prototype of a band, where the bilinear transform puts a frequency."""
    s = 1j * np.tan(np.pi * at_hz / RATE) / np.tan(np.pi * band.frequency_hz / RATE)
    height, q = 10 ** (band.gain_db / 40), band.q
    top = {
        BandShape.LOW_CUT: s**2,
        BandShape.HIGH_CUT: 1 + 0 * s,
        BandShape.BELL: s**2 + s * height / q + 1,
        BandShape.LOW_SHELF: height * (s**2 + np.sqrt(height) / q * s + height),
        BandShape.HIGH_SHELF: height * (height * s**2 + np.sqrt(height) / q * s + 1),
    }[band.shape]
    bottom = {
        BandShape.BELL: s**2 + s / (height * q) + 1,
        BandShape.LOW_SHELF: height * s**2 + np.sqrt(height) / q * s + 1,
        BandShape.HIGH_SHELF: s**2 + np.sqrt(height) / q * s + height,
    }.get(band.shape, s**2 + s / q + 1)
    return float(20 * np.log10(abs(top / bottom)))


@pytest.mark.parametrize("shape", list(BandShape))
@pytest.mark.parametrize("gain_db", [-9.0, 6.0])
def test_each_band_has_the_response_of_its_analogue_prototype(shape: BandShape, gain_db: float) -> None:
    """The impulse response of one second resolves 1 Hz; 0.01 dB is the rounding of float32 at the deepest point."""
    band = Band(shape=shape, frequency_hz=1_000.0, gain_db=gain_db, q=1.2)
    impulse = np.zeros((2, RATE), dtype=np.float32)
    impulse[:, 0] = 1.0
    response = np.abs(np.fft.rfft(equalise(impulse, (band,), RATE)[0].astype(np.float64)))
    for at_hz in (60, 300, 1_000, 2_500, 9_000):
        assert 20 * np.log10(response[at_hz]) == pytest.approx(analogue_db(band, at_hz), abs=0.01)


def test_the_static_curve_has_its_threshold_ratio_and_knee() -> None:
    settings = Compressor(threshold_db=-20.0, ratio=4.0, knee_db=10.0)
    levels = np.array([-40.0, -25.0, -20.0, -15.0, 0.0])
    below, edge, middle, other_edge, loud = reduction_db(levels, settings)
    assert below == edge == 0.0
    assert middle == pytest.approx(0.75 * 25.0 / 20.0)  # a knee of 10 dB: (W/2)²/2W of the slope
    assert other_edge == pytest.approx(0.75 * 5.0)
    assert loud == pytest.approx(0.75 * 20.0)


def test_a_compressed_tone_lies_on_the_static_curve() -> None:
    """Two steady tones 20 dB apart come out 5 dB apart: at full scale 15 dB are taken, at the threshold none."""
    loud, soft = sine(1_000.0), sine(1_000.0, amplitude=0.1)
    tone = np.concatenate([loud, soft], axis=1)
    out = apply_inserts(tone, [Compressor(threshold_db=-20.0, ratio=4.0, knee_db=0.0, release_seconds=0.05)], SESSION)
    step = level_db(out[:, RATE // 4 : RATE // 2]) - level_db(out[:, -RATE // 4 :])
    assert step == pytest.approx(20.0 - 15.0, abs=0.1)
    assert rms(out) == pytest.approx(rms(tone), rel=1e-3)


@pytest.mark.parametrize("attack_seconds", [0.005, 0.03])
def test_the_attack_takes_its_time(attack_seconds: float) -> None:
    """After a step of a tone from 20 dB below the threshold, 63 % of the reduction is there within the attack time.

    Within 1 ms (the look-ahead) and a block of 16 frames.
    """
    quiet = sine(3_000.0, 0.5, 0.01)
    tone = np.concatenate([quiet, sine(3_000.0, 0.5)], axis=1)
    settings = Compressor(threshold_db=-20.0, ratio=100.0, attack_seconds=attack_seconds, knee_db=0.0)
    out = apply_inserts(tone, [settings], SESSION)
    envelope = np.abs(scipy.signal.hilbert(out[0]))[RATE // 2 :]
    reduced_db = 20 * np.log10(envelope[-4_800]) - 20 * np.log10(envelope)
    first = 20 * np.log10(np.abs(scipy.signal.hilbert(out[0]))[RATE // 4]) + 40.0  # what 0 dB was before it
    whole_db = first - 20 * np.log10(envelope[-4_800])
    reached = np.flatnonzero(whole_db + reduced_db >= 0.63 * whole_db)
    met = next(i for i in reached if i > 20)
    assert whole_db == pytest.approx(19.8, abs=0.2)
    assert met / RATE == pytest.approx(attack_seconds - 0.001, abs=0.0008)


def test_the_release_gives_ten_decibels_back_in_its_time() -> None:
    tone = np.concatenate([sine(3_000.0, 0.5), sine(3_000.0, 1.0, 0.01)], axis=1)
    settings = Compressor(threshold_db=-20.0, ratio=100.0, attack_seconds=0.002, release_seconds=0.2, knee_db=0.0)
    envelope = np.abs(scipy.signal.hilbert(apply_inserts(tone, [settings], SESSION)[0]))
    rise_db = 20 * np.log10(envelope[RATE // 2 + round(0.24 * RATE)] / envelope[RATE // 2 + round(0.04 * RATE)])
    assert rise_db == pytest.approx(10.0, abs=0.3)


def test_saturation_makes_the_harmonics_of_its_curve_and_keeps_the_rms() -> None:
    """A full sine through x - x³/3 has its third harmonic at a ninth of the first: 19.1 dB down."""
    odd = saturate(sine(500.0), Saturation(amount=1.0, warmth=0.0), RATE)
    first, second, third, *_ = harmonics_db(odd, 500, 4)
    assert third - first == pytest.approx(20 * np.log10(1 / 9), abs=0.2)
    assert second - first < -90
    warm = harmonics_db(saturate(sine(500.0), Saturation(amount=1.0, warmth=1.0), RATE), 500, 3)
    assert warm[1] == pytest.approx(warm[2], abs=0.3)
    assert rms(odd) == pytest.approx(rms(sine(500.0)), rel=1e-4)


@pytest.mark.parametrize("frequency_hz", [2_999, 5_003, 7_499, 11_003, 15_013])
def test_saturation_folds_nothing_back(frequency_hz: int) -> None:
    """All that is not the tone or its second and third harmonic stays 80 dB down, at whatever pitch."""
    audio = saturate(sine(frequency_hz), Saturation(amount=1.0, warmth=0.5), RATE)[0].astype(np.float64)
    spectrum = np.abs(np.fft.rfft(audio * np.blackman(RATE)))
    for harmonic in (1, 2, 3):
        at = frequency_hz * harmonic
        spectrum[max(0, at - 400) : at + 400] = 0.0  # the filter's first moments smear a line by so much
    assert 20 * np.log10(spectrum[60:].max() / (RATE * 0.42 / 2)) < -80


def test_a_chorus_swings_by_its_depth_and_leaves_the_level() -> None:
    settings = Chorus(rate_hz=1.0, depth_seconds=0.003, delay_seconds=0.012, mix=1.0)
    impulses = np.zeros((2, 2 * RATE), dtype=np.float32)
    impulses[:, ::4_000] = 1.0
    out = apply_inserts(impulses, [settings], SESSION)
    for channel, side in enumerate((1.0, -1.0)):
        for start in range(8_000, RATE, 4_000):
            window = out[channel, start : start + 1_000]
            came = float(np.sum(np.arange(1_000) * window) / np.sum(window))
            swing = 0.012 + side * 0.003 * np.sin(2 * np.pi * (start + came) / RATE)
            assert came == pytest.approx(swing * RATE, abs=1.0)
    mixed = apply_inserts(noise(2.0), [Chorus(mix=0.4)], SESSION)
    # straight lines between the samples take a third of white noise from the second voice
    assert level_db(mixed) == pytest.approx(level_db(noise(2.0)) + 10 * np.log10(0.6 + 0.4 * 2 / 3), abs=0.1)


def test_echoes_fall_in_time_from_side_to_side_by_their_feedback() -> None:
    click = np.zeros((2, 4 * RATE), dtype=np.float32)
    click[:, 100:148] = 0.5
    settings = Delay(beats=0.75, level_db=-6.0, feedback=0.5, low_cut_hz=100.0, high_cut_hz=10_000.0)
    out = apply_inserts(click, [settings], SESSION) - click
    step = round(0.75 * 0.5 * RATE)
    peaks = [
        [float(np.abs(side[100 + step * i - 10 : 100 + step * i + 400]).max()) for side in out] for i in range(1, 5)
    ]
    assert [left > right for left, right in peaks] == [True, False, True, False]
    loudest = [max(pair) for pair in peaks]
    assert np.diff(20 * np.log10(loudest)) == pytest.approx([-6.02] * 3, abs=0.1)
    assert np.abs(out[:, : 100 + step]).max() == 0.0


def test_ducking_is_down_as_the_kick_strikes_and_back_on_time() -> None:
    """At 120 BPM a hold of 0.1 and a release of 0.5 beats are 50 and 250 ms."""
    out = apply_inserts(np.ones((2, RATE), np.float32), [Ducking(depth_db=10.0, hold_beats=0.1)], SESSION)
    gain_db = 20 * np.log10(out[0])
    kick = 24_000
    assert gain_db[kick - 400] == pytest.approx(0.0, abs=1e-3)
    assert gain_db[kick : kick + 2_300] == pytest.approx(-10.0, abs=0.5)
    assert gain_db[kick + 2_400 + 6_000] == pytest.approx(-5.0, abs=0.3)  # halfway back
    assert gain_db[kick + 2_400 + 12_100 :] == pytest.approx(0.0, abs=1e-3)


def test_ducking_follows_the_kicks_of_the_drum_part_and_their_velocity() -> None:
    hits = (Note(0, 100, 38, 127), Note(QUARTER, 100, DRUM_NOTES["kick"], 127), Note(2 * QUARTER, 100, 36, 64))
    drums = Part(role=Role.DRUMS, name="Drums", instrument="kit", channel=9, notes=hits, mix=PartMix())
    score = Score(
        title="",
        tempo_bpm=120.0,
        time_signature=TimeSignature(4, 4),
        key=parse_key("C major"),
        n_bars=1,
        sections=(),
        chords=(),
        parts=(drums,),
    )
    out = apply_inserts(np.ones((2, 2 * RATE), np.float32), [Ducking(depth_db=12.0)], Session.of(score, RATE))
    depths_db = [20 * np.log10(out[0, at + 100]) for at in (0, 24_000, 48_000)]
    assert depths_db == pytest.approx([0.0, -12.0, -12.0 * 64 / 127], abs=0.2)


def test_inserts_work_in_the_order_written() -> None:
    """A high shelf before the compressor makes it work; behind it the treble stays raised."""
    shelf = Equaliser(bands=(Band(shape=BandShape.HIGH_SHELF, frequency_hz=2_000.0, gain_db=18.0),))
    press = Compressor(threshold_db=-30.0, ratio=20.0, attack_seconds=0.001, release_seconds=0.05)
    sound = np.concatenate([sine(6_000.0, 0.5, 0.2), sine(200.0, 0.5)], axis=1)

    def treble_db(*chain: Insert) -> float:
        out = apply_inserts(sound, chain, SESSION)
        return level_db(out[:, 8_000:20_000]) - level_db(out[:, 30_000:44_000])

    assert treble_db(press, shelf) > treble_db(shelf, press) + 10


@pytest.mark.parametrize("insert", ALL, ids=lambda insert: insert.effect)
def test_an_insert_keeps_shape_type_and_bytes_and_leaves_silence_and_its_input_alone(insert: Insert) -> None:
    sound = noise()
    before = sound.copy()
    out = apply_inserts(sound, [insert], SESSION)
    assert out.shape == sound.shape
    assert out.dtype == np.float32
    assert np.array_equal(sound, before)
    assert out.tobytes() == apply_inserts(sound, [insert], SESSION).tobytes()
    assert np.isfinite(out).all()
    assert peak(out) < 4 * peak(sound)
    assert not apply_inserts(np.zeros((2, 100), np.float32), [insert], SESSION).any()


@pytest.mark.parametrize("insert", ALL, ids=lambda insert: insert.effect)
def test_an_insert_does_the_same_to_a_soft_part_as_to_a_loud_one(insert: Insert) -> None:
    loud = apply_inserts(noise(), [insert], SESSION)
    soft = apply_inserts(noise() * np.float32(0.01), [insert], SESSION)
    np.testing.assert_allclose(soft * np.float32(100.0), loud, atol=1e-4)


def test_a_part_in_the_middle_comes_out_as_if_its_sides_had_been_worked_on_apart() -> None:
    middle = np.repeat(noise()[:1], 2, axis=0)
    nearly = middle.copy()
    nearly[1, -1] += np.float32(1e-6)  # no longer the same on both sides
    chain = [insert for insert in ALL if not isinstance(insert, Chorus | Delay)]
    out = apply_inserts(middle, chain, SESSION)
    np.testing.assert_allclose(out, apply_inserts(nearly, chain, SESSION), atol=1e-5)


@pytest.mark.parametrize(
    ("build", "told"),
    [
        (lambda: Band(shape=BandShape.BELL, frequency_hz=5.0), "frequency_hz must be within 20 and 20000, got 5"),
        (lambda: Compressor(ratio=0.5), "ratio must be within 1 and 100, got 0.5"),
        (lambda: Saturation(highest_hz=9_000.0), "highest_hz must be within 200 and 7500, got 9000"),
        (lambda: Chorus(delay_seconds=0.002), "depth_seconds must be within 0 and 0.002, got 0.003"),
        (lambda: Delay(feedback=1.0), "feedback must be within 0 and 0.9, got 1"),
        (lambda: Ducking(depth_db=90.0), "depth_db must be within 0 and 40, got 90"),
    ],
)
def test_a_setting_out_of_range_is_named(build: object, told: str) -> None:
    assert callable(build)
    with pytest.raises(ValueError, match=told.replace("-", r"\-")):
        build()
