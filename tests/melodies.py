"""What is measured of melodies: everything is read from the played notes, the plan's chords and its sections."""

from collections.abc import Sequence
from itertools import pairwise

from music.instrument import Role
from music.plan import Plan
from music.score import Note, Score

_NEAR = 100  # ticks a player may be off the beat


def notes_of(score: Score, role: Role = Role.MELODY) -> tuple[Note, ...]:
    """Return a role's notes."""
    return next(part.notes for part in score.parts if part.role is role)


def written_ticks(note: Note) -> int:
    """Return the place on a grid of twelfths and sixteenths that a player meant."""
    return min(
        round(note.start_ticks / 240) * 240,
        round(note.start_ticks / 320) * 320,
        key=lambda t: abs(t - note.start_ticks),
    )


def phrases_in(plan: Plan, notes: Sequence[Note], phrase_bars: int = 4) -> list[tuple[str, int, list[Note]]]:
    """Return section name, phrase number and notes of every phrase of so many bars in every section."""
    bar = plan.time_signature.ticks_per_bar
    found = []
    for section in plan.sections:
        for number, first in enumerate(range(0, section.n_bars, phrase_bars)):
            if first and section.n_bars - first == 1:
                break  # a single bar belongs to the phrase before
            n_bars = min(phrase_bars, section.n_bars - first)
            if section.n_bars - first - n_bars == 1:
                n_bars += 1
            start = (section.start_bar - 1 + first) * bar
            inside = [note for note in notes if start - _NEAR <= note.start_ticks < start + n_bars * bar - _NEAR]
            found.append((section.name, number, inside))
    return found


def has_one_climax(notes: Sequence[Note]) -> bool:
    """Tell whether the highest note is reached once; held over or struck again at once it is the same climax."""
    pitches = [note.midi_note for note in notes]
    merged = [pitch for i, pitch in enumerate(pitches) if i == 0 or pitches[i - 1] != pitch]
    return merged.count(max(merged)) == 1


def moves_of(notes: Sequence[Note], bar_ticks: int) -> list[int]:
    """Return the intervals between notes that follow each other within a bar's time."""
    return [b.midi_note - a.midi_note for a, b in pairwise(notes) if b.start_ticks - a.start_ticks <= bar_ticks]


def stepwise_share(moves: Sequence[int]) -> float:
    """Return the share of seconds among the moves that go anywhere."""
    moving = [abs(move) for move in moves if move]
    return sum(move <= 2 for move in moving) / len(moving)


def leap_recovery(moves: Sequence[int]) -> tuple[int, int]:
    """Return how many leaps over a third there are, and after how many the line turns back, or stays."""
    leaps = [(a, b) for a, b in pairwise(moves) if abs(a) > 4]
    return len(leaps), sum(b == 0 or (a * b < 0 and abs(b) <= 4) for a, b in leaps)


def on_strong_beats(plan: Plan, notes: Sequence[Note]) -> tuple[int, int]:
    """Return how many notes fall on a bar's first or middle pulse, and how many of them belong to the chord."""
    bar, pulses = plan.time_signature.ticks_per_bar, plan.time_signature.pulse_ticks
    strong = {0, pulses[len(pulses) // 2]}
    n_strong = n_inside = 0
    for note in notes:
        at = min(
            ((note.start_ticks // bar * bar) + tick for tick in (*strong, bar)), key=lambda t: abs(t - note.start_ticks)
        )
        if abs(at - note.start_ticks) > _NEAR:
            continue
        span = next((c for c in plan.chords if c.start_ticks <= at < c.end_ticks), plan.chords[-1])
        n_strong += 1
        n_inside += span.chord is None or note.midi_note % 12 in span.chord.pitch_classes
    return n_strong, n_inside


def chord_has_tonic(plan: Plan, note: Note) -> bool:
    """Tell whether the tonic belongs to the chord under a note."""
    at = written_ticks(note)
    span = next((c for c in plan.chords if c.start_ticks <= at < c.end_ticks), plan.chords[-1])
    return span.chord is None or plan.key.pitch_class in span.chord.pitch_classes


def bar_shapes(plan: Plan, notes: Sequence[Note]) -> list[tuple[tuple[int, int], ...]]:
    """Return for each bar with three notes or more its rhythm in sixteenths with the direction of each move."""
    bar = plan.time_signature.ticks_per_bar
    shapes = []
    for number in range(plan.n_bars):
        inside = [n for n in notes if number * bar - _NEAR <= n.start_ticks < (number + 1) * bar - _NEAR]
        if len(inside) >= 3:
            signs = [0, *((b.midi_note > a.midi_note) - (b.midi_note < a.midi_note) for a, b in pairwise(inside))]
            places = [round((note.start_ticks - number * bar) / 240) for note in inside]
            shapes.append(tuple(zip(places, signs, strict=True)))
    return shapes


def recurrence(shapes: Sequence[tuple[tuple[int, int], ...]]) -> float:
    """Return the mean over bars of the likeness (Jaccard index) to the most alike other bar."""
    if len(shapes) < 2:
        return 0.0
    sets = [frozenset(shape) for shape in shapes]
    best = [max(len(a & b) / len(a | b) for j, b in enumerate(sets) if j != i) for i, a in enumerate(sets)]
    return sum(best) / len(best)
