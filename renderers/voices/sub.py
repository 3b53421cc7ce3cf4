"""The sub bass: a sine with a little second and third harmonic, so that small loudspeakers tell its pitch."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from renderers.signal import TimedNote
from renderers.voices.envelope import fade_edges, pitch_hz, require_range, velocity_gain

_LEVEL = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sub:
    """As many notes at once as are written; meant for one."""

    harmonics: float = 0.18  # amplitude of the second at the highest velocity; the third has half of it
    attack_seconds: float = 0.006
    release_seconds: float = 0.05

    def __post_init__(self) -> None:
        require_range("harmonics", self.harmonics, 0.0, 1.0)
        require_range("attack_seconds", self.attack_seconds, 0.002, 5.0)
        require_range("release_seconds", self.release_seconds, 0.005, 5.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames), the same on both channels: a sub bass belongs in the middle."""
        mono = np.zeros(n_frames, dtype=np.float32)
        n_release = round(self.release_seconds * sample_rate_hz)
        for note in notes:
            sound = self._sing(note, note.end_samples - note.start_samples + n_release, sample_rate_hz)
            sound = sound[: max(0, n_frames - note.start_samples)]
            mono[note.start_samples : note.start_samples + len(sound)] += sound
        return np.stack([mono, mono])

    def _sing(self, note: TimedNote, n_frames: int, sample_rate_hz: int) -> FloatAudio:
        seconds = np.arange(n_frames) / sample_rate_hz
        cycles = pitch_hz(note.midi_note) * seconds
        turn = (2.0 * np.pi * (cycles - np.floor(cycles))).astype(np.float32)
        first = np.sin(turn)
        edge = np.float32(self.harmonics * note.velocity / 127.0)
        # sin 2x = 2 sin x cos x; sin 3x = 3 sin x - 4 sin³ x
        second, third = 2.0 * first * np.cos(turn), 3.0 * first - 4.0 * first**3
        sound = first.copy()
        sound += edge * second + np.float32(0.5) * edge * third
        sound *= np.float32(_LEVEL * velocity_gain(note.velocity))
        fade_edges(
            sound,
            attack_frames=round(self.attack_seconds * sample_rate_hz),
            release_frames=round(self.release_seconds * sample_rate_hz),
        )
        return sound
