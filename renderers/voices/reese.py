"""The Reese bass: detuned low sawtooths that beat against each other behind a closing low-pass, and saturation."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from renderers.signal import TimedNote
from renderers.voices.envelope import decay, fade_edges, pitch_hz, require_range, velocity_cutoff, velocity_gain
from renderers.voices.wavetable import saw_table, start_phase, table_steps

_SPREAD = (-1.0, 0.06, 0.94)
_LEVEL = 0.4


@dataclass(frozen=True, slots=True, kw_only=True)
class Reese:
    """As many notes at once as are written; meant for one."""

    detune_cents: float = 16.0  # how far the outer saws are from the pitch
    cutoff_hz: float = 700.0
    opening_octaves: float = 1.2  # how far above its cutoff the filter is where a note begins
    opening_seconds: float = 0.3  # until it has closed but for a twentieth
    drive: float = 1.4
    attack_seconds: float = 0.006
    release_seconds: float = 0.08

    def __post_init__(self) -> None:
        require_range("detune_cents", self.detune_cents, 0.0, 100.0)
        require_range("cutoff_hz", self.cutoff_hz, 50.0, 20_000.0)
        require_range("opening_octaves", self.opening_octaves, 0.0, 5.0)
        require_range("opening_seconds", self.opening_seconds, 0.01, 10.0)
        require_range("drive", self.drive, 0.0, 10.0)
        require_range("attack_seconds", self.attack_seconds, 0.002, 5.0)
        require_range("release_seconds", self.release_seconds, 0.005, 5.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames), the same on both channels: a bass belongs in the middle."""
        mono = np.zeros(n_frames, dtype=np.float32)
        n_release = round(self.release_seconds * sample_rate_hz)
        for note in notes:
            sound = self._sing(note, note.end_samples - note.start_samples + n_release, sample_rate_hz)
            sound = sound[: max(0, n_frames - note.start_samples)]
            mono[note.start_samples : note.start_samples + len(sound)] += sound
        if self.drive > 0:
            drive = np.float32(self.drive)
            np.tanh(mono * drive, out=mono)
            mono /= np.tanh(drive)
        mono *= np.float32(_LEVEL)
        return np.stack([mono, mono])

    def _sing(self, note: TimedNote, n_frames: int, sample_rate_hz: int) -> FloatAudio:
        frequency, cutoff_hz = pitch_hz(note.midi_note), velocity_cutoff(self.cutoff_hz, note.velocity)
        closed = saw_table(frequency, 0.0, 20_000.0, cutoff_hz, sample_rate_hz)
        open_hz = min(20_000.0, cutoff_hz * 2.0**self.opening_octaves)
        opened = saw_table(frequency, 0.0, 20_000.0, open_hz, sample_rate_hz) - closed
        sound, brightness = (np.zeros(n_frames, dtype=np.float32) for _ in range(2))
        for i, place in enumerate(_SPREAD):
            detuned = frequency * 2.0 ** (place * self.detune_cents / 1200.0)
            phase = start_phase(note.start_samples, note.midi_note, i)
            steps = table_steps(detuned, phase, n_frames, sample_rate_hz)
            sound += closed[steps]
            brightness += opened[steps]
        sound += brightness * decay(n_frames, self.opening_seconds * sample_rate_hz / 3.0)  # exp(-3) is a twentieth
        sound *= np.float32(velocity_gain(note.velocity) / len(_SPREAD) * 1.2)
        fade_edges(
            sound,
            attack_frames=round(self.attack_seconds * sample_rate_hz),
            release_frames=round(self.release_seconds * sample_rate_hz),
        )
        return sound
