"""The drums of a TR-808: two decaying tones here, six squares there, and noise.

Pitches of the metal oscillators: K. Werner, J. Abel and J. Smith, "The TR-808 Cymbal: a Physically-Informed,
Circuit-Bendable, Digital Model", ICMC 2014; of the bass drum's sweep: the same authors' "A Physically-Informed,
Circuit-Bendable, Digital Model of the Roland TR-808 Bass Drum Circuit", DAFx 2014. The sounds here are made from plain
tones and noise, not from a model of the circuit.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from music.audio import FloatAudio
from renderers.voices.one_shot import band_pass, bursts, fall, falling_tone, noise, soft_clip, squares

METAL_HZ = (205.3, 304.4, 369.6, 522.7, 540.0, 800.0)
_METAL_SECONDS = 2.2


def metal(seconds: float, low_hz: float, high_hz: float, decay_seconds: float, rate: int) -> FloatAudio:
    """Return the cluster of squares between two frequencies, falling."""
    n = round(seconds * rate)
    cluster = squares(METAL_HZ, round(_METAL_SECONDS * rate), rate)[:n]
    return band_pass(cluster, low_hz, high_hz, rate) * fall(n, rate, decay_seconds)


def _kick(hardness: float, rate: int) -> FloatAudio:
    n = round(1.1 * rate)
    tone = falling_tone(
        n, rate, hertz=49.5, drop=1.2 + 1.2 * hardness, drop_seconds=0.012, decay_seconds=0.8 + 0.35 * hardness
    )
    click = band_pass(np.eye(1, n, 8, dtype=np.float32)[0], 1_200.0, 5_000.0, rate, order=1) * np.float32(6 * hardness)
    return soft_clip(tone + click, 1.0 + 0.8 * hardness)


def _snare(hardness: float, rate: int) -> FloatAudio:
    n = round(0.4 * rate)
    low = falling_tone(n, rate, hertz=238.0, drop=0.25, drop_seconds=0.01, decay_seconds=0.22)
    high = falling_tone(n, rate, hertz=476.0, drop=0.2, drop_seconds=0.01, decay_seconds=0.14)
    snappy = noise(n, rate, 1_500.0, 7_000.0 + 8_000.0 * hardness, seed=1) * fall(n, rate, 0.16 + 0.12 * hardness)
    return soft_clip(0.55 * low + 0.3 * high + (0.12 + 0.16 * hardness) * snappy, 1.2)


def _clap(hardness: float, rate: int) -> FloatAudio:
    n = round(0.45 * rate)
    hands = noise(n, rate, 800.0, 1_600.0 + 1_400.0 * hardness, seed=2)
    return 0.45 * hands * bursts(n, rate, (0.0, 0.011, 0.021, 0.031), 0.22 + 0.1 * hardness)


def _hat(hardness: float, rate: int, *, decay_seconds: float, seconds: float, gain: float = 3.6) -> FloatAudio:
    treble = metal(seconds, 6_500.0, 11_000.0 + 9_000.0 * hardness, decay_seconds * (0.75 + 0.5 * hardness), rate)
    return np.float32(gain) * treble


def _cymbal(hardness: float, rate: int, *, decay_seconds: float, body: float) -> FloatAudio:
    low = metal(2.0, 2_600.0, 5_200.0, decay_seconds * 0.45, rate)
    high = metal(2.0, 6_000.0, 12_000.0 + 7_000.0 * hardness, decay_seconds, rate)
    wash = noise(len(low), rate, 5_000.0, 15_000.0, seed=3) * fall(len(low), rate, 0.7 * decay_seconds)
    cymbal: FloatAudio = np.float32(2.2) * (body * low + high + 0.05 * wash)
    return cymbal


def _cowbell(hardness: float, rate: int) -> FloatAudio:
    n = round(0.5 * rate)
    pair = 1.9 * band_pass(squares((540.0, 800.0), n, rate), 500.0, 2_000.0 + 2_500.0 * hardness, rate, order=1)
    return 0.55 * pair * (0.6 * fall(n, rate, 0.09) + 0.4 * fall(n, rate, 0.45))


def _rim(hardness: float, rate: int) -> FloatAudio:
    n = round(0.12 * rate)
    tick = falling_tone(n, rate, hertz=1_667.0, drop=0.05, drop_seconds=0.003, decay_seconds=0.045)
    wood = falling_tone(n, rate, hertz=455.0, drop=0.1, drop_seconds=0.003, decay_seconds=0.05)
    return soft_clip(0.6 * tick * np.float32(0.5 + 0.5 * hardness) + 0.5 * wood, 2.0)


def _tom(hardness: float, rate: int, *, hertz: float, is_conga: bool = False) -> FloatAudio:
    n = round(0.7 * rate)
    drop = 0.12 + 0.3 * hardness
    decay_seconds = 0.28 if is_conga else 0.4 + 0.2 * hardness
    tone = falling_tone(n, rate, hertz=hertz, drop=drop, drop_seconds=0.03, decay_seconds=decay_seconds)
    skin = noise(n, rate, 300.0, 1_200.0 + 2_000.0 * hardness, seed=4) * fall(n, rate, 0.12)
    drum: FloatAudio = 0.75 * tone if is_conga else 0.75 * tone + np.float32(0.02 + 0.08 * hardness) * skin
    return drum


def _shaker(hardness: float, rate: int) -> FloatAudio:
    n = round(0.12 * rate)
    swell: FloatAudio = np.minimum(np.arange(n, dtype=np.float32) / np.float32(0.012 * rate), np.float32(1.0))
    return 0.45 * noise(n, rate, 5_500.0, 9_000.0 + 8_000.0 * hardness, seed=5) * swell * fall(n, rate, 0.09)


def _tambourine(hardness: float, rate: int) -> FloatAudio:
    n = round(0.25 * rate)
    jingles = noise(n, rate, 7_000.0, 11_000.0 + 6_000.0 * hardness, seed=6)
    return 0.28 * jingles * bursts(n, rate, (0.0, 0.018), 0.2)


def _wood(hardness: float, rate: int, *, hertz: float) -> FloatAudio:
    n = round(0.12 * rate)
    tone = falling_tone(n, rate, hertz=hertz, drop=0.02, drop_seconds=0.002, decay_seconds=0.06)
    return np.float32(0.5 + 0.1 * hardness) * tone


def _bell(hardness: float, rate: int, *, hertz: float, decay_seconds: float) -> FloatAudio:
    """Return two partials that do not agree, as those of agogos and triangles: the upper dies first."""
    n = round(1.5 * decay_seconds * rate)
    low = falling_tone(n, rate, hertz=hertz, drop=0.01, drop_seconds=0.01, decay_seconds=decay_seconds)
    high = falling_tone(n, rate, hertz=2.76 * hertz, drop=0.0, drop_seconds=0.01, decay_seconds=0.5 * decay_seconds)
    return 0.35 * low + np.float32(0.1 + 0.25 * hardness) * high


def _timbale(hardness: float, rate: int, *, hertz: float) -> FloatAudio:
    drum = _tom(hardness, rate, hertz=hertz, is_conga=True)
    shell = noise(len(drum), rate, 2_000.0, 5_000.0 + 5_000.0 * hardness, seed=7) * fall(len(drum), rate, 0.15)
    return drum + np.float32(0.04 + 0.06 * hardness) * shell


def _guiro(hardness: float, rate: int, *, n_strokes: int) -> FloatAudio:
    seconds = 0.014 * n_strokes
    n = round((seconds + 0.1) * rate)
    notches = [0.014 * stroke for stroke in range(n_strokes)]
    return 0.3 * noise(n, rate, 2_500.0, 5_000.0 + 5_000.0 * hardness, seed=8) * bursts(n, rate, notches, 0.05)


DRUMS_808: Mapping[str, Callable[[float, int], FloatAudio]] = {
    "kick": _kick,
    "rim": _rim,
    "snare": _snare,
    "clap": _clap,
    "hat": partial(_hat, decay_seconds=0.09, seconds=0.2),
    "pedal_hat": partial(_hat, decay_seconds=0.06, seconds=0.15, gain=2.8),
    "open_hat": partial(_hat, decay_seconds=0.55, seconds=0.9),
    "crash": partial(_cymbal, decay_seconds=1.9, body=0.7),
    "splash": partial(_cymbal, decay_seconds=0.8, body=0.5),
    "ride": partial(_cymbal, decay_seconds=1.1, body=0.35),
    "ride_bell": _cowbell,
    "cowbell": _cowbell,
    "floor_tom": partial(_tom, hertz=80.0),
    "low_tom": partial(_tom, hertz=92.0),
    "mid_tom": partial(_tom, hertz=128.0),
    "high_tom": partial(_tom, hertz=172.0),
    "low_conga": partial(_tom, hertz=196.0, is_conga=True),
    "high_conga": partial(_tom, hertz=392.0, is_conga=True),
    "tambourine": _tambourine,
    "shaker": _shaker,
    "woodblock": partial(_wood, hertz=1_250.0),
    "low_woodblock": partial(_wood, hertz=830.0),
    "claves": partial(_wood, hertz=2_480.0),
    "crash_2": partial(_cymbal, decay_seconds=1.5, body=0.5),
    "china": partial(_cymbal, decay_seconds=0.9, body=1.2),
    "high_bongo": partial(_tom, hertz=540.0, is_conga=True),
    "low_bongo": partial(_tom, hertz=410.0, is_conga=True),
    "slap_conga": partial(_timbale, hertz=400.0),
    "high_timbale": partial(_timbale, hertz=480.0),
    "low_timbale": partial(_timbale, hertz=320.0),
    "high_agogo": partial(_bell, hertz=1_080.0, decay_seconds=0.3),
    "low_agogo": partial(_bell, hertz=810.0, decay_seconds=0.35),
    "cabasa": _shaker,
    "guiro": partial(_guiro, n_strokes=6),
    "long_guiro": partial(_guiro, n_strokes=22),
    "triangle": partial(_bell, hertz=4_700.0, decay_seconds=1.1),
}
