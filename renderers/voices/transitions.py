"""Risers, impacts and falls: what leads from one section into the next.

Rising noise is made of eight neighbouring bands of noise, each heard while the moving centre passes it, so a filter
that sweeps over seconds needs no loop over samples.
"""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from music.effect_sound import EffectSound
from renderers.signal import TimedNote
from renderers.voices.envelope import fade_edges, pitch_hz, require_range, velocity_gain
from renderers.voices.one_shot import fall, falling_tone, noise, soft_clip

_LOWEST_HZ, _HIGHEST_HZ, _N_BANDS = 200.0, 13_000.0, 8
_LOOP_SECONDS = 4.0
_SEED = 77
_IMPACT_SECONDS = 2.6
_TONE_HARMONICS = (1.0, 0.5, 0.33, 0.2)
_TONE_SHARE = 0.13


@dataclass(frozen=True, slots=True, kw_only=True)
class Transitions:
    """Sounds by octave (see ``music.effect_sound``); notes outside are silent."""

    tone: float = _TONE_SHARE  # level of the tone that rises with the noise
    boom: float = 0.9  # level of an impact's low tone

    def __post_init__(self) -> None:
        require_range("tone", self.tone, 0.0, 1.0)
        require_range("boom", self.boom, 0.0, 1.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames)."""
        audio = np.zeros((2, n_frames), dtype=np.float32)
        for note in notes:
            if note.start_samples >= n_frames:
                continue
            sound = self._sound(note, sample_rate_hz)
            if sound is not None:
                sound = sound[:, : n_frames - note.start_samples] * np.float32(velocity_gain(note.velocity))
                audio[:, note.start_samples : note.start_samples + sound.shape[1]] += sound
        return audio

    def _sound(self, note: TimedNote, rate: int) -> FloatAudio | None:
        n_frames = note.end_samples - note.start_samples
        match EffectSound.of(note.midi_note):
            case EffectSound.IMPACT:
                return self._impact(note.midi_note, note.velocity, rate)
            case EffectSound.RISER:
                return self._sweep(note.midi_note, n_frames, rate)
            case EffectSound.FALL:
                return self._sweep(note.midi_note - 12, n_frames, rate)[:, ::-1]
        return None

    def _impact(self, midi_note: int, velocity: int, rate: int) -> FloatAudio:
        """Return a boom that falls onto the tonic, under a burst of noise that harder strokes make brighter."""
        n_frames = round(_IMPACT_SECONDS * rate)
        hertz = pitch_hz(midi_note - 24)  # 33-62 Hz
        boom = falling_tone(n_frames, rate, hertz=hertz, drop=1.5, drop_seconds=0.06, decay_seconds=1.9)
        low = soft_clip(boom, 2.0) * np.float32(0.5 * self.boom)
        brightest = 2_000.0 + 8_000.0 * velocity / 127.0
        sides = [
            low
            + np.float32(0.11) * noise(n_frames, rate, 150.0, brightest, seed=seed) * fall(n_frames, rate, 1.1)
            + np.float32(0.03) * noise(n_frames, rate, 2_000.0, 12_000.0, seed=seed + 2) * fall(n_frames, rate, 2.4)
            for seed in (71, 72)
        ]
        impact = np.stack(sides)
        fade_edges(impact, attack_frames=round(0.002 * rate), release_frames=round(0.3 * rate))
        return impact

    def _sweep(self, midi_note: int, n_frames: int, rate: int) -> FloatAudio:
        """Return noise and a tone that rise over all frames, the loudest at the end."""
        bands, n_loop = _bands(rate), round(_LOOP_SECONDS * rate)
        way = np.linspace(0.0, 1.0, n_frames, dtype=np.float32)
        centre = way * np.float32(_N_BANDS - 1)
        at = np.arange(n_frames) % n_loop
        other = (at + n_loop // 2) % n_loop
        audio = np.zeros((2, n_frames), dtype=np.float32)
        for number, band in enumerate(bands):
            near = np.exp(-np.square((centre - np.float32(number)) / np.float32(1.1)))
            audio[0] += near * band[at]
            audio[1] += near * band[other]
        audio *= np.float32(0.12)
        audio += np.float32(0.5 * self.tone) * _rising_tone(midi_note, way, rate)
        audio *= np.float32(0.03) + np.float32(0.97) * way * way
        fade_edges(audio, attack_frames=round(0.05 * rate), release_frames=round(0.012 * rate))
        return audio


def _rising_tone(midi_note: int, way: FloatAudio, rate: int) -> FloatAudio:
    """Return a tone of four harmonics that climbs an octave up to its note."""
    hertz = pitch_hz(midi_note) * np.exp2(way.astype(np.float64) - 1.0)
    cycles = np.cumsum(hertz) / rate
    turn = (2.0 * np.pi * (cycles - np.floor(cycles))).astype(np.float32)
    tone = np.zeros_like(turn)
    for number, level in enumerate(_TONE_HARMONICS, start=1):
        tone += np.float32(level) * np.sin(np.float32(number) * turn)
    return tone


@functools.lru_cache(maxsize=2)
def _bands(sample_rate_hz: int) -> FloatAudio:
    """Return noise in bands a constant ratio apart, each of an RMS of 1, that can be looped; shape (8, n_loop)."""
    n_loop = round(_LOOP_SECONDS * sample_rate_hz)
    spectrum = np.fft.rfft(np.random.default_rng(_SEED).standard_normal(n_loop))
    frequencies = np.fft.rfftfreq(n_loop, 1.0 / sample_rate_hz)
    octaves = np.log2(np.maximum(frequencies, 1.0) / _LOWEST_HZ)
    spacing = np.log2(_HIGHEST_HZ / _LOWEST_HZ) / (_N_BANDS - 1)
    bands = []
    for number in range(_N_BANDS):
        shape = np.exp(-np.square((octaves - number * spacing) / (0.6 * spacing)))
        band = np.fft.irfft(spectrum * shape, n_loop)
        bands.append(band / np.sqrt(np.mean(np.square(band))))
    return np.array(bands, dtype=np.float32)
