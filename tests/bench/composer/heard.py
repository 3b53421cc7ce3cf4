"""A take's MIDI file as somebody reads it who knows nothing of the plan: bars, tempo, key and what sounds when."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import mido
import mir_eval.chord
import numpy as np
from music21 import note, stream
from music21.analysis.discrete import KrumhanslSchmuckler

from music.pitch import Key, Mode

_DRUM_CHANNEL = 9


@dataclass(frozen=True, slots=True)
class Heard:
    """A note in quarter notes from the start; ``track`` is the name of its track."""

    start: float
    length: float
    pitch: int
    velocity: int
    channel: int
    track: str


@dataclass(frozen=True, slots=True)
class HeardFile:
    """A file of one tempo and one metre."""

    tempo_bpm: float
    beats: int
    unit: int
    quarters: float  # to the end of the last track
    notes: tuple[Heard, ...]

    @property
    def bar_quarters(self) -> float:
        """Length of a bar."""
        return self.beats * 4 / self.unit

    def pitched(self) -> list[Heard]:
        """Return the notes of all but drums."""
        return [one for one in self.notes if one.channel != _DRUM_CHANNEL]


def read(path: Path) -> HeardFile:
    """Read a file with mido alone."""
    file = mido.MidiFile(path)
    tempos, metres, found, end = set(), set(), [], 0
    for track in file.tracks:
        ticks, name, open_notes = 0, "", {}
        for message in track:
            ticks += message.time
            if message.type == "track_name":
                name = message.name
            elif message.type == "set_tempo":
                tempos.add(message.tempo)
            elif message.type == "time_signature":
                metres.add((message.numerator, message.denominator))
            elif message.type == "note_on" and message.velocity > 0:
                open_notes[message.channel, message.note] = (ticks, message.velocity)
            elif message.type in ("note_on", "note_off"):
                start, velocity = open_notes.pop((message.channel, message.note))
                quarter = file.ticks_per_beat
                found.append(
                    Heard(start / quarter, (ticks - start) / quarter, message.note, velocity, message.channel, name)
                )
        end = max(end, ticks)
    ((tempo,), ((beats, unit),)) = tempos, metres
    found.sort(key=lambda one: (one.start, one.pitch))
    return HeardFile(60e6 / tempo, beats, unit, end / file.ticks_per_beat, tuple(found))


def key_of(heard: HeardFile) -> Key:
    """Return the key, major or minor, that music21 hears (Krumhansl-Schmuckler) in all but the drums."""
    line: stream.Stream[note.Note] = stream.Stream()
    for one in heard.pitched():
        sound = note.Note(one.pitch, quarterLength=round(one.length * 96) / 96 or 1 / 96)
        line.append(sound)  # type: ignore[no-untyped-call]  # music21 types itself in part
    found = KrumhanslSchmuckler(line).getSolution(line)  # type: ignore[no-untyped-call]
    return Key(found.tonic.name.replace("-", "b"), Mode.MINOR if found.mode == "minor" else Mode.MAJOR)


def sounds_as(label: str, heard: HeardFile, bar: int, tracks: frozenset[str], *, most_outside: float) -> bool:
    """Tell whether a bar is a chord: its root and third sound in it, and little besides in the tracks of harmony.

    The label is decoded by mir_eval. ``most_outside`` is the share of the time of all notes that may lie outside. A
    bass walks through other notes, so of it only that it plays the root or the bass note counts.
    """
    root, bitmap, bass = mir_eval.chord.encode(label)
    tones = {(root + step) % 12 for step in np.flatnonzero(bitmap)} | {(root + bass) % 12}
    tones |= {(root + step) % 12 for step in _extensions(label)}
    third = next(((root + step) % 12 for step in (4, 3, 5, 2) if bitmap[step]), root)
    weights: defaultdict[int, float] = defaultdict(float)
    low: set[int] = set()
    start = bar * heard.bar_quarters
    for one in heard.pitched():
        left, right = max(one.start, start), min(one.start + one.length, start + heard.bar_quarters)
        if right > left and one.track == "Bass":
            low.add(one.pitch % 12)
        elif right > left and one.track in tracks:
            weights[one.pitch % 12] += right - left
    total = sum(weights.values())
    outside = sum(weight for tone, weight in weights.items() if tone not in tones)
    has_root = root in low or (root + bass) % 12 in low or weights[root] > 0
    return total > 0 and has_root and weights[third] > 0 and outside <= most_outside * total


def _extensions(label: str) -> set[int]:
    """Return the ninths, elevenths and thirteenths of a label, which mir_eval's bitmap reduces or leaves out."""
    quality = label.partition(":")[2].partition("/")[0]
    steps = {"9": {2}, "min9": {2}, "maj9": {2}, "13": {2, 9}, "7(#9)": {3}}
    return steps.get(quality, set())
