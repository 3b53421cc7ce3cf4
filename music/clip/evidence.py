"""What notes say about the chord under them: how long and how weightily each pitch class sounds, stretch by stretch.

A stretch is half a bar where the metre can be halved on a beat, else the whole bar.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from music.chord import Chord
from music.clip.key import lowest_notes
from music.pitch import Key
from music.score import Note
from music.time import TICKS_PER_QUARTER, TimeSignature

_ON_STRONG, _ON_BEAT, _BETWEEN = 1.5, 1.0, 0.6
_ROOT = 4.0  # a bass note with which a stretch begins
_EARLY = 70  # ticks before a stretch in which a note already belongs to it
_LONGEST = 2 * TICKS_PER_QUARTER


@dataclass(frozen=True, slots=True)
class Evidence:
    """Weights of the twelve pitch classes, C first: of all notes, and of the lowest ones."""

    weights: tuple[float, ...]
    bass: tuple[float, ...]

    @property
    def total(self) -> float:
        """Weight of everything that sounds."""
        return sum(self.weights)


def stretch_edges(signature: TimeSignature) -> tuple[int, ...]:
    """Return where the stretches of a bar start, and its end."""
    pulses, length = signature.pulse_ticks, signature.ticks_per_bar
    half = length // 2
    return (0, half, length) if half in pulses and length >= 4 * TICKS_PER_QUARTER else (0, length)


def gather(notes: Sequence[Note], signature: TimeSignature, n_bars: int) -> list[Evidence]:
    """Weigh the notes stretch by stretch, for all bars."""
    edges = stretch_edges(signature)
    per_bar, length = len(edges) - 1, signature.ticks_per_bar
    bounds = [bar * length + edge for bar in range(n_bars) for edge in edges[:-1]] + [n_bars * length]
    weights = [[0.0] * 12 for _ in range(n_bars * per_bar)]
    bass = [[0.0] * 12 for _ in range(n_bars * per_bar)]
    _spread(notes, bounds, signature, weights, on_strong=_ON_STRONG)
    _spread(lowest_notes(sorted(notes)), bounds, signature, bass, on_strong=_ROOT)
    return [Evidence(tuple(all_of), tuple(low)) for all_of, low in zip(weights, bass, strict=True)]


def _spread(
    notes: Sequence[Note], bounds: list[int], signature: TimeSignature, into: list[list[float]], *, on_strong: float
) -> None:
    at = 0
    pulses = set(signature.pulse_ticks)
    for note in sorted(notes):
        start = note.start_ticks
        while at < len(into) - 1 and bounds[at + 1] <= start + _EARLY:
            at += 1
        end, here = start + note.duration_ticks, at
        while here < len(into) and (here == at or bounds[here] < end - _EARLY):
            sounding = min(end, bounds[here + 1]) - max(start, bounds[here])
            if here == at:
                place = round((start - bounds[here]) / 120) * 120
                accent = on_strong if place <= 0 else _ON_BEAT if _in_bar(start, signature) in pulses else _BETWEEN
            else:
                accent = _BETWEEN
            into[here][note.midi_note % 12] += accent * min(max(sounding, 60), _LONGEST) / TICKS_PER_QUARTER
            here += 1


def _in_bar(start: int, signature: TimeSignature) -> int:
    """Return the place in the bar to the nearest thirty-second."""
    return round(start / 120) * 120 % signature.ticks_per_bar


def fit(chord: Chord, evidence: Evidence, key: Key) -> float:
    """Return how well a chord goes with what sounds: 1 all of it chord tones, below 0 mostly clashes; 0 for silence."""
    total = evidence.total
    if not total:
        return 0.0
    return sum(weight * worth for weight, worth in zip(evidence.weights, _worths(chord, key), strict=True)) / total


@cache
def _worths(chord: Chord, key: Key) -> tuple[float, ...]:
    """Return what each pitch class speaks for a chord, below 0 against it."""
    tones = {(chord.root_pitch_class + step) % 12: step for step in chord.intervals}
    worths = []
    for number in range(12):
        if number in tones:
            worths.append(1.0 if tones[number] < 6 else 0.92 if tones[number] < 9 else 0.8)
        elif (number - 1) % 12 in tones:
            worths.append(-0.35)  # a semitone above a chord tone: an avoid note
        else:
            worths.append(0.0 if number in key.scale else -0.6)
    return tuple(worths)
