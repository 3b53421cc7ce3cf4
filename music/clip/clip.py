"""A clip: tracks of notes in whole bars, as a MIDI file had them. Ticks are ``TICKS_PER_QUARTER`` to the quarter."""

from collections.abc import Iterable
from dataclasses import dataclass

from music.score import Note
from music.time import TimeSignature, ticks_to_seconds

DRUM_CHANNEL = 9  # counted from 0
SHORTEST_TICKS = 12  # a note that is shorter is made as long


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipTrack:
    """One player of a clip: a track, or one channel of a track that holds several. Notes are sorted by start."""

    name: str
    channel: int  # from 0; 9 is the drums'
    program: int | None  # General MIDI, from 0; None where the file names none
    notes: tuple[Note, ...]

    @property
    def is_drums(self) -> bool:
        """Whether the notes stand for drums rather than pitches."""
        return self.channel == DRUM_CHANNEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """Given music. What its file does not say about tempo and metre is told in ``notices``."""

    name: str
    tempo_bpm: float
    time_signature: TimeSignature
    signature_fifths: int | None  # the key signature's sharps or, negative, flats, where the file has one
    n_bars: int
    tracks: tuple[ClipTrack, ...]
    notices: tuple[str, ...] = ()

    @property
    def pitched(self) -> tuple[ClipTrack, ...]:
        """The tracks whose notes are pitches."""
        return tuple(track for track in self.tracks if not track.is_drums)

    @property
    def length_seconds(self) -> float:
        """Length of all bars at the tempo."""
        return ticks_to_seconds(self.n_bars * self.time_signature.ticks_per_bar, self.tempo_bpm)


def all_notes(tracks: Iterable[ClipTrack]) -> list[Note]:
    """Return the notes of several tracks together, by start."""
    return sorted(note for track in tracks for note in track.notes)


def without_overlaps(notes: Iterable[Note]) -> tuple[tuple[Note, ...], int]:
    """Return notes of which none starts while its pitch sounds, and how many had to be ended early or left out.

    A note ends where its pitch starts again; of two at one instant the longer stays.
    """
    kept: list[Note] = []
    last: dict[int, int] = {}
    n_mended = 0
    for note in sorted(notes, key=lambda one: (one.start_ticks, one.midi_note, -one.duration_ticks)):
        before = last.get(note.midi_note)
        if before is not None:
            room = note.start_ticks - kept[before].start_ticks
            n_mended += kept[before].duration_ticks > room
            if not room:
                continue
            kept[before] = kept[before]._replace(duration_ticks=min(kept[before].duration_ticks, room))
        last[note.midi_note] = len(kept)
        kept.append(note._replace(duration_ticks=max(note.duration_ticks, SHORTEST_TICKS)))
    return tuple(kept), n_mended
