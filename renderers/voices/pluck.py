"""The pluck: two sawtooths whose high harmonics die away first, as behind a closing filter."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from renderers.signal import TimedNote
from renderers.voices.envelope import decay, fade_edges, pitch_hz, require_range, velocity_cutoff, velocity_gain
from renderers.voices.wavetable import saw_table, start_phase, table_steps

_BAND_EDGES_HZ = (0.0, 500.0, 1000.0, 2000.0, 4000.0, 20_000.0)
_ATTACK_SECONDS = 0.002
_OTHER_SIDE = np.float32(0.4)  # keeps the pair together when the mix is summed to mono
_LEVEL = 0.28


@dataclass(frozen=True, slots=True, kw_only=True)
class Pluck:
    """As many notes at once as are written; each rings on its own, and is damped when let go."""

    decay_seconds: float = 0.9  # until the harmonics below 500 Hz have fallen by 20 dB
    damping: float = 0.62  # each octave above falls in this share of the time of the one below
    detune_cents: float = 7.0  # between the left and the right sawtooth
    cutoff_hz: float = 9000.0
    release_seconds: float = 0.15

    def __post_init__(self) -> None:
        require_range("decay_seconds", self.decay_seconds, 0.05, 10.0)
        require_range("damping", self.damping, 0.1, 1.0)
        require_range("detune_cents", self.detune_cents, 0.0, 100.0)
        require_range("cutoff_hz", self.cutoff_hz, 50.0, 20_000.0)
        require_range("release_seconds", self.release_seconds, 0.005, 5.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames)."""
        audio = np.zeros((2, n_frames), dtype=np.float32)
        n_release = round(self.release_seconds * sample_rate_hz)
        for note in notes:
            sound = self._sing(note, note.end_samples - note.start_samples + n_release, sample_rate_hz)
            sound = sound[:, : max(0, n_frames - note.start_samples)]
            audio[:, note.start_samples : note.start_samples + sound.shape[1]] += sound
        return audio

    def _sing(self, note: TimedNote, n_frames: int, sample_rate_hz: int) -> FloatAudio:
        frequency, cutoff_hz = pitch_hz(note.midi_note), velocity_cutoff(self.cutoff_hz, note.velocity)
        steps = [
            table_steps(
                frequency * 2.0 ** (side * self.detune_cents / 2400.0),
                start_phase(note.start_samples, note.midi_note, i),
                n_frames,
                sample_rate_hz,
            )
            for i, side in enumerate((-1.0, 1.0))
        ]
        sound = np.zeros((2, n_frames), dtype=np.float32)
        time_constant = self.decay_seconds * sample_rate_hz / np.log(10.0)
        for low, high in itertools.pairwise(_BAND_EDGES_HZ):
            if high > frequency:
                table = saw_table(frequency, low, high, cutoff_hz, sample_rate_hz)
                fall = decay(n_frames, time_constant)
                first, second = table[steps[0]] * fall, table[steps[1]] * fall
                sound[0] += first + _OTHER_SIDE * second
                sound[1] += second + _OTHER_SIDE * first
            time_constant *= self.damping
        sound *= np.float32(_LEVEL * velocity_gain(note.velocity))
        fade_edges(
            sound,
            attack_frames=round(_ATTACK_SECONDS * sample_rate_hz),
            release_frames=round(self.release_seconds * sample_rate_hz),
        )
        return sound
