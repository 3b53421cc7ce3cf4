"""The supersaw: seven sawtooths a few cents apart, spread over the stereo picture, through a low-pass."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from renderers.signal import TimedNote
from renderers.voices.envelope import fade_edges, pitch_hz, require_range, velocity_cutoff, velocity_gain
from renderers.voices.wavetable import saw_table, start_phase, table_steps

# Uneven distances keep the beating from repeating; the outer four lean left and right in turn.
_SPREAD = (0.0, -0.17, 0.19, -0.55, 0.61, -1.0, 0.94)
_NARROW_SIDE = np.float32(0.35)
_LEVEL = 0.07


@dataclass(frozen=True, slots=True, kw_only=True)
class Supersaw:
    """As many notes at once as are written."""

    detune_cents: float = 18.0  # how far the outermost saws are from the middle one
    cutoff_hz: float = 7000.0
    attack_seconds: float = 0.012
    release_seconds: float = 0.25

    def __post_init__(self) -> None:
        require_range("detune_cents", self.detune_cents, 0.0, 100.0)
        require_range("cutoff_hz", self.cutoff_hz, 50.0, 20_000.0)
        require_range("attack_seconds", self.attack_seconds, 0.002, 5.0)
        require_range("release_seconds", self.release_seconds, 0.005, 5.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames)."""
        audio = np.zeros((2, n_frames), dtype=np.float32)
        n_release = round(self.release_seconds * sample_rate_hz)
        for note in notes:
            n_sound = min(note.end_samples - note.start_samples + n_release, n_frames - note.start_samples)
            if n_sound <= 0:
                continue
            sound = self._sing(note, note.end_samples - note.start_samples + n_release, sample_rate_hz)[:, :n_sound]
            audio[:, note.start_samples : note.start_samples + n_sound] += sound
        return audio

    def _sing(self, note: TimedNote, n_frames: int, sample_rate_hz: int) -> FloatAudio:
        frequency, cutoff_hz = pitch_hz(note.midi_note), velocity_cutoff(self.cutoff_hz, note.velocity)
        table = saw_table(frequency, 0.0, 20_000.0, cutoff_hz, sample_rate_hz)
        middle, left, right = (np.zeros(n_frames, dtype=np.float32) for _ in range(3))
        for i, place in enumerate(_SPREAD):
            detuned = frequency * 2.0 ** (place * self.detune_cents / 1200.0)
            side = middle if i == 0 else (left, right)[i % 2]
            steps = table_steps(detuned, start_phase(note.start_samples, note.midi_note, i), n_frames, sample_rate_hz)
            side += table[steps]
        sound = np.stack([middle + left + _NARROW_SIDE * right, middle + right + _NARROW_SIDE * left])
        sound *= np.float32(_LEVEL * velocity_gain(note.velocity))
        fade_edges(
            sound,
            attack_frames=round(self.attack_seconds * sample_rate_hz),
            release_frames=round(self.release_seconds * sample_rate_hz),
        )
        return sound
