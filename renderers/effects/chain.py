"""A part's inserts, one after the other."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from music.audio import FloatAudio
from music.drum_kit import DRUM_NOTES
from music.insert import Chorus, Compressor, Delay, Ducking, Equaliser, Insert, Saturation
from music.instrument import Role
from music.score import Score
from renderers.effects.delay import echo
from renderers.effects.ducking import duck
from renderers.effects.dynamics import compress
from renderers.effects.equaliser import equalise
from renderers.effects.modulation import swing
from renderers.effects.saturation import saturate
from renderers.signal import TimedNote, peak, place_notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """What inserts know of the music around their part."""

    tempo_bpm: float
    sample_rate_hz: int
    kicks: tuple[TimedNote, ...] = ()

    @classmethod
    def of(cls, score: Score, sample_rate_hz: int) -> "Session":
        """Return what a score's parts share."""
        drums = [note for part in score.parts if part.role is Role.DRUMS for note in part.notes]
        kicks = [note for note in drums if note.midi_note == DRUM_NOTES["kick"]]
        placed = place_notes(kicks, score.tempo_bpm, sample_rate_hz)
        return cls(tempo_bpm=score.tempo_bpm, sample_rate_hz=sample_rate_hz, kicks=placed)


def apply_inserts(dry: FloatAudio, inserts: Sequence[Insert], session: Session) -> FloatAudio:
    """Return a dry part, float32 of shape (2, n_frames), through its inserts; silence stays silent."""
    if not inserts:
        return dry
    if not any(isinstance(insert, Chorus | Delay) for insert in inserts) and np.array_equal(dry[0], dry[1]):
        return np.repeat(_through(dry[:1], inserts, session), 2, axis=0)  # a part in the middle needs half the work
    return _through(dry, inserts, session)


def _through(audio: FloatAudio, inserts: Sequence[Insert], session: Session) -> FloatAudio:
    for insert in inserts:
        loudest = peak(audio)
        if loudest == 0.0:
            return audio
        if isinstance(insert, Compressor | Saturation):  # the others do the same at any level
            audio = _apply(audio / np.float32(loudest), insert, session)
            audio = audio * np.float32(loudest)
        else:
            audio = _apply(audio, insert, session)
    return audio


def _apply(audio: FloatAudio, insert: Insert, session: Session) -> FloatAudio:
    rate, tempo_bpm = session.sample_rate_hz, session.tempo_bpm
    match insert:
        case Equaliser():
            return equalise(audio, insert.bands, rate)
        case Compressor():
            return compress(audio, insert, rate)
        case Saturation():
            return saturate(audio, insert, rate)
        case Chorus():
            return swing(audio, insert, rate)
        case Delay():
            return echo(audio, insert, tempo_bpm=tempo_bpm, sample_rate_hz=rate)
        case Ducking():
            return duck(audio, insert, session.kicks, tempo_bpm=tempo_bpm, sample_rate_hz=rate)
