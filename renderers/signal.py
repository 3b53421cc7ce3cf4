"""The rate every renderer speaks, and the notes of a part placed in samples."""

from collections.abc import Sequence
from typing import NamedTuple

from music.audio import FloatAudio
from music.score import Note
from music.time import ticks_to_samples

SAMPLE_RATE_HZ = 48_000


class TimedNote(NamedTuple):
    """A note placed in samples; it is held from ``start_samples`` up to ``end_samples``."""

    start_samples: int
    end_samples: int
    midi_note: int
    velocity: int  # 1-127


def place_notes(notes: Sequence[Note], tempo_bpm: float, sample_rate_hz: int) -> tuple[TimedNote, ...]:
    """Convert ticks to samples, each end rounded once, sorted by start and pitch.

    A note that begins while the same pitch is still held ends the earlier one, as on a keyboard; of two notes on the
    same pitch at the same place the later in the list is kept.
    """
    placed: dict[tuple[int, int], TimedNote] = {}
    sounding: dict[int, tuple[int, int]] = {}
    for note in sorted(notes, key=lambda n: (n.start_ticks, n.midi_note)):
        start = ticks_to_samples(note.start_ticks, tempo_bpm, sample_rate_hz)
        end = ticks_to_samples(note.start_ticks + note.duration_ticks, tempo_bpm, sample_rate_hz)
        earlier = sounding.get(note.midi_note)
        if earlier is not None and placed[earlier].end_samples > start:
            placed[earlier] = placed[earlier]._replace(end_samples=start)
        sounding[note.midi_note] = (start, note.midi_note)
        placed[start, note.midi_note] = TimedNote(start, max(end, start + 1), note.midi_note, note.velocity)
    return tuple(placed[at] for at in sorted(placed))


def peak(audio: FloatAudio) -> float:
    """Return the largest absolute sample; 0 for no frames."""
    return float(max(audio.max(), -audio.min())) if audio.size else 0.0
