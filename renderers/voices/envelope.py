"""Amplitude over time: smooth edges, so that no note begins or ends with a step."""

import numpy as np

from music.audio import FloatAudio


def require_range(name: str, value: float, lowest: float, highest: float) -> None:
    """Raise ValueError when a voice's parameter is outside its range."""
    if not lowest <= value <= highest:
        raise ValueError(f"{name} must be within {lowest:g}-{highest:g}, got {value:g}")


def velocity_gain(velocity: int) -> float:
    """Return the gain of a MIDI velocity: its square, as SoundFonts have it by default (SF2.04, section 8.4.1)."""
    return (velocity / 127.0) ** 2


_N_LAYERS = 6
_USUAL_LAYER = 4  # velocities 86-106
_OCTAVES_PER_LAYER = 0.5


def velocity_cutoff(cutoff_hz: float, velocity: int) -> float:
    """Return where a voice's low-pass lies for a velocity, in six layers: softer strokes are darker."""
    layer = velocity * _N_LAYERS // 128
    return float(min(20_000.0, cutoff_hz * 2.0 ** ((layer - _USUAL_LAYER) * _OCTAVES_PER_LAYER)))


def pitch_hz(midi_note: float) -> float:
    """Return the frequency of an equally tempered pitch, A4 at 440 Hz."""
    return float(440.0 * 2.0 ** ((midi_note - 69.0) / 12.0))


def decay(n_frames: int, time_constant_frames: float) -> FloatAudio:
    """Return an exponential fall from 1 with the given time constant; shape (n_frames,)."""
    fall: FloatAudio = np.exp(np.arange(n_frames, dtype=np.float32) * np.float32(-1.0 / time_constant_frames))
    return fall


def fade_edges(audio: FloatAudio, *, attack_frames: int, release_frames: int) -> None:
    """Fade the last axis in and out along half a cosine, in place; the two fades may meet but not overlap."""
    n_frames = audio.shape[-1]
    release = min(release_frames, n_frames)
    attack = min(attack_frames, n_frames - release)
    audio[..., :attack] *= _rise(attack)
    audio[..., n_frames - release :] *= _rise(release)[::-1]


def _rise(n_frames: int) -> FloatAudio:
    turn = (np.arange(n_frames, dtype=np.float32) + np.float32(0.5)) * np.float32(np.pi / max(1, n_frames))
    rise: FloatAudio = np.float32(0.5) - np.float32(0.5) * np.cos(turn)
    return rise
