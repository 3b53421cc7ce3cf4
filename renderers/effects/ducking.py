"""Side-chain ducking: a gain that is written, kick by kick, from the drum part's notes."""

from collections.abc import Sequence

import numpy as np

from music.audio import FloatAudio
from music.insert import Ducking
from renderers.gain_line import BLOCK, between_blocks
from renderers.signal import TimedNote

_FALL_SECONDS = 0.008  # before the kick, so that the part is out of its way when it strikes


def duck(
    audio: FloatAudio, settings: Ducking, kicks: Sequence[TimedNote], *, tempo_bpm: float, sample_rate_hz: int
) -> FloatAudio:
    """Return audio of shape (n_channels, n_frames), turned down at each kick by ``depth_db`` times its velocity."""
    if not kicks:
        return audio
    gain = (10.0 ** (-_depths_db(audio.shape[1], settings, kicks, tempo_bpm, sample_rate_hz) / 20.0)).astype(np.float32)
    return audio * between_blocks(gain, audio.shape[1])


def _depths_db(
    n_frames: int, settings: Ducking, kicks: Sequence[TimedNote], tempo_bpm: float, sample_rate_hz: int
) -> np.ndarray:
    """Return how far down the part is in the middle of each block, dB >= 0; where two kicks meet the deeper counts."""
    at = (np.arange(-(-n_frames // BLOCK)) + 0.5) * (BLOCK / sample_rate_hz)
    starts = np.array([kick.start_samples / sample_rate_hz for kick in kicks])
    depths = np.array([settings.depth_db * kick.velocity / 127.0 for kick in kicks])
    hold, release = settings.hold_beats * 60.0 / tempo_bpm, settings.release_beats * 60.0 / tempo_bpm
    last = np.searchsorted(starts, at, side="right") - 1
    since = np.where(last >= 0, at - starts[np.maximum(last, 0)], np.inf)
    back = np.clip((since - hold) / release, 0.0, 1.0)
    after = depths[np.maximum(last, 0)] * (0.5 + 0.5 * np.cos(np.pi * back))
    following = np.minimum(last + 1, len(starts) - 1)
    until = np.where(last + 1 < len(starts), starts[following] - at, np.inf)
    down = np.clip(1.0 - until / _FALL_SECONDS, 0.0, 1.0)
    before = depths[following] * (0.5 - 0.5 * np.cos(np.pi * down))  # both ways along a cosine, which does not click
    deepest: np.ndarray = np.maximum(after, before)
    return deepest
