"""Vinyl noise: crackle, hiss and rumble of a record, for as long as a note lasts."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy.signal

from music.audio import FloatAudio
from renderers.signal import TimedNote
from renderers.voices.envelope import fade_edges, require_range, velocity_gain

_SEED = 331
_LOOP_SECONDS = 10.8  # six turns at 33 1/3 rounds per minute: a scratch comes round with the record
_TURN_SECONDS = 1.8
_CRACKLES_PER_SECOND = 9.0
_EDGE_SECONDS = 0.4
_LEVEL = 2.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Vinyl:
    """A surface that sounds through any of its notes; the pitch means nothing to it."""

    crackle: float = 1.0
    hiss: float = 0.5
    rumble: float = 0.5

    def __post_init__(self) -> None:
        for name in ("crackle", "hiss", "rumble"):
            require_range(name, getattr(self, name), 0.0, 2.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames); notes that follow each other go on with the record where it is."""
        audio = np.zeros((2, n_frames), dtype=np.float32)
        crackle, hiss, rumble = _surface(sample_rate_hz)
        surface = self.crackle * crackle + self.hiss * hiss + self.rumble * rumble
        surface = np.concatenate([surface, surface], axis=1, dtype=np.float32)
        n_loop = crackle.shape[1]
        for note in notes:
            end = min(note.end_samples, n_frames)
            for start in range(note.start_samples, end, n_loop):
                length, at = min(n_loop, end - start), start % n_loop
                audio[:, start : start + length] += surface[:, at : at + length] * np.float32(
                    _LEVEL * velocity_gain(note.velocity)
                )
            if end > note.start_samples:
                n_edge = round(_EDGE_SECONDS * sample_rate_hz)
                fade_edges(audio[:, note.start_samples : end], attack_frames=n_edge // 8, release_frames=n_edge)
        return audio


@functools.lru_cache(maxsize=2)
def _surface(sample_rate_hz: int) -> tuple[FloatAudio, FloatAudio, FloatAudio]:
    """Return crackle, hiss and rumble as loops without a seam, each of shape (2, n_loop), always the same."""
    random = np.random.default_rng(_SEED)
    n_loop = round(_LOOP_SECONDS * sample_rate_hz)
    n_turn = round(_TURN_SECONDS * sample_rate_hz)
    clicks = np.zeros((2, n_loop))
    n_clicks = round(_CRACKLES_PER_SECOND * _LOOP_SECONDS)
    at, places = random.integers(0, n_loop, n_clicks), random.uniform(-0.6, 0.6, n_clicks)
    levels = 0.12 * random.pareto(2.2, n_clicks).clip(0.1, 3.0) * random.choice((-1.0, 1.0), n_clicks)
    for side, sign in enumerate((-1.0, 1.0)):
        np.add.at(clicks[side], at, levels * np.sqrt(1.0 + sign * places))
    scratch = random.integers(0, n_turn)
    clicks[:, scratch::n_turn] += 0.2
    dirt = random.standard_normal((2, n_loop)) * 0.015
    low = random.standard_normal(n_loop)
    return (
        _looped(clicks, (900.0, 6_500.0), sample_rate_hz) * np.float32(3.4),
        _looped(dirt, (2_000.0, 11_000.0), sample_rate_hz),
        np.repeat(_looped(low[np.newaxis], (25.0, 60.0), sample_rate_hz), 2, axis=0) * np.float32(0.09),
    )


def _looped(sound: np.ndarray, band_hz: tuple[float, float], sample_rate_hz: int) -> FloatAudio:
    """Return a loop between two frequencies; what rings over its end sounds at its start."""
    band = (band_hz[0], min(band_hz[1], 0.45 * sample_rate_hz))
    sections = scipy.signal.butter(1, band, "bandpass", fs=sample_rate_hz, output="sos")
    twice = scipy.signal.sosfilt(sections, np.concatenate([sound, sound], axis=1), axis=1)
    looped: FloatAudio = twice[:, sound.shape[1] :].astype(np.float32)
    return looped
