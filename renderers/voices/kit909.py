"""The drums of a TR-909: a kick with a hard click, a snare of two tones and bright noise, and cymbals.

The machine's cymbals are recordings; here they are made from two clusters of squares and noise. What it has not
(congas, shaker, cowbell) is taken from the 808.
"""

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np

from music.audio import FloatAudio
from renderers.voices.kit808 import DRUMS_808
from renderers.voices.one_shot import band_pass, bursts, fall, falling_tone, noise, soft_clip, squares

_METAL_HZ = (263.0, 400.0, 421.0, 474.0, 587.0, 845.0, 1_047.0)
_METAL_SECONDS = 2.4


def _kick(hardness: float, rate: int) -> FloatAudio:
    n = round(0.6 * rate)
    tone = falling_tone(
        n, rate, hertz=50.0, drop=2.4 + 2.0 * hardness, drop_seconds=0.014, decay_seconds=0.42 + 0.12 * hardness
    )
    click = noise(n, rate, 1_000.0, 4_000.0 + 6_000.0 * hardness, seed=11) * fall(n, rate, 0.018)
    return soft_clip(tone + np.float32(0.1 + 0.15 * hardness) * click, 1.6 + 1.2 * hardness)


def _snare(hardness: float, rate: int) -> FloatAudio:
    n = round(0.4 * rate)
    low = falling_tone(n, rate, hertz=185.0, drop=0.6, drop_seconds=0.012, decay_seconds=0.18)
    high = falling_tone(n, rate, hertz=330.0, drop=0.4, drop_seconds=0.012, decay_seconds=0.14)
    body = noise(n, rate, 700.0, 4_000.0, seed=12) * fall(n, rate, 0.14)
    crack = noise(n, rate, 3_000.0, 9_000.0 + 8_000.0 * hardness, seed=13) * fall(n, rate, 0.2 + 0.14 * hardness)
    mixed = 0.5 * low + 0.35 * high + 0.1 * body + np.float32(0.1 + 0.16 * hardness) * crack
    return soft_clip(mixed, 1.6)


def _clap(hardness: float, rate: int) -> FloatAudio:
    n = round(0.5 * rate)
    hands = noise(n, rate, 900.0, 2_200.0 + 2_500.0 * hardness, seed=14)
    return 0.3 * hands * bursts(n, rate, (0.0, 0.009, 0.019, 0.028), 0.3 + 0.1 * hardness)


def _metal(seconds: float, low_hz: float, high_hz: float, rate: int) -> FloatAudio:
    n = round(seconds * rate)
    cluster = squares(_METAL_HZ, round(_METAL_SECONDS * rate), rate)[:n]
    grain = noise(n, rate, low_hz, high_hz, seed=15)
    return 0.75 * band_pass(cluster, low_hz, high_hz, rate) + np.float32(0.14) * grain


def _hat(hardness: float, rate: int, *, decay_seconds: float, seconds: float, gain: float = 1.7) -> FloatAudio:
    sound = _metal(seconds, 6_000.0, 12_000.0 + 8_000.0 * hardness, rate)
    return np.float32(gain) * sound * fall(len(sound), rate, decay_seconds * (0.75 + 0.5 * hardness))


def _cymbal(hardness: float, rate: int, *, decay_seconds: float, low_hz: float) -> FloatAudio:
    sound = _metal(2.3, low_hz, 12_000.0 + 7_000.0 * hardness, rate)
    strike = 0.7 * fall(len(sound), rate, decay_seconds) + 0.3 * fall(len(sound), rate, 0.2 * decay_seconds)
    return np.float32(1.5) * sound * strike


def _tom(hardness: float, rate: int, *, hertz: float) -> FloatAudio:
    n = round(0.6 * rate)
    tone = falling_tone(
        n, rate, hertz=hertz, drop=0.5 + 0.7 * hardness, drop_seconds=0.035, decay_seconds=0.38 + 0.15 * hardness
    )
    skin = noise(n, rate, 400.0, 2_000.0 + 3_000.0 * hardness, seed=16) * fall(n, rate, 0.08)
    return soft_clip(0.8 * tone + np.float32(0.08) * skin, 1.4)


DRUMS_909: Mapping[str, Callable[[float, int], FloatAudio]] = {
    **DRUMS_808,
    "kick": _kick,
    "snare": _snare,
    "clap": _clap,
    "hat": partial(_hat, decay_seconds=0.08, seconds=0.18),
    "pedal_hat": partial(_hat, decay_seconds=0.055, seconds=0.15, gain=1.4),
    "open_hat": partial(_hat, decay_seconds=0.5, seconds=0.8),
    "crash": partial(_cymbal, decay_seconds=2.2, low_hz=2_500.0),
    "splash": partial(_cymbal, decay_seconds=0.9, low_hz=3_500.0),
    "ride": partial(_cymbal, decay_seconds=1.5, low_hz=4_500.0),
    "floor_tom": partial(_tom, hertz=82.0),
    "low_tom": partial(_tom, hertz=98.0),
    "mid_tom": partial(_tom, hertz=130.0),
    "high_tom": partial(_tom, hertz=165.0),
}
