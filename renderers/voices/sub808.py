"""The 808 bass: a sine with a pitch drop at its start, a long fall, glides between tied notes, and soft saturation."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from renderers.signal import TimedNote
from renderers.voices.envelope import fade_edges, pitch_hz, require_range, velocity_gain

_ATTACK_SECONDS = 0.003
_CHOKE_SECONDS = 0.006
_LEVEL = 0.42


@dataclass(frozen=True, slots=True, kw_only=True)
class Sub808:
    """One voice at a time; a note that starts before the last one ends, or at most 10 ms later, glides from it."""

    glide_seconds: float = 0.08  # until the new pitch is reached within a twentieth of the interval
    drop_semitones: float = 14.0  # how far above its pitch a struck note starts
    drop_seconds: float = 0.035  # until the drop has fallen to a twentieth
    decay_seconds: float = 1.8  # until a held note has fallen by 20 dB
    release_seconds: float = 0.06
    drive: float = 1.6  # 0 is clean; more makes harmonics that small loudspeakers can show

    def __post_init__(self) -> None:
        require_range("glide_seconds", self.glide_seconds, 0.001, 2.0)
        require_range("drop_semitones", self.drop_semitones, 0.0, 48.0)
        require_range("drop_seconds", self.drop_seconds, 0.001, 1.0)
        require_range("decay_seconds", self.decay_seconds, 0.05, 20.0)
        require_range("release_seconds", self.release_seconds, 0.005, 2.0)
        require_range("drive", self.drive, 0.0, 10.0)

    def render(self, notes: Sequence[TimedNote], n_frames: int, sample_rate_hz: int) -> FloatAudio:
        """Return float32 of shape (2, n_frames), the same on both channels: a sub bass belongs in the middle."""
        mono = np.zeros(n_frames, dtype=np.float32)
        phrases = _phrases(notes, round(0.01 * sample_rate_hz))
        starts = [phrase[0].start_samples for phrase in phrases]
        for phrase, start, next_start in zip(phrases, starts, [*starts, n_frames][1:], strict=True):
            sound = self._sing(phrase, next_start, sample_rate_hz)[: max(0, n_frames - start)]
            mono[start : start + len(sound)] += sound
        if self.drive > 0:
            drive = np.float32(self.drive)
            np.tanh(mono * drive, out=mono)
            mono /= np.tanh(drive)
        mono *= np.float32(_LEVEL)
        return np.stack([mono, mono])

    def _sing(self, phrase: Sequence[TimedNote], next_start_samples: int, sample_rate_hz: int) -> FloatAudio:
        """Return one struck note and those tied to it, shape (n,); the next phrase chokes it within a few ms."""
        start = phrase[0].start_samples
        end = min(next_start_samples, max(note.end_samples for note in phrase))
        n_choke, n_release = (round(s * sample_rate_hz) for s in (_CHOKE_SECONDS, self.release_seconds))
        n_release = min(n_release, max(n_choke, next_start_samples - end))
        n_frames = end - start + n_release
        seconds = np.arange(n_frames, dtype=np.float32) / np.float32(sample_rate_hz)
        # exp(-3) is a twentieth
        pitch = np.float32(self.drop_semitones) * np.exp(seconds * np.float32(-3.0 / self.drop_seconds))
        pitch += np.float32(phrase[0].midi_note)
        gain = np.full(n_frames, velocity_gain(phrase[0].velocity), dtype=np.float32)
        for before, note in itertools.pairwise(phrase):
            at = note.start_samples - start
            glide = np.float32(1.0) - np.exp(seconds[: n_frames - at] * np.float32(-3.0 / self.glide_seconds))
            pitch[at:] += np.float32(note.midi_note - before.midi_note) * glide
            gain[at:] += np.float32(velocity_gain(note.velocity) - velocity_gain(before.velocity)) * glide
        cycles = np.cumsum(np.exp2((pitch - np.float32(69.0)) / np.float32(12.0)), dtype=np.float64)
        cycles *= pitch_hz(69.0) / sample_rate_hz
        cycles -= np.floor(cycles)
        gain *= np.exp(seconds * np.float32(-np.log(10.0) / self.decay_seconds))
        sound: FloatAudio = np.sin(cycles.astype(np.float32) * np.float32(2.0 * np.pi)) * gain
        fade_edges(sound, attack_frames=round(_ATTACK_SECONDS * sample_rate_hz), release_frames=n_release)
        return sound


def _phrases(notes: Sequence[TimedNote], tie_frames: int) -> list[list[TimedNote]]:
    """Group notes that are tied; of notes that start together only the lowest, the bass, is kept."""
    lowest: dict[int, TimedNote] = {}
    for note in notes:
        if note.start_samples not in lowest or note.midi_note < lowest[note.start_samples].midi_note:
            lowest[note.start_samples] = note
    phrases: list[list[TimedNote]] = []
    for _, note in sorted(lowest.items()):
        before = phrases[-1][-1] if phrases else None
        if before and note.midi_note != before.midi_note and note.start_samples <= before.end_samples + tie_frames:
            phrases[-1].append(note)
        else:
            phrases.append([note])
    return phrases
